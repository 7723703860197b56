"""Acts that are understood only doubtfully: asked about where there is something to do, and only there."""

from __future__ import annotations

import asyncio

from cockpit.dialog.context import Context, Pending
from cockpit.runtime.acting import Speaker
from cockpit.types import Act, SlotValue, Zone
from hil.virtual_time import virtually
from tests.component.runtime.scripted import Cockpit

AC = "Vehicle.Cabin.HVAC.IsAirConditioningActive"
SPEED = "Vehicle.Speed"


async def doubted(
    cockpit: Cockpit, intent: str, context: Context | None = None, zone: Zone = "driver", **slots: SlotValue
) -> tuple[str, Context]:
    """The kind of reply to a doubtful act, and the context after it."""
    speaker = Speaker("turn", zone, "zh", asyncio.get_running_loop().time() + 10)
    told, after = await cockpit.acting.act((Act(intent, slots, 0.6, doubtful=True),), context or Context(), speaker)
    (only,) = told
    return only.kind, after


def test_a_doubtful_act_waits_for_a_yes() -> None:
    async def talk() -> None:
        cockpit = Cockpit()
        kind, context = await doubted(cockpit, "ac.on")
        assert kind == "ask"
        assert cockpit.car.values[AC] is False
        speaker = Speaker("turn", "driver", "zh", asyncio.get_running_loop().time() + 10)
        await cockpit.acting.act((Act("dialog.yes"),), context, speaker)
        assert cockpit.car.values[AC] is True

    virtually(talk())


def test_nobody_is_asked_about_what_is_not_allowed() -> None:
    async def talk() -> None:
        cockpit = Cockpit()
        cockpit.car.values[SPEED] = 50.0
        kind, context = await doubted(cockpit, "mirror_fold.on")
        assert kind == "refused"
        assert context.pending is None

    virtually(talk())


def test_nobody_is_asked_about_what_is_so_already() -> None:
    async def talk() -> None:
        cockpit = Cockpit()
        kind, context = await doubted(cockpit, "ac.off")
        assert kind == "already"
        assert context.pending is None

    virtually(talk())


def test_nobody_is_asked_whether_they_want_to_know() -> None:
    async def talk() -> None:
        cockpit = Cockpit()
        kind, _ = await doubted(cockpit, "weather.query", day="tomorrow")
        assert kind == "answer"
        assert len(cockpit.car.carried) == 1

    virtually(talk())


def test_what_was_asked_for_is_not_doubted_when_it_comes() -> None:
    async def talk() -> None:
        cockpit = Cockpit()
        asked = Context((), Pending(Act("phone.call"), "contact"), asyncio.get_running_loop().time())
        kind, _ = await doubted(cockpit, "phone.call", asked, contact="Anna")
        assert kind == "done"
        assert [permit.proposal.args for permit in cockpit.car.carried] == [{"contact": "Anna"}]

    virtually(talk())


def test_something_else_than_was_asked_for_is_still_doubted() -> None:
    async def talk() -> None:
        cockpit = Cockpit()
        asked = Context((), Pending(Act("phone.call"), "contact"), asyncio.get_running_loop().time())
        kind, _ = await doubted(cockpit, "ac.on", asked)
        assert kind == "ask"
        assert cockpit.car.carried == []

    virtually(talk())
