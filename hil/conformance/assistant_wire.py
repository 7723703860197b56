"""What an assistant publishes: topics, keys, QoS, retention, properties."""

from __future__ import annotations

import math

from hil.conformance.case import NotTestable, Table, require
from hil.conformance.clock import age_s, is_stamp
from hil.conformance.probe import Heard, probing
from hil.conformance.stage import Stage
from hil.conformance.turn import once

KINDS = {"done", "partial", "already", "ask", "refused", "failed", "unavailable", "answer", "unsupported"}

CASES: Table[Stage] = Table()


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
    once(turn.events, turn.id)
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
