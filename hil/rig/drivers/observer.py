"""The rig's own connection to the broker: every message of the vehicle goes into the trace as the broker gives it."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

from pydantic import Field

from cockpit.bus import Bus
from hil.rig.driver import Driver, Resource
from hil.rig.errors import RigError

RAW_BYTES = 4096
"""Of a message that is no JSON object, so much is kept; more is told by its size."""


class BusObserverResource(Resource):
    connect_s: Annotated[float, Field(gt=0)] = 10.0
    """Longest wait for the broker."""


class BusObserver(Driver[BusObserverResource]):
    """Messages of `vehicle`, `app` and `cockpit`. Not those of live sound (`audio/{zone}/stream`): the trace has the
    sounds themselves, and a frame tells nothing."""

    role = "bus"
    resource = BusObserverResource

    async def open(self) -> None:
        bus = Bus(self.site.connection())
        for branch in ("vehicle", "app", "cockpit"):
            bus.subscribe(f"{branch}/{self.site.vid}/#", self._seen)
        await self.held.enter_async_context(bus.running())
        try:
            await asyncio.wait_for(bus.wait_connected(), self.where.connect_s)
        except TimeoutError as error:
            address = f"{self.site.broker.host}:{self.site.broker.port}"
            raise RigError("late", f"no broker at {address} after {self.where.connect_s:g} s") from error
        self.site.bus = bus

    def _seen(self, topic: str, payload: bytes, retained: bool) -> None:
        del retained
        levels = topic.split("/")
        if levels[2] == "audio" and levels[-1] == "stream":
            return
        self.site.trace.add("bus", topic, _content(payload))


def _content(payload: bytes) -> dict[str, Any]:
    """A JSON object as it is; of anything else its bytes in hex, and its size where they are too many."""
    try:
        body = json.loads(payload)
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, dict):
        return body
    more = {"bytes": len(payload)} if len(payload) > RAW_BYTES else {}
    return {"raw": payload[:RAW_BYTES].hex() if not more else payload[:64].hex(), **more}
