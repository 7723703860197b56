"""The car and the apps that the suite plays before an assistant, and what the assistant did there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from cockpit.profile import VehicleProfile
from cockpit.types import Lang, Scalar
from hil.conformance.case import NonConformance, NotTestable, require
from hil.conformance.clock import stamp
from hil.conformance.probe import Address, Heard, Probe, probing
from hil.conformance.turn import WORDS, Behaviour, Turn

SWITCH = "Vehicle.Cabin.HVAC.IsAirConditioningActive"
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
QUIET_S = 0.3
TRIES = 20
REFRESH_S = 1.0


@dataclass
class Stage:
    """One assistant under test. Signals are played on the contract under `car_vid`: that is `vid` where the assistant
    has its signals there, and another where something shows them to it on another bus.

    `interrupt` cuts the assistant off from the broker for a moment, `crash` ends it without a farewell; None where the
    run has no hand on that.
    """

    address: Address
    vid: str
    car_vid: str
    profile: VehicleProfile
    probe: Probe
    lang: Lang = "zh"
    timeout_s: float = 30.0
    interrupt: Callable[[], Awaitable[None]] | None = None
    crash: Callable[[], Awaitable[None]] | None = None
    shown: Callable[[], Awaitable[None]] | None = None
    """Returns when what shows the car on another bus shows it as online."""
    behaviour: Behaviour = "obey"
    go: asyncio.Event = field(default_factory=asyncio.Event)
    values: dict[str, Scalar] = field(default_factory=dict)
    _work: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.probe.on_heard.append(self._on_heard)

    def on_contract(self) -> None:
        """For cases on what the assistant itself publishes for signals."""
        if self.vid != self.car_vid:
            raise NotTestable("signals go over another bus")

    async def fresh(self, behaviour: Behaviour = "obey") -> None:
        """Everything online, every signal at its default, the dialog forgotten."""
        self.behaviour = behaviour
        self.go.clear()
        for path, signal in self.profile.signals.items():
            if self.values.get(path) != signal.default:
                await self.put(path, signal.default)
        await self.provide(online=True)
        if self.shown is not None:
            await self.shown()
        for app in self.profile.apps:
            await self.probe.publish(f"app/{self.vid}/{app}/status", {"status": "online"}, retain=True)
        await self.reset()

    async def reset(self) -> None:
        token, place = uuid4().hex, self.probe.place

        def answers(one: Heard) -> bool:
            ids = (one.body.get("id"), one.body.get("turn"))
            return one.topic == f"cockpit/{self.vid}/event/reset" and token in ids

        await self.probe.publish(f"cockpit/{self.vid}/request/reset", {"id": token})
        answer = await self.probe.until(answers, self.timeout_s, place)
        require(answer is not None, "a reset was not answered by an event of that id")

    async def put(self, path: str, value: Scalar) -> None:
        self.values[path] = value
        topic = f"vehicle/{self.car_vid}/state/{path.replace('.', '/')}"
        await self.probe.publish(topic, {"value": value, "ts": stamp()}, retain=True)

    async def provide(self, *, online: bool) -> None:
        body = {"status": "online", "paths": ["Vehicle.*"]} if online else {"status": "offline", "paths": []}
        await self.probe.publish(f"vehicle/{self.car_vid}/provider/conformance", body, retain=True)

    async def works(self) -> None:
        """Return as soon as the assistant has heard the car, which it may have to ask for: when a turn works."""
        for _ in range(TRIES):
            if (await self.say("off")).kind in {"done", "already"}:
                return
            await asyncio.sleep(QUIET_S)
        raise NonConformance("no turn works, though car and assistant are online")

    async def begin(self, what: str, **more: Any) -> Turn:
        """Say something (a key of `WORDS`) and come back at once."""
        turn = Turn(uuid4().hex, self.probe.place)
        body = {"id": turn.id, "text": WORDS[self.lang][what], "lang": self.lang, "zone": "driver", **more}
        await self.probe.publish(f"cockpit/{self.vid}/request/text", body)
        return turn

    async def end(self, turn: Turn) -> Turn:
        """Wait for the turn's end, and a little for what must not follow it."""
        ended = await self.probe.until(lambda one: self._is(one, turn, "turn_end"), self.timeout_s, turn.place)
        if ended is None:
            raise NonConformance(f"no turn_end within {self.timeout_s:g} s")
        await asyncio.sleep(QUIET_S)
        await self.probe.settled()
        turn.events = [one.body for one in self.events(turn.place) if one.body.get("turn") == turn.id]
        return turn

    async def say(self, what: str, **more: Any) -> Turn:
        return await self.end(await self.begin(what, **more))

    def _is(self, one: Heard, turn: Turn, kind: str) -> bool:
        return one.topic == f"cockpit/{self.vid}/event/{kind}" and one.body.get("turn") == turn.id

    async def event(self, turn: Turn, kind: str, timeout_s: float) -> Heard | None:
        return await self.probe.until(lambda one: self._is(one, turn, kind), timeout_s, turn.place)

    def events(self, place: int = 0) -> list[Heard]:
        return self.probe.all(lambda one: one.topic.startswith(f"cockpit/{self.vid}/event/"), place)

    def sets(self, place: int = 0) -> list[Heard]:
        return self.probe.all(lambda one: one.topic.startswith(f"vehicle/{self.car_vid}/set/"), place)

    def app_requests(self, place: int = 0) -> list[Heard]:
        def is_one(one: Heard) -> bool:
            return one.levels[:2] == ["app", self.vid] and len(one.levels) == 4 and one.levels[3] != "status"

        return self.probe.all(is_one, place)

    async def result(self, issuer: str, ident: object, status: str, **more: str) -> None:
        await self.probe.publish(
            f"vehicle/{self.car_vid}/result/{issuer}", {"id": ident, "status": status, "ts": stamp(), **more}
        )

    async def refresh(self) -> None:
        """Sensors are reported every second, whether they change or not."""
        while True:
            await asyncio.sleep(REFRESH_S)
            for path, signal in self.profile.signals.items():
                if signal.kind == "sensor" and path in self.values:
                    await self.put(path, self.values[path])

    def _on_heard(self, one: Heard) -> None:
        work: Any = None
        if one.topic.startswith(f"vehicle/{self.car_vid}/set/"):
            work = self._act(".".join(one.levels[3:]), one.body)
        elif one.levels[:2] == ["app", self.vid] and len(one.levels) == 4 and one.levels[3] != "status":
            work = self._answer(one.levels[2], one.body)
        if work is not None:
            task = asyncio.ensure_future(work)
            self._work.add(task)
            task.add_done_callback(self._work.discard)

    async def _act(self, path: str, body: dict[str, Any]) -> None:
        issuer, ident = str(body.get("issuer", "")), body.get("id")
        match self.behaviour:
            case "silent":
                return
            case "reject":
                await self.result(issuer, ident, "rejected", code="refused", reason="the suite refuses")
            case "expire":
                await self.result(issuer, ident, "expired", code="too-old")
            case "fail":
                await self.result(issuer, ident, "accepted")
                await self.result(issuer, ident, "failed", code="obstacle")
            case _:
                await self.result(issuer, ident, "accepted")
                if self.behaviour == "slow":
                    await self.result(issuer, ident, "in_progress")
                    await self.go.wait()
                if self.behaviour != "pretend":
                    await self.put(path, body["value"])
                await self.result(issuer, ident, "succeeded")

    async def _answer(self, app: str, body: dict[str, Any]) -> None:
        data = {"summary": "晴 sunny", "temperature_c": 21} if app == "weather" else {}
        answer = {"id": body.get("id"), "status": "succeeded", "data": data, "ts": stamp()}
        await self.probe.publish(f"app/{self.vid}/result", answer)

    async def leave(self) -> None:
        """Take back all that was retained."""
        for task in self._work:
            task.cancel()
        await self.provide(online=False)
        for app in self.profile.apps:
            await self.probe.publish(f"app/{self.vid}/{app}/status", {"status": "offline"}, retain=True)
        for path in self.values:
            topic = f"vehicle/{self.car_vid}/state/{path.replace('.', '/')}"
            await self.probe.publish(topic, b"", retain=True)


@asynccontextmanager
async def staging(
    address: Address,
    vid: str,
    profile: VehicleProfile,
    *,
    car_vid: str = "",
    lang: Lang = "zh",
    timeout_s: float = 30.0,
    interrupt: Callable[[], Awaitable[None]] | None = None,
    crash: Callable[[], Awaitable[None]] | None = None,
    shown: Callable[[], Awaitable[None]] | None = None,
) -> AsyncIterator[Stage]:
    """A stage that begins once the assistant is online and has heard the car.

    Raises `TimeoutError` when it does not come online, `NonConformance` when no turn works.
    """
    car = car_vid or vid
    filters = [f"vehicle/{car}/#", f"app/{vid}/#", f"cockpit/{vid}/#"]
    async with probing(address, filters) as probe:
        stage = Stage(address, vid, car, profile, probe, lang, timeout_s, interrupt, crash, shown)
        refreshing = asyncio.create_task(stage.refresh())
        try:
            for path, signal in profile.signals.items():
                await stage.put(path, signal.default)
            await stage.provide(online=True)
            await until_online(stage)
            await stage.fresh()
            await stage.works()
            yield stage
        finally:
            refreshing.cancel()
            await stage.leave()


async def until_online(stage: Stage, since: int = 0) -> None:
    """Raises `TimeoutError` when the assistant does not say that it is online."""

    def up(one: Heard) -> bool:
        return one.topic == f"cockpit/{stage.vid}/status" and one.body.get("status") == "online"

    if await stage.probe.until(up, max(60.0, stage.timeout_s), since) is None:
        raise TimeoutError(f"the assistant of {stage.vid} did not come online")
