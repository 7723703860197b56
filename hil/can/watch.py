"""Frames for a rig's `Trace`: what was commanded, what was answered, and values as they change."""

from __future__ import annotations

from typing import Any

import can

from cockpit.can.database import CanDatabase
from cockpit.can.decoding import Decoder
from cockpit.can.port import CanPort
from cockpit.config import CanSettings
from hil.trace import Trace


class FrameWatch:
    """Listens on a bus while `run` does. An entry's name is the message's, its data the values by VSS path (of a
    status only those that changed), and `verdict` where the frame's protection was not in order. `load` counts all
    frames by name, told or not."""

    def __init__(self, database: CanDatabase, settings: CanSettings, trace: Trace) -> None:
        self._decoder = Decoder(database)
        self._trace = trace
        self._values: dict[str, dict[str, Any]] = {}
        self.load: dict[str, int] = {}
        self._port = CanPort(settings, self._on_frame)

    async def run(self) -> None:
        await self._port.run()

    async def ready(self) -> None:
        await self._port.up.wait()

    def _on_frame(self, message: can.Message) -> None:
        for frame in self._decoder.of([message]):
            name, verdict = frame["name"], frame.get("verdict", "unknown")
            self.load[name] = self.load.get(name, 0) + 1
            values, before = frame.get("values", {}), self._values.get(name, {})
            wrong = {} if verdict in {"ok", "initial"} else {"verdict": verdict}
            if "Ticket" in values:
                news = values if values.get("Target", 1) else {}
            else:
                news = {path: value for path, value in values.items() if before.get(path) != value}
            self._values[name] = {**before, **values}
            if news or wrong:
                self._trace.add("can", name, {**news, **wrong})
