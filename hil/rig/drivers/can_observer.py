"""Every frame of a CAN bus goes into the trace, decoded where a DBC says what it is."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from hil.rig.driver import Driver, Resource
from hil.rig.errors import RigError

WANTED = "a CAN bus wants python-can (and cantools for a DBC): pip install cockpit-voice[can]"


class CanObserverResource(Resource):
    interface: str = "socketcan"
    """python-can's name of the kind of interface: socketcan, virtual, udp_multicast, slcan, …"""
    channel: str
    """E.g. `can0`."""
    bitrate: int | None = None
    """Bits a second, where the interface sets them; socketcan's are set by ip(8)."""
    dbc: Path | None = None
    """What is on the bus; without it frames are told by their identifier."""


class CanObserver(Driver[CanObserverResource]):
    """Listens only. An entry is named as the DBC names the message, else by its identifier in hex; its `data` has
    `channel`, `raw` (hex), and `signals` where they can be decoded."""

    role = "can"
    resource = CanObserverResource

    async def open(self) -> None:
        try:
            import can  # noqa: PLC0415 (only rigs with a CAN bus need it)
        except ImportError as error:
            raise RigError("unsupported", WANTED) from error
        self._database, self._undecodable = await asyncio.to_thread(_database, self.where.dbc)
        options: dict[str, Any] = {"bitrate": self.where.bitrate} if self.where.bitrate else {}
        try:
            bus = await asyncio.to_thread(
                can.Bus, channel=self.where.channel, interface=self.where.interface, **options
            )
        except (can.CanError, OSError, ValueError, NotImplementedError) as error:
            where = f"{self.where.interface} {self.where.channel}"
            raise RigError("unsupported", f"the CAN bus {where} cannot be opened: {error}") from error
        self.held.callback(bus.shutdown)
        notifier = can.Notifier(bus, [self._seen], loop=asyncio.get_running_loop())
        self.held.callback(notifier.stop)

    def _seen(self, frame: Any) -> None:
        data: dict[str, Any] = {"channel": self.where.channel, "raw": bytes(frame.data).hex()}
        name = f"{frame.arbitration_id:X}"
        if frame.is_error_frame:
            self.site.trace.add("can", "error", data)
            return
        if self._database is not None:
            try:
                message = self._database.get_message_by_frame_id(frame.arbitration_id)
                name, data["signals"] = message.name, message.decode(frame.data, decode_choices=False)
            except self._undecodable as error:
                data["undecoded"] = repr(error)
        self.site.trace.add("can", name, data)


def _database(dbc: Path | None) -> tuple[Any, tuple[type[Exception], ...]]:
    """What a DBC says, and what it raises for a frame that is not in it or too short."""
    if dbc is None:
        return None, ()
    try:
        import cantools  # noqa: PLC0415
        from cantools.database.errors import Error  # noqa: PLC0415
    except ImportError as error:
        raise RigError("unsupported", WANTED) from error
    try:
        return cantools.database.load_file(dbc), (KeyError, ValueError, Error)
    except (OSError, ValueError, Error) as error:
        raise RigError("invalid", f"{dbc} cannot be read: {error}") from error
