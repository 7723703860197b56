"""What the service tells systemd: the datagrams of sd_notify(3), without a library.

Outside systemd (`NOTIFY_SOCKET` unset) every call does nothing.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress


def _send(*lines: str) -> bool:
    """Send one datagram; False when nobody listens. Never raises and never waits: a full socket drops it."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]  # an abstract socket
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.setblocking(False)
        channel.sendto("\n".join(lines).encode(), address)
        return True
    return False


def ready(status: str) -> bool:
    """The service can take a turn."""
    return _send("READY=1", _status(status))


def status(text: str) -> bool:
    """One line for `systemctl status`."""
    return _send(_status(text))


def alive() -> bool:
    """Feed the watchdog."""
    return _send("WATCHDOG=1")


def stopping() -> bool:
    return _send("STOPPING=1")


def watchdog_interval_s() -> float | None:
    """How often `alive` is due: half of systemd's deadline (sd_watchdog_enabled(3)); None when not watched."""
    deadline_us, pid = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    if not deadline_us.isdecimal() or int(deadline_us) == 0 or pid not in ("", str(os.getpid())):
        return None
    return int(deadline_us) / 2e6


def _status(text: str) -> str:
    return "STATUS=" + " ".join(text.split())
