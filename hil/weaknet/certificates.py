"""Certificates for tests: a good one, and ones that must not be trusted."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import trustme


class Certificates:
    """One authority of one's own, which the client may be told to trust, and another that nobody knows."""

    @cached_property
    def _authority(self) -> trustme.CA:
        return trustme.CA()

    def server(self, kind: str) -> ssl.SSLContext:
        """`kind` as in `Fault.tls`."""
        if kind == "self-signed":
            issued = trustme.CA().issue_cert("127.0.0.1", "localhost")
        elif kind == "other-host":
            issued = self._authority.issue_cert("elsewhere.example")
        elif kind == "expired":
            past = datetime.now(UTC) - timedelta(days=1)
            issued = self._authority.issue_cert("127.0.0.1", "localhost", not_after=past)
        else:
            issued = self._authority.issue_cert("127.0.0.1", "localhost")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        issued.configure_cert(context)
        return context

    def write_authority(self, file: Path) -> Path:
        """The authority's certificate as PEM, for the client's `ca_file`."""
        self._authority.cert_pem.write_to_path(str(file))
        return file
