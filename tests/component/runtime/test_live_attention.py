"""Scripted conversations with wake words, push-to-talk and follow-ups, on virtual time."""

from __future__ import annotations

import asyncio

import pytest

from cockpit.bus.payloads import ListenRequest
from cockpit.config import Settings, WakeSettings
from cockpit.events import Replied, Transcribed, Woken
from hil.virtual_time import virtually
from tests.component.runtime.live import Car, finals, replies, speech

TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
WAITS = Settings(wake=WakeSettings(required=True))
FREE = Settings(wake=WakeSettings(required=True, free=True))


def test_without_the_wake_word_nothing_is_recognised() -> None:
    async def talk() -> None:
        car = Car(settings=WAITS)
        clip = car.says("打开空调", at_s=0.5)
        await car.drive(clip.until_s + 4)
        assert car.hearing.calls == []
        assert car.events == []

    virtually(talk())


@pytest.mark.parametrize("pause_s", [0.0, 0.3, 3.0])
def test_what_follows_the_wake_word_is_heard_with_and_without_a_pause(pause_s: float) -> None:
    async def talk() -> None:
        car = Car(settings=WAITS)
        wake = car.wakes(at_s=0.5)
        clip = car.says("打开空调", at_s=wake.until_s + pause_s)
        await car.drive(clip.until_s + 4)
        assert finals(car) == ["打开空调"]
        assert [event.word for event in car.events if isinstance(event, Woken)] == ["test"]
        assert replies(car) == ["done"]

    virtually(talk())


def test_after_the_wake_word_one_is_not_listened_to_for_ever() -> None:
    async def talk() -> None:
        car = Car(settings=WAITS)
        wake = car.wakes(at_s=0.5)
        clip = car.says("打开空调", at_s=wake.until_s + WAITS.wake.listen_s + 1)
        await car.drive(clip.until_s + 4)
        assert finals(car) == []

    virtually(talk())


@pytest.mark.parametrize(("after_s", "heard"), [(3.0, True), (20.0, False)])
def test_a_follow_up_needs_no_wake_word(after_s: float, heard: bool) -> None:
    async def talk() -> None:
        car = Car(settings=WAITS)
        wake = car.wakes(at_s=0.5)
        first = car.says("打开空调", at_s=wake.until_s)
        follow = car.says("温度调到二十二度", at_s=first.until_s + 3.0 + after_s)
        await car.drive(follow.until_s + 4)
        assert len(finals(car)) == 1 + heard
        assert (car.car.values[TEMPERATURE] == 22.0) is heard

    virtually(talk())


def test_talk_among_passengers_does_not_keep_the_conversation_open() -> None:
    async def talk() -> None:
        car = Car(settings=WAITS)
        wake = car.wakes(at_s=0.5)
        until_s = car.says("打开空调", at_s=wake.until_s).until_s
        for text in ("他觉得那家公司挺不错", "他昨天没有来上班", "你看到那个消息了吗", "我们周末去哪儿玩"):
            until_s = car.says(text, at_s=until_s + 5).until_s
        await car.drive(until_s + 4)
        assert len(finals(car)) <= 2

    virtually(talk())


def test_push_to_talk_ends_with_the_key() -> None:
    async def talk() -> None:
        car = Car(settings=WAITS)
        loop = asyncio.get_running_loop()
        clip = car.says("把空调调到", at_s=0.5)
        loop.call_later(0.3, lambda: car.listening.press(ListenRequest(zone="driver", on=True)))
        up_s = clip.until_s + 0.1
        loop.call_later(up_s, lambda: car.listening.press(ListenRequest(zone="driver", on=False)))
        await car.drive(clip.until_s + 4)
        final = next(event for event in car.events if isinstance(event, Transcribed) and event.final)
        assert final.text == "把空调调到"
        assert car.when(final) - up_s <= 0.25

    virtually(talk())


@pytest.mark.parametrize(("pressed_s", "heard"), [(0.75, ["打开空调"]), (1.4, ["打开空调"]), (2.3, [])])
def test_a_key_that_goes_down_while_speaking_counts_where_it_has_just_begun(pressed_s: float, heard: list[str]) -> None:
    async def talk() -> None:
        car = Car(settings=WAITS)
        clip = car.says("打开空调", at_s=0.5, seconds=2.0)
        loop = asyncio.get_running_loop()
        loop.call_later(pressed_s, lambda: car.listening.press(ListenRequest(zone="driver", on=True)))
        loop.call_later(clip.until_s + 0.1, lambda: car.listening.press(ListenRequest(zone="driver", on=False)))
        await car.drive(clip.until_s + 4)
        assert [text for text in finals(car) if text == "打开空调"] == heard

    virtually(talk())


def test_chat_of_a_passenger_who_heard_the_wake_word_too_is_not_answered() -> None:
    async def talk() -> None:
        car = Car(settings=WAITS)
        wake = car.wakes(at_s=0.5)
        clip = car.says("打开空调", at_s=wake.until_s)
        clip.elsewhere["front_passenger"] = 0.3
        chat = car.says("打开天窗", at_s=clip.until_s + 2.5, zone="front_passenger")
        await car.drive(chat.until_s + 4, zones=("driver", "front_passenger"))
        assert [event.zone for event in car.events if isinstance(event, Replied)] == ["driver"]

    virtually(talk())


@pytest.mark.parametrize(("text", "done"), [("下一首", True), ("打开空调", False), ("今天天气真好啊", False)])
def test_some_commands_need_no_wake_word_where_that_is_switched_on(text: str, done: bool) -> None:
    async def talk() -> None:
        car = Car(settings=FREE)
        clip = car.says(text, at_s=0.5)
        await car.drive(clip.until_s + 4)
        assert bool(car.car.carried) is done
        assert len(replies(car)) == done

    virtually(talk())


def test_the_wake_word_interrupts_a_reply() -> None:
    async def talk() -> None:
        car = Car(settings=WAITS)
        car.mouth.duration_s = 10.0
        wake = car.wakes(at_s=0.5)
        first = car.says("打开空调", at_s=wake.until_s)
        again = car.wakes(at_s=first.until_s + 3.0)
        last = car.says("关闭空调", at_s=again.until_s)
        await car.drive(last.until_s + 12)
        assert speech(car)[:2] == ["start", "interrupted"]
        assert finals(car) == ["打开空调", "关闭空调"]

    virtually(talk())
