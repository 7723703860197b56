"""What is not the vehicle's, carried between the assistant's broker and the vehicle's: requests, events, apps."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from cockpit.bus import Bus, topics
from cockpit.bus.payloads import State, parse
from cockpit.errors import BusError
from cockpit.types import Scalar, same_value
from hil.can.ecu import EcuNetwork

log = logging.getLogger(__name__)

SETTLED_S = 4.0
"""How long a reset waits at most for the states before it to have come through."""


class Relay:
    """`near` is the assistant's broker, `far` the one with the vehicle, the apps and the person. Make it before either
    runs, and on `far` after the `VehicleMirror` of `ecus`: a reset, by which a case begins, is handed on when every
    state that was published before it has come through the frames to the assistant's broker."""

    def __init__(self, near: Bus, far: Bus, vid: str, ecus: EcuNetwork) -> None:
        self._near, self._far = near, far
        self._ecus = ecus
        self._reset = topics.REQUEST_RESET.build(vid)
        self._app_status = topics.APP_STATUS.filter(vid)
        self._there: dict[str, Scalar] = {}
        self._news = asyncio.Event()
        self._queues: list[tuple[Bus, asyncio.Queue[tuple[str, bytes, bool]]]] = []
        near.subscribe(topics.STATE.filter(vid), self._on_state)
        to_far, to_near = self._pump(far), self._pump(near)
        near.subscribe(topics.EVENT.filter(vid), to_far)
        near.subscribe(topics.STATUS.build(vid), self._retaining(to_far))
        near.subscribe(topics.APP_REQUEST.filter(vid), self._unless_status(to_far))
        for request in (topics.REQUEST_TEXT, topics.REQUEST_AUDIO, topics.REQUEST_CANCEL, topics.REQUEST_RESET):
            far.subscribe(request.filter(vid), to_near)
        far.subscribe(self._app_status, self._retaining(to_near))
        far.subscribe(topics.APP_RESULT.build(vid), to_near)

    async def run(self) -> None:
        """Carry until cancelled."""
        async with asyncio.TaskGroup() as group:
            for bus, queue in self._queues:
                group.create_task(self._carry(bus, queue))

    def _pump(self, to: Bus) -> Callable[[str, bytes, bool], None]:
        queue: asyncio.Queue[tuple[str, bytes, bool]] = asyncio.Queue(1000)
        self._queues.append((to, queue))
        return lambda topic, payload, retained: queue.put_nowait((topic, payload, retained))

    def _retaining(self, pump: Callable[[str, bytes, bool], None]) -> Callable[[str, bytes, bool], None]:
        return lambda topic, payload, _: pump(topic, payload, True)

    def _unless_status(self, pump: Callable[[str, bytes, bool], None]) -> Callable[[str, bytes, bool], None]:
        """Requests to apps; their presence has as many levels, and comes from the other side."""
        return lambda topic, payload, _: None if topic.endswith("/status") else pump(topic, payload, False)

    async def _carry(self, bus: Bus, queue: asyncio.Queue[tuple[str, bytes, bool]]) -> None:
        while True:
            topic, payload, retain = await queue.get()
            if topic == self._reset:
                await self._settled()
            await self._publish(bus.publish(topic, payload, retain=retain), topic)

    async def _publish(self, publishing: Awaitable[None], topic: str) -> None:
        try:
            await publishing
        except BusError as error:
            log.warning("%s is lost: %s", topic, error)

    async def _settled(self) -> None:
        """Until the assistant's broker has of every path what the ECUs hold."""
        try:
            async with asyncio.timeout(SETTLED_S):
                while self._behind():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            log.warning("not through the frames in %.0f s: %s", SETTLED_S, ", ".join(self._behind()))

    def _behind(self) -> list[str]:
        there = self._there
        return [p for p, value in self._ecus.values.items() if p not in there or not same_value(there[p], value)]

    def _on_state(self, topic: str, payload: bytes, retained: bool) -> None:
        del retained
        self._there[topics.STATE.parse(topic)["path"]] = parse(State, payload).value
        self._news.set()
