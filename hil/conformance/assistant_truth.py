"""What an assistant says of the car, against what the car did."""

from __future__ import annotations

from typing import Any

from hil.conformance.case import Table, require
from hil.conformance.stage import SWITCH, WINDOW, Stage
from hil.conformance.turn import once

CASES: Table[Stage] = Table()


@CASES.case("done", "What succeeded and was reached is told as done; one reply and one turn_end a turn.")
async def _(stage: Stage) -> None:
    await stage.fresh()
    turn = await stage.say("on")
    once(turn.events, turn.id)
    require(turn.kind == "done", f"the reply's kind is {turn.kind!r}")
    require(stage.values[SWITCH] is True, f"{SWITCH} was not set")
    require(len(stage.sets(turn.place)) == 1, f"{len(stage.sets(turn.place))} wanted values were published")
    turn = await stage.say("window")
    require(turn.kind == "done" and stage.values[WINDOW] == 50, f"the window: {turn.kind}, {stage.values[WINDOW]!r}")


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
    once(turn.events, turn.id)
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
    once(turn.events, turn.id)
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
