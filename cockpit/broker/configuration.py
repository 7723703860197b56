"""What mosquitto is told: its configuration, and the access list made from the table of roles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cockpit.broker.roles import Client, rights

MAX_PACKET_BYTES = 8 * 1024 * 1024
"""The largest message there is: a recorded utterance of 40 s at 48 kHz is 4 MB."""
MAX_QUEUED = 4000
"""Messages that wait for one slow reader, enough for every retained signal of a vehicle several times."""
MAX_QUEUED_BYTES = 32 * 1024 * 1024
MAX_CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class Listener:
    """Where the broker listens, and as whom. `address` empty means on all; `user` empty leaves it to mosquitto, which
    started by root becomes the user `mosquitto`."""

    port: int
    address: str = ""
    user: str = ""


def mosquitto_conf(folder: Path, listener: Listener) -> str:
    """The whole configuration, for the files that lie in `folder` (absolute).

    `use_username_as_clientid` makes the certificate's name the client id too: else any client that is let in could
    take the assistant's id, end its connection and have its last will sent.
    """
    return f"""\
# Made by `cockpit broker setup`; yours to edit, and not made again without --force.
per_listener_settings false
listener {listener.port}{f" {listener.address}" if listener.address else ""}
{f"user {listener.user}" if listener.user else ""}

cafile {folder / "ca.crt"}
certfile {folder / "server.crt"}
keyfile {folder / "server.key"}
tls_version tlsv1.2
require_certificate true
use_identity_as_username true
use_username_as_clientid true
allow_anonymous false
acl_file {folder / "acl"}

set_tcp_nodelay true
max_connections {MAX_CONNECTIONS}
max_packet_size {MAX_PACKET_BYTES}
max_queued_messages {MAX_QUEUED}
max_queued_bytes {MAX_QUEUED_BYTES}
max_keepalive 600
persistence false
sys_interval 0
log_dest stderr
log_type error
log_type warning
log_type notice
"""


def access_list(clients: Iterable[Client], vid: str) -> str:
    """One block for each client. What is in none of them is forbidden."""
    blocks = ["# Made by `cockpit broker` from the table of roles at every set-up: do not edit.\n"]
    for client in sorted(clients, key=lambda one: one.name):
        lines = (f"topic {access} {pattern}\n" for access, pattern in rights(client, vid))
        blocks.append(f"user {client.name}\n" + "".join(lines))
    return "\n".join(blocks)


def settings_toml(host: str, port: int, vid: str, authority: Path, stem: Path) -> str:
    """The part of a client's settings that lets it in, as TOML to be pasted."""
    return f"""\
vid = "{vid}"

[broker]
host = "{host}"
port = {port}
tls_ca = "{authority}"
tls_cert = "{stem.with_suffix(".crt")}"
tls_key = "{stem.with_suffix(".key")}"
"""
