"""Settings of what others reach the assistant by, and it them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from cockpit.config.section import Section


class BrokerSettings(Section):
    """How to reach the MQTT broker."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 1883
    protocol: Literal["auto", "5", "3.1.1"] = "auto"
    """auto tries MQTT 5 and falls back to 3.1.1 when the broker refuses it."""
    username: str | None = None
    password: SecretStr | None = None
    """Environment `COCKPIT_BROKER__PASSWORD`, or the systemd credential `broker-password`."""
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    keepalive_s: Annotated[int, Field(ge=5, le=600)] = 15


class HttpSettings(Section):
    """A small HTTP interface: push-to-talk and status."""

    port: Annotated[int, Field(ge=0, le=65535)] | None = None
    """None is off; 0 takes any free one."""
    host: str = "127.0.0.1"
    token: SecretStr | None = None
    """Environment `COCKPIT_HTTP__TOKEN`, or the systemd credential `http-token`; where there is one, requests must bear
    it. Needed for a `host` that other machines reach."""
