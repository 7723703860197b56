"""What is talked about, on virtual time: spoken while it is written, stopped, beside what is done, and late."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from cockpit.events import ErrorOccurred, Replied, Routed, Spoke
from cockpit.types import Act, Utterance
from hil.virtual_time import virtually
from tests.component.runtime.scripted import Cockpit, ScriptedTalk

AC = "Vehicle.Cabin.HVAC.IsAirConditioningActive"
JOKE = {"zh": "给我讲个笑话", "en": "why do leaves turn red"}
BOTH = {"zh": "打开空调，顺便给我讲个笑话", "en": "turn on the air conditioning and tell me a joke"}


def spoken() -> Utterance:
    return Utterance(np.zeros(16_000, np.float32), "driver", asyncio.get_running_loop().time())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_answer_is_spoken_while_it_is_written(lang: str) -> None:
    async def talk() -> None:
        cockpit = Cockpit(talk=ScriptedTalk([(0.5, "one,"), (3.0, "two.")]))
        cockpit.ears.text, cockpit.ears.lang = JOKE[lang], lang  # type: ignore[assignment]
        turn = cockpit.turn(utterance=spoken())
        await cockpit.runner.run(turn)
        assert turn.timings["first_audio"] < 1000 < turn.timings["reply"]
        kinds = [type(event) for event in cockpit.events if isinstance(event, Spoke | Replied)]
        assert kinds[0] is Spoke  # it sounds before all of it is there
        reply = cockpit.reply(turn.id)
        assert (reply.kind, "one" in reply.text, "two" in reply.text) == ("answer", True, True)

    virtually(talk())


def test_speech_that_is_interrupted_stops_the_writing() -> None:
    async def talk() -> None:
        talks = ScriptedTalk([(0.5, "一，"), (9.0, "二。")])
        cockpit = Cockpit(talk=talks)
        cockpit.ears.text, cockpit.mouth.duration_s = JOKE["zh"], 30.0
        first, second = cockpit.turn(utterance=spoken()), cockpit.turn(utterance=spoken())
        lanes = asyncio.create_task(cockpit.lanes.run())
        cockpit.lanes.submit(first)
        await asyncio.sleep(2)
        assert first.sounding
        cockpit.ears.text = "打开空调"
        cockpit.lanes.submit(second)
        await asyncio.sleep(1)
        assert talks.stopped == 1
        assert cockpit.spoken(first.id) == ["start", "interrupted"]
        assert cockpit.reply(first.id).text == "一，"
        assert cockpit.car.values[AC] is True
        lanes.cancel()

    virtually(talk())


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("acts_s", "talk_s", "acts_first"), [(0.1, 2.0, True), (3.0, 0.5, False)])
def test_what_is_ready_first_is_told_first(lang: str, acts_s: float, talk_s: float, acts_first: bool) -> None:
    async def talk() -> None:
        cockpit = Cockpit(talk=ScriptedTalk([(talk_s, "哈哈。" if lang == "zh" else "Ha ha.")]))
        cockpit.car.delay_s = acts_s
        reply = await cockpit.type(BOTH[lang], lang=lang)  # type: ignore[arg-type]
        assert reply.kind == "done"
        assert cockpit.car.values[AC] is True
        laugh = reply.text.find("哈哈" if lang == "zh" else "Ha ha")
        assert (laugh > 0) is acts_first
        assert {event.tier for event in cockpit.events if isinstance(event, Routed)} == {"nlu"}

    virtually(talk())


def test_an_answer_that_never_begins_is_one_late_reply() -> None:
    async def talk() -> None:
        talks = ScriptedTalk([(60.0, "zu spät")])
        cockpit = Cockpit(talk=talks)
        reply = await cockpit.type(JOKE["zh"])
        assert reply.kind == "failed"
        assert [event.code for event in cockpit.events if isinstance(event, ErrorOccurred)] == ["cockpit-late"]
        assert talks.stopped == 1
        assert (await cockpit.type("打开空调")).kind == "done"

    virtually(talk())


def test_the_talk_hears_of_acts_about_the_assistant() -> None:
    async def talk() -> None:
        talks = ScriptedTalk([])
        cockpit = Cockpit(talk=talks)
        assert (await cockpit.type("别联网")).kind == "answer"
        assert talks.heeded == ["assistant.offline"]
        assert talks.asked == []

    virtually(talk())


def test_what_is_proposed_is_asked_about_before_it_is_done() -> None:
    async def talk() -> None:
        proposals = (Act("ac.on", {}, 0.0, "咕噜咕噜叽里", doubtful=True),)
        talks = ScriptedTalk([(0.1, "no")], proposals=proposals)
        cockpit = Cockpit(talk=talks)
        assert (await cockpit.type("咕噜咕噜叽里")).kind == "ask"
        assert (cockpit.car.carried, talks.asked) == ([], [])
        talks.proposals = ()
        assert (await cockpit.type("是的")).kind == "done"
        assert cockpit.car.values[AC] is True

    virtually(talk())
