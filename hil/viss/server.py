"""A VISS v3 server over MQTT: shows a car that is on the bus contract under another vehicle id.

After COVESA's vehicle-information-service-specification, spec/VISSv3.0_Transport.html, and with none of the assistant's
own code of VISS. As with the reference server, a change filter looks at the first path of its subscription only.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from cockpit.bus import Bus
from cockpit.bus.payloads import timestamp
from cockpit.profile import VehicleProfile
from hil.carlink import CarLink, Point
from hil.viss.values import UNAVAILABLE, VissError, as_text, filters, typed


@dataclass(slots=True)
class VissFaults:
    """What the server does wrong, for as long as it is set."""

    silent: bool = False
    """Hears nothing and says nothing."""
    lost: bool = False
    """Says that a `set` succeeded and does not pass it on."""
    late_s: float = 0.0
    """Passes a `set` on so much later than it says that it succeeded."""
    refuse: int = 0
    """Answers each `set` with this error."""
    hidden: set[str] = field(default_factory=set)
    """Signals whose values are not available."""
    missing: set[str] = field(default_factory=set)
    """Signals that it does not have."""


@dataclass(slots=True)
class _Subscription:
    topic: str
    paths: list[str]
    period_s: float | None


class VissServer:
    """Listens on `topic`; answers go to the topics that requests name, as long as those begin with `prefix`.

    `requests` counts the actions that were asked for, and among them `refused` for a reply topic that may not be,
    `broken` for what is no request, `overflow` for answers that were lost.
    Make it before `bus` runs, and `run` it. The car is reached by `car_bus` where that is another.
    """

    def __init__(
        self,
        bus: Bus,
        profile: VehicleProfile,
        car_vid: str,
        topic: str = "demo/Vehicle",
        prefix: str = "viss/",
        qos: int = 1,
        *,
        car_bus: Bus | None = None,
    ) -> None:
        self.faults = VissFaults()
        self.requests: Counter[str] = Counter()
        self.car = CarLink(car_bus or bus, profile, car_vid, issuer="viss")
        self._bus, self._profile, self._prefix, self._qos = bus, profile, prefix, qos
        self._ids = count(1)
        self._subscriptions: dict[str, _Subscription] = {}
        self._outbox: asyncio.Queue[tuple[str, Mapping[str, Any]]] = asyncio.Queue(10_000)
        self._work: set[asyncio.Task[None]] = set()
        self._heard = asyncio.Event()
        bus.subscribe(topic, self._on_request, qos=qos)
        self.car.on_point.append(self._changed)

    async def run(self) -> None:
        """Answer until cancelled. What cannot be sent because the broker is away is lost, as it would be."""
        try:
            while True:
                topic, body = await self._outbox.get()
                if self._bus.connected:
                    await self._bus.publish(topic, body, self._qos)
        finally:
            self.forget()
            for task in self._work:
                task.cancel()

    @property
    def subscriptions(self) -> int:
        return len(self._subscriptions)

    def forget(self) -> None:
        """Lose all subscriptions, as a restart does."""
        self._subscriptions.clear()

    def _on_request(self, topic: str, payload: bytes, retained: bool) -> None:
        del topic, retained
        if self.faults.silent:
            return
        try:
            envelope = json.loads(payload)
            request = envelope["request"]
            body: dict[str, Any] = json.loads(request) if isinstance(request, str) else request
            action, reply_to = body["action"], str(envelope["topic"])
        except (ValueError, KeyError, TypeError):
            self.requests["broken"] += 1
            return
        if not reply_to.startswith(self._prefix):
            self.requests["refused"] += 1
            return
        self.requests[action] += 1
        head = {"action": action, "requestId": body.get("requestId"), "ts": timestamp()}
        try:
            answer = self._answer(action, body, reply_to)
        except VissError as error:
            answer = {"error": error.body}
        self._send(reply_to, {**head, **answer})

    def _answer(self, action: str, body: Mapping[str, Any], topic: str) -> dict[str, Any]:
        match action:
            case "get":
                return {"data": self._data(self._paths(body))}
            case "set":
                self._set(body)
                return {}
            case "subscribe":
                return {"subscriptionId": self._subscribe(body, topic)}
            case "unsubscribe":
                if self._subscriptions.pop(str(body.get("subscriptionId")), None) is None:
                    raise VissError(400, "no such subscription")
                return {}
        raise VissError(400, f"unknown action {action}")

    def _paths(self, body: Mapping[str, Any]) -> list[str]:
        path = str(body["path"]).replace("/", ".")
        named = next((f["parameter"] for f in filters(body) if f["variant"] == "paths"), None)
        names = [named] if isinstance(named, str) else named
        paths = [path] if names is None else [f"{path}.{name}" for name in names]
        for one in paths:
            if one not in self._profile.signals or one in self.faults.missing:
                raise VissError(404, f"no signal {one}")
        return paths

    def _data(self, paths: list[str]) -> Any:
        packs = [{"path": path, "dp": self._point(path)} for path in paths]
        return packs[0] if len(packs) == 1 else packs

    def _point(self, path: str) -> dict[str, str]:
        point = self.car.points.get(path)
        if point is None or path in self.faults.hidden:
            return {"value": UNAVAILABLE, "ts": timestamp()}
        return {"value": as_text(point.value), "ts": point.ts}

    def _set(self, body: Mapping[str, Any]) -> None:
        (path,) = self._paths(body)
        signal = self._profile.signals[path]
        if self.faults.refuse:
            raise VissError(self.faults.refuse, "refused")
        if signal.kind != "actuator":
            raise VissError(403, f"{path} cannot be set")
        value = typed(body.get("value"), signal.datatype)
        if fault := signal.fault(value):
            raise VissError(400, f"wrong {fault}")
        if not self.car.online:
            raise VissError(503, "the vehicle is not there")
        if not self.faults.lost:
            self._start(self._pass_on(path, value))

    async def _pass_on(self, path: str, value: Any) -> None:
        await asyncio.sleep(self.faults.late_s)
        await self.car.set(path, value)

    def _subscribe(self, body: Mapping[str, Any], topic: str) -> str:
        paths = self._paths(body)
        kinds = {one["variant"]: one.get("parameter") for one in filters(body)}
        if not kinds.keys() & {"change", "timebased"}:
            raise VissError(400, "a subscription needs a filter")
        period = kinds.get("timebased")
        ident = str(next(self._ids))
        self._subscriptions[ident] = _Subscription(topic, paths, int(period["period"]) / 1000 if period else None)
        if period:
            self._start(self._tick(ident))
        return ident

    async def _tick(self, ident: str) -> None:
        while subscription := self._subscriptions.get(ident):
            self._event(ident, subscription)
            await asyncio.sleep(subscription.period_s or 1.0)

    def _changed(self, path: str, point: Point, differs: bool) -> None:
        del point
        for ident, subscription in self._subscriptions.items():
            if differs and subscription.period_s is None and subscription.paths[0] == path:
                self._event(ident, subscription)

    def _event(self, ident: str, subscription: _Subscription) -> None:
        if not self.faults.silent:
            body = {"action": "subscription", "subscriptionId": ident, "ts": timestamp()}
            self._send(subscription.topic, {**body, "data": self._data(subscription.paths)})

    def _send(self, topic: str, body: Mapping[str, Any]) -> None:
        """Queued in order; when the queue is full the message is lost and counted."""
        try:
            self._outbox.put_nowait((topic, body))
        except asyncio.QueueFull:
            self.requests["overflow"] += 1

    def _start(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)
