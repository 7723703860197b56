"""The folder of a secure broker: made, added to, renewed. Its certificates are the only record of who may connect.

`ca.crt` and `ca.key` are the authority, whose key belongs on no car; `server/` is all that the broker needs
(`mosquitto.conf`, `acl`, `ca.crt`, `server.crt`, `server.key`); `clients/<name>.crt` and `.key` are a pair for each
client.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from cockpit.broker.certificates import (
    Pair,
    alternatives,
    common_name,
    days_left,
    issue_client,
    issue_server,
    new_authority,
    read_certificate,
    unit,
    write_file,
)
from cockpit.broker.configuration import Listener, access_list, mosquitto_conf, settings_toml
from cockpit.broker.roles import ROLES, Client
from cockpit.config import BrokerSettings
from cockpit.errors import ConfigError

DEFAULT_DAYS = 365


@dataclass(frozen=True, slots=True)
class Entry:
    """One certificate of the folder."""

    name: str
    role: str
    certificate: x509.Certificate

    @property
    def days_left(self) -> int:
        return days_left(self.certificate)


class BrokerFolder:
    """Everything is kept that is there already, unless told otherwise."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.server = self.folder / "server"

    @property
    def vid(self) -> str:
        """Raises `ConfigError` (`config-bad-certificate`) where no broker was set up."""
        return unit(read_certificate(self.folder / "ca"))

    def setup(
        self, vid: str, clients: Iterable[Client], names: Sequence[str], listener: Listener, days: int, *, force: bool
    ) -> None:
        """Make what is missing; with `force` everything anew, the authority too, which shuts out all that were let in.

        Raises `ConfigError` (`config-other-vehicle` where the folder is that of another vehicle id, `config-bad-name`,
        `config-unknown-user`, `config-unwritable`).
        """
        if force or not (self.folder / "ca.crt").exists():
            new_authority(vid).write(self.folder / "ca")
            self._forget()
        if self.vid != vid:
            raise ConfigError("other-vehicle", f"{self.folder} is of vehicle {self.vid}, not {vid}")
        authority = self._authority()
        write_file(self.server / "ca.crt", authority.certificate.public_bytes(Encoding.PEM), 0o644)
        if not (self.server / "server.crt").exists():
            issue_server(authority, names, days).write(self.server / "server")
        for client in clients:
            if not self.stem(client.name).with_suffix(".crt").exists():
                issue_client(authority, client.name, client.role, days).write(self.stem(client.name))
        if force or not (self.server / "mosquitto.conf").exists():
            write_file(self.server / "mosquitto.conf", mosquitto_conf(self.server, listener).encode(), 0o644)
        self._write_access()
        self._give(listener.user)

    def renew(self, names: Sequence[str], days: int, within_days: int) -> list[str]:
        """New keys and certificates for those of `names`, or for all that end `within_days`; gives whose.

        Raises `ConfigError` (`config-unknown-client`).
        """
        entries = {entry.name: entry for entry in self.entries() if entry.role != "authority"}
        if unknown := set(names) - set(entries):
            raise ConfigError("unknown-client", f"nobody here is called {', '.join(sorted(unknown))}")
        chosen = names or [name for name, entry in entries.items() if entry.days_left < within_days]
        authority = self._authority()
        for name in chosen:
            entry = entries[name]
            if entry.role == "broker":
                issue_server(authority, alternatives(entry.certificate), days).write(self.server / "server")
            else:
                issue_client(authority, name, entry.role, days).write(self.stem(name))
        return list(chosen)

    def revoke(self, name: str) -> None:
        """Take all rights from a client: it may still connect until its certificate ends, but neither say nor hear
        anything. Raises `ConfigError` (`config-unknown-client`)."""
        if not self.stem(name).with_suffix(".crt").exists():
            raise ConfigError("unknown-client", f"nobody here is called {name}")
        for suffix in (".crt", ".key"):
            self.stem(name).with_suffix(suffix).unlink(missing_ok=True)
        self._write_access()

    def entries(self) -> list[Entry]:
        """The authority, the broker, and every client by its name."""
        authority, server = (read_certificate(stem) for stem in (self.folder / "ca", self.server / "server"))
        found = [Entry("ca", "authority", authority), Entry("server", "broker", server)]
        for file in sorted((self.folder / "clients").glob("*.crt")):
            certificate = read_certificate(file.with_suffix(""))
            found.append(Entry(common_name(certificate), unit(certificate), certificate))
        return found

    def clients(self) -> list[Client]:
        """Who has a certificate."""
        entries = (entry for entry in self.entries() if entry.role in ROLES)
        return [Client(entry.role, entry.name.removeprefix(entry.role).removeprefix("-")) for entry in entries]

    def settings(self, name: str, host: str, port: int) -> str:
        """What client `name` has to be told."""
        return settings_toml(host, port, self.vid, self.folder / "ca.crt", self.stem(name))

    def connection(self, client: Client, broker: BrokerSettings) -> BrokerSettings:
        """How `client` connects to `broker`. Raises `ConfigError` (`config-unknown-client`) where it has no certificate
        here."""
        stem, authority = self.stem(client.name), self.folder / "ca.crt"
        files = (authority, stem.with_suffix(".crt"), stem.with_suffix(".key"))
        if missing := [file for file in files if not file.exists()]:
            raise ConfigError(
                "unknown-client",
                f"{missing[0]} is missing; cockpit broker setup DIR --client {client} makes one",
            )
        return broker.model_copy(update=dict(zip(("tls_ca", "tls_cert", "tls_key"), files, strict=True)))

    def stem(self, name: str) -> Path:
        """A client's files without their endings."""
        return self.folder / "clients" / name

    def _authority(self) -> Pair:
        return Pair.read(self.folder / "ca")

    def _write_access(self) -> None:
        write_file(self.server / "acl", access_list(self.clients(), self.vid).encode(), 0o600)

    def _give(self, user: str) -> None:
        """What only the broker may read becomes its user's, where that can be done (by root)."""
        if not user or os.geteuid() != 0:
            return
        try:
            for name in ("acl", "server.key"):
                shutil.chown(self.server / name, user)
        except LookupError:
            raise ConfigError("unknown-user", f"there is no user {user!r} on this machine") from None

    def _forget(self) -> None:
        """What an authority signed that is no more is worth nothing."""
        for file in (*self.server.glob("server.*"), *(self.folder / "clients").glob("*")):
            file.unlink()
