"""The vehicle side: what the contract asks of a car and of the apps on its head unit. The suite plays the assistant."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from hil.conformance.case import NotTestable, Table, require
from hil.conformance.clock import is_stamp, stamp
from hil.conformance.probe import Heard, probing
from hil.conformance.scene import FINAL, ISSUER, QUIET_S, STATUSES, VehicleScene

CASES: Table[VehicleScene] = Table()


@CASES.case("state-retained", "The current value of every signal is retained on state/{VSS/path}.")
async def _(scene: VehicleScene) -> None:
    async with probing(scene.address, [f"vehicle/{scene.vid}/state/#"]) as late:
        told = {".".join(one.levels[3:]) for one in late.heard if one.retained}
    missing = scene.profile.signals.keys() - told
    require(not missing, f"not retained: {', '.join(sorted(missing)[:5])}")


@CASES.case("state-typed", "A state is {value, ts}, the value typed and within the range of its signal.")
async def _(scene: VehicleScene) -> None:
    for path, one in scene.states().items():
        require(one.body.keys() >= {"value", "ts"}, f"{path}: {one.raw[:80]!r}")
        signal = scene.profile.signals.get(path)
        if signal is not None:
            fault = signal.fault(one.body["value"])
            require(not fault, f"{path} is {one.body['value']!r}: wrong {fault}")


@CASES.case("state-time", "Times are RFC 3339 in UTC with milliseconds.")
async def _(scene: VehicleScene) -> None:
    for path, one in scene.states().items():
        require(is_stamp(one.body.get("ts")), f"{path}: ts is {one.body.get('ts')!r}")


@CASES.case("state-qos", "States, results and presences are published with QoS 1.")
async def _(scene: VehicleScene) -> None:
    ident, _ = await scene.toggle()
    await scene.final(ident)
    sides = ("state", "result", "provider")
    for one in scene.probe.heard:
        require(one.role not in sides or one.qos == 1, f"{one.topic} came with QoS {one.qos}")


@CASES.case("provider-online", "A provider is retained as online, and its paths cover the signals.")
async def _(scene: VehicleScene) -> None:
    async with probing(scene.address, [f"vehicle/{scene.vid}/provider/+"]) as late:
        online = [one for one in late.heard if one.retained and one.body.get("status") == "online"]
    require(online, "no provider is retained as online")
    patterns = [str(pattern) for one in online for pattern in one.body.get("paths", [])]
    for path in scene.profile.signals:
        covered = any(path == p or (p.endswith(".*") and path.startswith(p[:-1])) for p in patterns)
        require(covered, f"no provider serves {path}")


@CASES.case("set-succeeds", "A wanted value is answered by results that end in succeeded, and is reached.")
async def _(scene: VehicleScene) -> None:
    ident, wanted = await scene.toggle()
    status = await scene.final(ident)
    require(status == "succeeded", f"it ended as {status}")
    await scene.reached(scene.switch, wanted)


@CASES.case("one-final", "Any number of results that are not final, then exactly one that is.")
async def _(scene: VehicleScene) -> None:
    ident, _ = await scene.toggle()
    await scene.final(ident)
    await asyncio.sleep(QUIET_S)
    statuses = [str(one.body.get("status")) for one in scene.results(ident)]
    require(set(statuses) <= STATUSES, f"unknown status among {statuses}")
    require(sum(status in FINAL for status in statuses) == 1 and statuses[-1] in FINAL, f"{statuses}")


@CASES.case("number", "A number is set within its range, and reached.")
async def _(scene: VehicleScene) -> None:
    path = scene.pick(
        lambda s: s.kind == "actuator" and s.min is not None and s.max is not None and s.max > s.min, "ranged actuator"
    )
    signal = scene.profile.signals[path]
    low, high = signal.cast(signal.min or 0.0), signal.cast(signal.max or 0.0)
    wanted = low if scene.shows(path, high) else high
    status = await scene.final(await scene.set(path, wanted))
    require(status == "succeeded", f"it ended as {status}")
    await scene.reached(path, wanted)


@CASES.case("result-issuer", "Results go to result/{issuer}, and are not retained.")
async def _(scene: VehicleScene) -> None:
    issuer = f"other-{uuid4().hex[:6]}"
    ident = await scene.set(scene.switch, not scene.value(scene.switch), issuer=issuer)
    await scene.final(ident)
    for one in scene.results(ident):
        require(one.levels[3] == issuer, f"a result came on {one.topic}")
    async with probing(scene.address, [f"vehicle/{scene.vid}/result/#"]) as late:
        require(not late.all(lambda one: one.retained), "a result is retained")


@CASES.case("expired", "A vehicle drops a wanted value that is older than its ttl_ms.")
async def _(scene: VehicleScene) -> None:
    old = stamp(datetime.now(UTC) - timedelta(minutes=10))
    status = await scene.untouched(scene.switch, not scene.value(scene.switch), ts=old, ttl_ms=3000)
    require(status in {"", "expired"}, f"it ended as {status}")


@CASES.case("wrong-type", "A value of the wrong type is not carried out.")
async def _(scene: VehicleScene) -> None:
    wrong: tuple[object, ...] = ("on", 1, [True], {})
    for value in wrong:
        status = await scene.untouched(scene.switch, value)
        require(status in {"", "rejected", "failed"}, f"{value!r} ended as {status}")


@CASES.case("wrong-range", "A value that is out of range is not carried out.")
async def _(scene: VehicleScene) -> None:
    path = scene.pick(lambda s: s.kind == "actuator" and s.max is not None, "ranged actuator")
    status = await scene.untouched(path, (scene.profile.signals[path].max or 0) + 1)
    require(status in {"", "rejected", "failed"}, f"it ended as {status}")
    named = scene.pick(lambda s: s.kind == "actuator" and s.allowed is not None, "actuator with named values")
    status = await scene.untouched(named, "NO_SUCH_VALUE")
    require(status in {"", "rejected", "failed"}, f"it ended as {status}")


@CASES.case("sensor", "What is no actuator cannot be set.")
async def _(scene: VehicleScene) -> None:
    path = scene.pick(lambda s: s.kind == "sensor" and s.datatype in {"float", "uint8", "boolean"}, "sensor")
    value = scene.value(path)
    other = not value if isinstance(value, bool) else value + 1
    status = await scene.untouched(path, other)
    require(status in {"", "rejected", "failed"}, f"it ended as {status}")


@CASES.case("unknown-keys", "Unknown keys are ignored.")
async def _(scene: VehicleScene) -> None:
    ident = await scene.set(scene.switch, not scene.value(scene.switch), colour="red", nested={"a": [1]})
    require(await scene.final(ident) == "succeeded", "a command with an unknown key was not carried out")


@CASES.case("broken", "A missing or ill-typed key, or what is no JSON, never stops the service.")
async def _(scene: VehicleScene) -> None:
    before, topic = scene.value(scene.switch), f"vehicle/{scene.vid}/set/{scene.switch.replace('.', '/')}"
    for raw in (b"", b"{", b"[]", b"\xff\xfe", b'{"id": 3}', b'{"value": true}'):
        await scene.probe.publish(topic, raw)
    for missing in ("ttl_ms", "ts"):
        await scene.set(scene.switch, not before, **{missing: None})
    await asyncio.sleep(QUIET_S)
    require(scene.value(scene.switch) == before, "a broken command was carried out")
    ident, _ = await scene.toggle()
    require(await scene.final(ident) == "succeeded", "the next command was not carried out")


@CASES.case("side-by-side", "Each of several commands has its own final result.")
async def _(scene: VehicleScene) -> None:
    pushes = {p for c in scene.profile.controls.values() if c.momentary for ps in c.targets.values() for p in ps}
    paths = [p for p, s in scene.profile.signals.items() if s.kind == "actuator" and s.datatype == "boolean"]
    chosen = [path for path in paths if path not in pushes][:5]
    idents = [await scene.set(path, scene.value(path)) for path in chosen]
    for ident in idents:
        require(await scene.final(ident) == "succeeded", "one of them did not succeed")


@CASES.case("mqtt-3.1.1", "A peer of MQTT 3.1.1 is served as one of MQTT 5 is.")
async def _(scene: VehicleScene) -> None:
    async with probing(scene.address, [f"vehicle/{scene.vid}/result/{ISSUER}"], version="3.1.1") as old:
        ident = await scene.set(scene.switch, not scene.value(scene.switch), probe=old)
        answer = await old.until(
            lambda one: one.body.get("id") == ident and one.body.get("status") in FINAL, scene.timeout_s
        )
    require(answer is not None and answer.body["status"] == "succeeded", "it was not carried out")


@CASES.case("apps-online", "Each app of the profile is retained as online.")
async def _(scene: VehicleScene) -> None:
    async with probing(scene.address, [f"app/{scene.vid}/+/status"]) as late:
        up = {one.role for one in late.heard if one.retained and one.body.get("status") == "online"}
    require(scene.profile.apps.keys() <= up, f"not online: {', '.join(sorted(scene.profile.apps.keys() - up))}")


@CASES.case("app-answers", "A request to an app has exactly one result, with its id.")
async def _(scene: VehicleScene) -> None:
    for app, action, args in (("navigation", "eta", {}), ("weather", "query", {"day": "today"})):
        if app not in scene.profile.apps:
            continue
        ident = str(uuid4())
        body = {"id": ident, "args": args, "ttl_ms": 3000, "ts": stamp(), "turn": uuid4().hex}
        await scene.probe.publish(f"app/{scene.vid}/{app}/{action}", body)

        def mine(one: Heard, ident: str = ident) -> bool:
            return one.topic == f"app/{scene.vid}/result" and one.body.get("id") == ident

        await scene.probe.until(mine, scene.timeout_s)
        await asyncio.sleep(QUIET_S)
        answers = scene.probe.all(mine)
        require(len(answers) == 1, f"{app} {action}: {len(answers)} results")
        body = answers[0].body
        require(body.get("status") in {"succeeded", "failed"}, f"{app}: status {body.get('status')!r}")
        require(isinstance(body.get("data", {}), dict), f"{app}: data is no object")


@CASES.case("app-expired", "An app's request that is older than its ttl_ms is not carried out.")
async def _(scene: VehicleScene) -> None:
    ident, old = str(uuid4()), stamp(datetime.now(UTC) - timedelta(minutes=10))
    body = {"id": ident, "args": {}, "ttl_ms": 3000, "ts": old, "turn": uuid4().hex}
    await scene.probe.publish(f"app/{scene.vid}/navigation/eta", body)
    await asyncio.sleep(QUIET_S)
    succeeded = scene.probe.all(lambda one: one.body.get("id") == ident and one.body.get("status") == "succeeded")
    require(not succeeded, "it was carried out")


@CASES.case("last-will", "A provider that is lost is retained as offline.")
async def _(scene: VehicleScene) -> None:
    if scene.crash is None:
        raise NotTestable("needs a way to end the vehicle (--crash)")
    place = scene.probe.place
    await scene.crash()
    gone = await scene.probe.until(
        lambda one: one.role == "provider" and one.body.get("status") == "offline", scene.timeout_s, place
    )
    require(gone is not None, "it never said that it is offline")
    async with probing(scene.address, [f"vehicle/{scene.vid}/provider/+"]) as late:
        online = late.all(lambda one: one.body.get("status") == "online")
        require(not online, "a provider is still retained as online")
