"""The assistant side: what the contract asks of an assistant. The suite plays the car and the apps."""

from __future__ import annotations

from uuid import uuid4

from hil.conformance import assistant_truth, assistant_wire
from hil.conformance.case import NotTestable, Table, require
from hil.conformance.probe import probing
from hil.conformance.stage import SWITCH, Stage, until_online
from hil.conformance.turn import is_json, once

CASES: Table[Stage] = Table([*assistant_wire.CASES, *assistant_truth.CASES])
"""All of them; those that follow here are about what it bears."""


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
    once(turn.events, turn.id)
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
