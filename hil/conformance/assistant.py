"""The assistant side: what the contract asks of an assistant. The suite plays the car and the apps."""

from __future__ import annotations

import math
from typing import Any
from uuid import uuid4

from hil.conformance.case import NotTestable, Table, require
from hil.conformance.clock import age_s, is_stamp
from hil.conformance.probe import Heard, probing
from hil.conformance.stage import SWITCH, WINDOW, Stage, is_json, until_online

KINDS = {"done", "partial", "already", "ask", "refused", "failed", "unavailable", "answer", "unsupported"}

CASES: Table[Stage] = Table()


def _once(turn_events: list[dict[str, Any]], turn: str) -> None:
    for kind in ("reply", "turn_end"):
        count = sum(one.get("type") == kind for one in turn_events)
        require(count == 1, f"{count} events {kind} in turn {turn}")


@CASES.case("status", "The status is retained: status, version, languages, ready.")
async def _(stage: Stage) -> None:
    async with probing(stage.address, [f"cockpit/{stage.vid}/status"]) as late:
        told = [one for one in late.heard if one.retained]
    require(len(told) == 1, "no status is retained")
    body = told[0].body
    require(body.get("status") in {"starting", "online"}, f"status is {body.get('status')!r}")
    require(isinstance(body.get("version"), str), "version is missing")
    require(isinstance(body.get("languages"), list) and body["languages"], "languages are missing")
    ready = body.get("ready")
    require(isinstance(ready, dict) and all(isinstance(one, bool) for one in ready.values()), f"ready is {ready!r}")


@CASES.case("reset", "A reset is answered by the event reset with its id.")
async def _(stage: Stage) -> None:
    await stage.fresh()


@CASES.case("done", "What succeeded and was reached is told as done; one reply and one turn_end a turn.")
async def _(stage: Stage) -> None:
    await stage.fresh()
    turn = await stage.say("on")
    _once(turn.events, turn.id)
    require(turn.kind == "done", f"the reply's kind is {turn.kind!r}")
    require(stage.values[SWITCH] is True, f"{SWITCH} was not set")
    require(len(stage.sets(turn.place)) == 1, f"{len(stage.sets(turn.place))} wanted values were published")
    turn = await stage.say("window")
    require(turn.kind == "done" and stage.values[WINDOW] == 50, f"the window: {turn.kind}, {stage.values[WINDOW]!r}")


@CASES.case("set-payload", "A wanted value has id, value, ttl_ms, ts, issuer and turn; QoS 1, not retained.")
async def _(stage: Stage) -> None:
    stage.on_contract()
    await stage.fresh()
    turn = await stage.say("on")
    (one,) = stage.sets(turn.place)
    body = one.body
    require(isinstance(body.get("id"), str) and body["id"], f"id is {body.get('id')!r}")
    require(body.get("value") is True, f"value is {body.get('value')!r}")
    ttl = body.get("ttl_ms")
    require(isinstance(ttl, int) and not isinstance(ttl, bool) and ttl > 0, f"ttl_ms is {ttl!r}")
    require(is_stamp(body.get("ts")) and abs(age_s(body["ts"])) < 60, f"ts is {body.get('ts')!r}")
    require(isinstance(body.get("issuer"), str) and body["issuer"], f"issuer is {body.get('issuer')!r}")
    require(body.get("turn") == turn.id, f"turn is {body.get('turn')!r}, not the request's id")
    require(one.qos == 1 and not one.retained, f"QoS {one.qos}, retained {one.retained}")


def _properties(one: Heard) -> None:
    told = one.properties
    if not told:
        raise NotTestable("broker or assistant does not speak MQTT 5")
    require(told.get("CorrelationData") == one.body["id"].encode().hex(), "Correlation Data is not the id")
    expiry = told.get("MessageExpiryInterval")
    longest = math.ceil(one.body["ttl_ms"] / 1000)
    require(isinstance(expiry, int) and 0 < expiry <= longest, f"Message Expiry is {expiry!r}, ttl_ms {longest} s")
    require("json" in str(told.get("ContentType", "")), f"the content type is {told.get('ContentType')!r}")


@CASES.case("mqtt-5", "On MQTT 5: Correlation Data is the id, Message Expiry from ttl_ms, and the content type.")
async def _(stage: Stage) -> None:
    stage.on_contract()
    await stage.fresh()
    turn = await stage.say("on")
    _properties(stage.sets(turn.place)[0])


@CASES.case("app", "An app is asked with id, args, ttl_ms, ts and turn, and its answer told.")
async def _(stage: Stage) -> None:
    await stage.fresh()
    turn = await stage.say("weather")
    _once(turn.events, turn.id)
    require(turn.kind == "answer", f"the reply's kind is {turn.kind!r}")
    requests = stage.app_requests(turn.place)
    require(len(requests) == 1, f"{len(requests)} requests to apps")
    one = requests[0]
    require(one.levels[2:] == ["weather", "query"], f"it was asked on {one.topic}")
    require(one.body.keys() >= {"id", "args", "ttl_ms", "ts", "turn"}, f"keys are {sorted(one.body)}")
    require(isinstance(one.body["args"], dict) and one.body["turn"] == turn.id, "args or turn are wrong")
    require(one.qos == 1 and not one.retained, f"QoS {one.qos}, retained {one.retained}")
    if one.properties:
        _properties(one)


@CASES.case("app-offline", "An app that is offline is not asked, and that is told.")
async def _(stage: Stage) -> None:
    await stage.fresh()
    await stage.probe.publish(f"app/{stage.vid}/weather/status", {"status": "offline"}, retain=True)
    turn = await stage.say("weather")
    require(turn.kind in {"unavailable", "failed"}, f"the reply's kind is {turn.kind!r}")
    require(not stage.app_requests(turn.place), "it was asked all the same")


@CASES.case(
    "events", "Events have turn, type, ts, t_ms, zone and lang; QoS 0, not retained; the reply's kind is known."
)
async def _(stage: Stage) -> None:
    await stage.fresh()
    turn = await stage.say("on")
    for event in turn.events:
        missing = {"turn", "type", "ts", "t_ms", "zone", "lang"} - event.keys()
        require(not missing, f"event {event.get('type')}: without {', '.join(sorted(missing))}")
        require(is_stamp(event["ts"]), f"event {event['type']}: ts is {event['ts']!r}")
    for one in stage.events(turn.place):
        require(not one.retained and one.qos == 0, f"{one.topic}: QoS {one.qos}, retained {one.retained}")
        require(one.levels[-1] == one.body.get("type"), f"{one.topic} carries type {one.body.get('type')!r}")
    require(turn.kind in KINDS, f"the reply's kind is {turn.kind!r}")
    seen = {str(event["type"]) for event in turn.events}
    require({"transcript", "understood", "action", "reply", "turn_end"} <= seen, f"only {sorted(seen)}")


@CASES.case("already", "What is so already is told as already, and nothing is sent.")
async def _(stage: Stage) -> None:
    await stage.fresh()
    await stage.put(SWITCH, True)
    await stage.reset()
    turn = await stage.say("on")
    require(turn.kind == "already", f"the reply's kind is {turn.kind!r}")
    require(not stage.sets(turn.place), "it was sent all the same")


@CASES.case("from-the-bus", "Done is told from the bus, never from hope: not before the car has said so.")
async def _(stage: Stage) -> None:
    await stage.fresh("slow")
    turn = await stage.begin("on")
    await stage.probe.until(lambda one: one in stage.sets(turn.place), stage.timeout_s, turn.place)
    early = await stage.event(turn, "reply", 1.0)
    require(early is None or early.body.get("kind") != "done", "done was told while the car was still at it")
    stage.go.set()
    turn = await stage.end(turn)
    require(early is not None or turn.kind == "done", f"the reply's kind is {turn.kind!r}")


async def _not_done(stage: Stage, behaviour: Any) -> None:
    await stage.fresh(behaviour)
    turn = await stage.say("on")
    _once(turn.events, turn.id)
    require(turn.kind == "failed", f"the reply's kind is {turn.kind!r}")
    require(len(stage.sets(turn.place)) == 1, f"sent {len(stage.sets(turn.place))} times")


@CASES.case("rejected", "What the vehicle rejects is told as failed.")
async def _(stage: Stage) -> None:
    await _not_done(stage, "reject")


@CASES.case("failed", "What failed on the way is told as failed.")
async def _(stage: Stage) -> None:
    await _not_done(stage, "fail")


@CASES.case("expired", "What the vehicle dropped as too old is told as failed.")
async def _(stage: Stage) -> None:
    await _not_done(stage, "expire")


@CASES.case("no-answer", "What is not answered in time is told as failed, and sent once.")
async def _(stage: Stage) -> None:
    await _not_done(stage, "silent")


@CASES.case("not-reached", "Succeeded without the current value having reached the wanted one is not done.")
async def _(stage: Stage) -> None:
    await _not_done(stage, "pretend")


@CASES.case("unavailable", "A path with no provider online is unavailable: that is said, and nothing sent.")
async def _(stage: Stage) -> None:
    await stage.fresh()
    await stage.provide(online=False)
    turn = await stage.say("on")
    _once(turn.events, turn.id)
    require(turn.kind == "unavailable", f"the reply's kind is {turn.kind!r}")
    require(not stage.sets(turn.place), "it was sent all the same")
    await stage.provide(online=True)


@CASES.case("uncovered", "A path that no online provider serves is unavailable.")
async def _(stage: Stage) -> None:
    stage.on_contract()
    await stage.fresh()
    body = {"status": "online", "paths": [WINDOW]}
    await stage.probe.publish(f"vehicle/{stage.vid}/provider/conformance", body, retain=True)
    turn = await stage.say("on")
    require(turn.kind == "unavailable" and not stage.sets(turn.place), f"the reply's kind is {turn.kind!r}")


@CASES.case("another's-result", "Results for nobody, and repeated ones, change nothing.")
async def _(stage: Stage) -> None:
    stage.on_contract()
    await stage.fresh("slow")
    turn = await stage.begin("on")
    sent = await stage.probe.until(lambda one: one in stage.sets(turn.place), stage.timeout_s, turn.place)
    require(sent is not None, "nothing was sent")
    issuer = str(sent.body["issuer"]) if sent else ""
    await stage.result(issuer, str(uuid4()), "succeeded")
    await stage.result(issuer, str(uuid4()), "failed")
    stage.go.set()
    turn = await stage.end(turn)
    require(turn.kind == "done", f"the reply's kind is {turn.kind!r}")


@CASES.case("unknown-keys", "Unknown keys are ignored.")
async def _(stage: Stage) -> None:
    await stage.fresh()
    turn = await stage.say("on", colour="red", nested={"a": [1]})
    require(turn.kind == "done", f"the reply's kind is {turn.kind!r}")


@CASES.case("broken", "What is broken never stops the service.")
async def _(stage: Stage) -> None:
    await stage.fresh()
    base = f"cockpit/{stage.vid}/request"
    topics = [
        f"{base}/text",
        f"{base}/cancel",
        f"{base}/reset",
        f"{base}/audio/driver/{uuid4().hex}",
        f"{base}/audio/roof/x",
        f"cockpit/{stage.vid}/context/road",
        f"app/{stage.vid}/result",
        f"app/{stage.vid}/weather/status",
        f"vehicle/{stage.car_vid}/result/cockpit",
        f"vehicle/{stage.vid}/state/{SWITCH.replace('.', '/')}",
        f"vehicle/{stage.vid}/provider/broken",
    ]
    for topic in topics:
        for raw in (b"", b"{", b"[]", b"\xff\xfe\x00", b'{"id": 3}', b'{"status": 7, "value": NaN}'):
            await stage.probe.publish(topic, raw)
    turn = await stage.say("on")
    require(turn.kind == "done", f"the next turn's reply is {turn.kind!r}")


@CASES.case("broken-answered", "A broken request is answered where there is someone to answer: error, reply, turn_end.")
async def _(stage: Stage) -> None:
    await stage.fresh()
    turn = await stage.say("on", zone="roof")
    _once(turn.events, turn.id)
    require(turn.kind == "failed", f"the reply's kind is {turn.kind!r}")
    errors = turn.all("error")
    require(errors and errors[0].get("code") and errors[0].get("message"), "no event error with code and message")
    require(not stage.sets(turn.place), "it was carried out")


@CASES.case("not-retained", "Nothing that makes something happen is ever retained.")
async def _(stage: Stage) -> None:
    lasting = {"status", "link"}
    filters = [f"vehicle/{stage.vid}/set/#", f"app/{stage.vid}/#", f"cockpit/{stage.vid}/#"]
    async with probing(stage.address, filters) as late:
        left = [one for one in late.heard if one.retained and one.levels[-1] not in lasting]
    seen = [one for one in (*stage.sets(), *stage.app_requests(), *stage.events()) if one.retained]
    told = {one.topic for one in (*left, *seen)}
    require(not told, f"retained: {', '.join(sorted(told))}")


@CASES.case("never-again", "A wanted value is never queued across a reconnect, nor sent twice after a doubt.")
async def _(stage: Stage) -> None:
    if stage.interrupt is None:
        raise NotTestable("needs a hand on the assistant's connection (--via)")
    await stage.fresh("silent")
    turn = await stage.begin("on")
    await stage.probe.until(lambda one: one in stage.sets(turn.place), stage.timeout_s, turn.place)
    place = stage.probe.place
    await stage.interrupt()
    stage.behaviour = "obey"
    await until_online(stage, place)
    await stage.works()
    wanted = [one.body.get("value") for one in stage.sets(place)]
    require(True not in wanted, "it was sent again after the connection came back")
    require(stage.values[SWITCH] is False, f"{SWITCH} was set after the connection came back")


@CASES.case("nothing-wrong", "What is out of range, of the wrong type or on a sensor is never published; ids are new.")
async def _(stage: Stage) -> None:
    idents: set[str] = set()
    for one in stage.sets():
        path, body = ".".join(one.levels[3:]), one.body
        require(is_json(one.raw), f"{one.topic}: no JSON")
        signal = stage.profile.signals.get(path)
        require(signal is not None and signal.kind == "actuator", f"{path} is no actuator")
        fault = signal.fault(body.get("value")) if signal else "path"
        require(not fault, f"{path}: {body.get('value')!r}: wrong {fault}")
        require(body.get("id") not in idents, f"{path}: an id was used twice")
        idents.add(str(body.get("id")))
    require(idents, "nothing was ever sent")


@CASES.case("last-will", "An assistant that is lost is retained as offline.")
async def _(stage: Stage) -> None:
    if stage.crash is None:
        raise NotTestable("needs a way to end the assistant (--crash)")
    place = stage.probe.place
    await stage.crash()
    gone = await stage.probe.until(
        lambda one: one.topic == f"cockpit/{stage.vid}/status" and one.body.get("status") == "offline",
        stage.timeout_s,
        place,
    )
    require(gone is not None, "it never said that it is offline")
    async with probing(stage.address, [f"cockpit/{stage.vid}/status"]) as late:
        require([one.body.get("status") for one in late.heard if one.retained] == ["offline"], "not retained")
