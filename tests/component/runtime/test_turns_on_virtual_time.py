"""Whole conversations on virtual time: deadlines, expiry, barge-in and cancellation, to the millisecond."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from cockpit.errors import ModelError, RecognitionError
from cockpit.events import ErrorOccurred, Transcribed, TurnEnded
from cockpit.types import Transcript, Utterance
from hil.virtual_time import virtually
from tests.component.runtime.scripted import Cockpit

AC = "Vehicle.Cabin.HVAC.IsAirConditioningActive"
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
LOCK = "Vehicle.Cabin.Door.Row1.DriverSide.IsLocked"


def spoken() -> Utterance:
    return Utterance(np.zeros(16_000, np.float32), "driver", asyncio.get_running_loop().time())


@pytest.mark.parametrize("text", ["打开空调", "turn on the air conditioning"])
def test_a_typed_command_is_done_when_the_car_says_so(text: str) -> None:
    async def talk() -> None:
        cockpit = Cockpit()
        cockpit.car.delay_s = 3.0
        began = asyncio.get_running_loop().time()
        reply = await cockpit.type(text)
        assert reply.kind == "done"
        assert cockpit.car.values[AC] is True
        assert asyncio.get_running_loop().time() - began == pytest.approx(3.0)

    virtually(talk())


def test_a_car_that_fails_is_not_told_as_done() -> None:
    async def talk() -> None:
        cockpit = Cockpit()
        cockpit.car.broken = True
        reply = await cockpit.type("打开空调")
        assert reply.kind == "failed"
        assert "已打开" not in reply.text

    virtually(talk())


def test_a_turn_past_its_deadline_is_told_and_the_next_one_works() -> None:
    async def talk() -> None:
        cockpit = Cockpit()
        cockpit.ears.delay_s, cockpit.ears.text = 60.0, "打开空调"
        turn = cockpit.turn(utterance=spoken())
        await cockpit.runner.run(turn)
        assert cockpit.reply(turn.id).kind == "failed"
        assert [e.code for e in cockpit.events if isinstance(e, ErrorOccurred)] == ["cockpit-late"]
        assert cockpit.car.carried == []
        assert (await cockpit.type("打开空调")).kind == "done"

    virtually(talk())


@pytest.mark.parametrize("error", [ModelError("missing", "no model"), RecognitionError("late", "too late")])
def test_a_recogniser_that_fails_is_one_reply_and_an_error_event(error: ModelError | RecognitionError) -> None:
    async def talk() -> None:
        cockpit = Cockpit()
        cockpit.ears.error = error
        turn = cockpit.turn(utterance=spoken())
        await cockpit.runner.run(turn)
        assert cockpit.reply(turn.id).kind == "failed"
        assert [e.code for e in cockpit.events if isinstance(e, ErrorOccurred)] == [error.code]
        assert (await cockpit.type("打开空调")).kind == "done"

    virtually(talk())


def test_an_unexpected_exception_still_ends_in_one_reply() -> None:
    async def talk() -> None:
        cockpit = Cockpit()

        async def breaks(*_: object) -> None:
            raise ZeroDivisionError("in a handler")

        cockpit.acting.act = breaks  # type: ignore[method-assign,assignment]
        reply = await cockpit.type("打开空调")
        assert reply.kind == "failed"
        assert [e.code for e in cockpit.events if isinstance(e, ErrorOccurred)] == ["cockpit-internal"]

    virtually(talk())


def test_cancelling_a_turn_lets_a_command_under_way_finish() -> None:
    async def talk() -> None:
        cockpit = Cockpit()
        cockpit.car.delay_s = 2.0
        turn = cockpit.turn(text="打开空调")
        running = asyncio.create_task(cockpit.runner.run(turn))
        await asyncio.sleep(1.0)
        assert cockpit.car.under_way == 1
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert cockpit.reply(turn.id).kind == "answer"
        ended = [event for event in cockpit.events if isinstance(event, TurnEnded)]
        assert [event.outcome for event in ended] == ["cancelled"]
        await cockpit.acting.close()
        assert cockpit.car.values[AC] is True

    virtually(talk())


def test_context_lasts_sixty_seconds_after_the_last_turn() -> None:
    async def talk() -> None:
        cockpit = Cockpit()
        await cockpit.type("温度调到二十二度")
        await asyncio.sleep(59)
        assert (await cockpit.type("再高一点")).kind == "done"
        assert cockpit.car.values[TEMPERATURE] == 23.0
        await asyncio.sleep(61)
        assert (await cockpit.type("再高一点")).kind == "unsupported"
        assert cockpit.car.values[TEMPERATURE] == 23.0

    virtually(talk())


def test_a_yes_counts_only_while_its_question_does() -> None:
    async def talk() -> None:
        cockpit = Cockpit()
        assert (await cockpit.type("unlock all doors")).kind == "ask"
        await asyncio.sleep(61)
        assert (await cockpit.type("yes")).kind == "answer"
        assert cockpit.car.values[LOCK] is True
        assert (await cockpit.type("unlock all doors")).kind == "ask"
        assert (await cockpit.type("yes")).kind == "done"
        assert cockpit.car.values[LOCK] is False

    virtually(talk())


def test_another_request_drops_the_question() -> None:
    async def talk() -> None:
        cockpit = Cockpit()
        assert (await cockpit.type("解锁所有车门")).kind == "ask"
        assert (await cockpit.type("打开空调")).kind == "done"
        await cockpit.type("是的")
        assert cockpit.car.values[LOCK] is True

    virtually(talk())


def test_zones_have_contexts_of_their_own() -> None:
    async def talk() -> None:
        cockpit = Cockpit()
        assert (await cockpit.type("解锁所有车门", "driver")).kind == "ask"
        await cockpit.type("是的", "front_passenger")
        assert cockpit.car.values[LOCK] is True
        await cockpit.type("是的", "driver")
        assert cockpit.car.values[LOCK] is False

    virtually(talk())


def test_a_new_utterance_stops_the_speech_before_it() -> None:
    async def talk() -> None:
        cockpit = Cockpit()
        cockpit.ears.text, cockpit.ears.delay_s, cockpit.mouth.duration_s = "打开空调", 0.2, 30.0
        first, second = cockpit.turn(utterance=spoken()), cockpit.turn(utterance=spoken())
        lanes = asyncio.create_task(cockpit.lanes.run())
        assert cockpit.lanes.submit(first)
        await asyncio.sleep(5)
        assert first.sounding
        cockpit.ears.text = "关闭空调"
        cockpit.lanes.submit(second)
        await asyncio.sleep(0.1)
        assert cockpit.spoken(first.id) == ["start", "interrupted"]
        await asyncio.sleep(60)
        assert cockpit.spoken(second.id) == ["start", "end"]
        assert cockpit.car.values[AC] is False
        lanes.cancel()

    virtually(talk())


def test_a_full_lane_turns_away_and_says_so() -> None:
    async def talk() -> None:
        cockpit = Cockpit()
        taken = [cockpit.lanes.submit(cockpit.turn(text="打开空调")) for _ in range(6)]
        assert taken == [True] * 4 + [False] * 2

    virtually(talk())


def test_turns_of_different_zones_run_side_by_side() -> None:
    async def talk() -> None:
        cockpit = Cockpit()
        cockpit.car.delay_s = 4.0
        lanes = asyncio.create_task(cockpit.lanes.run())
        began = asyncio.get_running_loop().time()
        for zone in ("driver", "front_passenger"):
            cockpit.lanes.submit(cockpit.turn(text="打开座椅加热", zone=zone))
        await asyncio.sleep(4.5)
        ended = [event for event in cockpit.events if isinstance(event, TurnEnded)]
        assert {event.zone for event in ended} == {"driver", "front_passenger"}
        assert asyncio.get_running_loop().time() - began == pytest.approx(4.5)
        lanes.cancel()

    virtually(talk())


def test_what_makes_no_sense_is_heard_again_by_another_engine() -> None:
    async def talk() -> None:
        cockpit = Cockpit()
        cockpit.ears.text, cockpit.ears.lang = "for me don't show a due", "en"
        cockpit.ears.second = Transcript("打开空调", "zh", "another", 1.0)
        turn = cockpit.turn(utterance=spoken())
        await cockpit.runner.run(turn)
        reply = cockpit.reply(turn.id)
        assert (reply.kind, reply.lang) == ("done", "zh")
        assert [e.text for e in cockpit.events if isinstance(e, Transcribed)] == ["for me don't show a due", "打开空调"]

    virtually(talk())


def test_a_second_opinion_that_makes_no_sense_either_changes_nothing() -> None:
    async def talk() -> None:
        cockpit = Cockpit()
        cockpit.ears.text, cockpit.ears.lang = "what a lovely day it is out there", "en"
        cockpit.ears.second = Transcript("周末要不要一起去吃火锅", "zh", "another", 1.0)
        turn = cockpit.turn(utterance=spoken())
        await cockpit.runner.run(turn)
        reply = cockpit.reply(turn.id)
        assert (reply.kind, reply.lang) == ("unsupported", "en")
        assert cockpit.car.carried == []

    virtually(talk())
