"""A vehicle on MQTT behind frames: ECUs that hold what it holds, and ask it to do what they are told."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Coroutine
from typing import Any
from uuid import uuid4

from cockpit.bus import Bus, topics
from cockpit.bus.payloads import Provider, Result, State, parse, timestamp
from cockpit.errors import BusError
from hil.can.ecu import EcuNetwork, Order

ISSUER = "ecus"
TTL_MS = 3000
OPEN_ORDERS = 1000
"""Orders that may be without an end; the oldest is forgotten."""


class VehicleMirror:
    """Make it before `bus` (the vehicle's broker) runs. The ECUs sleep while no provider of the vehicle is online."""

    def __init__(self, ecus: EcuNetwork, bus: Bus, vid: str) -> None:
        self._ecus, self._bus, self._vid = ecus, bus, vid
        self._orders: OrderedDict[str, Order] = OrderedDict()
        self._providers: dict[str, bool] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        ecus.obey = self._obey
        ecus.awake = False
        bus.subscribe(topics.STATE.filter(vid), self._on_state)
        bus.subscribe(topics.RESULT.build(vid, issuer=ISSUER), self._on_result)
        bus.subscribe(topics.PROVIDER.filter(vid), self._on_provider)

    def _obey(self, order: Order) -> None:
        ident = uuid4().hex
        self._orders[ident] = order
        if len(self._orders) > OPEN_ORDERS:
            self._orders.popitem(last=False)
        wanted = {"id": ident, "value": order.value, "ttl_ms": TTL_MS, "ts": timestamp(), "issuer": ISSUER}
        self._start(self._ask(topics.SET.build(self._vid, path=order.path), wanted, order))

    async def _ask(self, topic: str, wanted: dict[str, Any], order: Order) -> None:
        try:
            await self._bus.publish(topic, wanted)
        except BusError:
            self._ecus.answer(order, "failed", "no-answer")

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _on_state(self, topic: str, payload: bytes, retained: bool) -> None:
        del retained
        path = topics.STATE.parse(topic)["path"]
        value = parse(State, payload).value
        if value != self._ecus.values.get(path):
            self._ecus.put(path, value)

    def _on_result(self, topic: str, payload: bytes, retained: bool) -> None:
        del topic, retained
        result = parse(Result, payload)
        if (order := self._orders.get(result.id)) is not None:
            if result.final:
                del self._orders[result.id]
            self._ecus.answer(order, result.status, result.code)

    def _on_provider(self, topic: str, payload: bytes, retained: bool) -> None:
        del retained
        self._providers[topics.PROVIDER.parse(topic)["name"]] = parse(Provider, payload).status == "online"
        self._ecus.awake = any(self._providers.values())
