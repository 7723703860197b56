"""Scripted conversations through microphones, on virtual time: what people do to a voice assistant, each with the one
outcome it must have."""

from __future__ import annotations

import pytest

from cockpit.events import Held, Ignored, Replied, Transcribed
from cockpit.types import Lang, Zone
from hil.virtual_time import virtually
from tests.component.runtime.live import Car, finals, partials, replies, speech

AC = "Vehicle.Cabin.HVAC.IsAirConditioningActive"
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
LOCK = "Vehicle.Cabin.Door.Row1.DriverSide.IsLocked"


@pytest.mark.parametrize(
    ("lang", "text"), [("zh", "打开空调"), ("en", "turn on the air conditioning")], ids=["zh", "en"]
)
def test_a_complete_command_is_heard_soon_after_its_end(lang: Lang, text: str) -> None:
    async def talk() -> None:
        car = Car(lang)
        clip = car.says(text, at_s=0.5)
        await car.drive(clip.until_s + 3)
        assert finals(car) == [text]
        final = next(event for event in car.events if isinstance(event, Transcribed) and event.final)
        assert car.when(final) - clip.until_s <= 0.35
        assert car.car.values[AC] is True
        assert replies(car) == ["done"]

    virtually(talk())


@pytest.mark.parametrize(
    ("lang", "first", "rest"),
    [("zh", "把空调调到", "二十度"), ("en", "set the temperature to", "twenty degrees")],
    ids=["zh", "en"],
)
def test_a_sentence_that_breaks_off_is_waited_for(lang: Lang, first: str, rest: str) -> None:
    async def talk() -> None:
        car = Car(lang)
        begun = car.says(first, at_s=0.5)
        ended = car.says(rest, at_s=begun.until_s + 1.2)
        await car.drive(ended.until_s + 3)
        assert finals(car) == [f"{first} {rest}" if lang == "en" else first + rest]
        assert first in partials(car)
        assert car.car.values[TEMPERATURE] == 20.0

    virtually(talk())


def test_a_sentence_that_never_goes_on_ends_all_the_same() -> None:
    async def talk() -> None:
        car = Car()
        clip = car.says("把空调调到", at_s=0.5)
        await car.drive(clip.until_s + 4)
        assert finals(car) == ["把空调调到"]
        assert len(replies(car)) == 1

    virtually(talk())


def test_who_speaks_for_long_sees_words_before_the_end() -> None:
    async def talk() -> None:
        car = Car()
        clip = car.says("导航到人民广场然后顺便打开空调把温度调到二十二度", at_s=0.5)
        await car.drive(clip.until_s + 4)
        early = [
            event.text for event in car.events if isinstance(event, Transcribed) and car.when(event) < clip.until_s
        ]
        assert len(early) >= 3
        assert all(clip.text.startswith(text) for text in early)
        assert finals(car) == [clip.text]

    virtually(talk())


def test_only_what_changed_is_recognised_again() -> None:
    """The recognition made in the pause is the final one: none is made after the end."""

    async def talk() -> None:
        car = Car()
        clip = car.says("打开空调", at_s=0.5)
        await car.drive(clip.until_s + 3)
        assert len(car.hearing.calls) <= 2
        assert finals(car) == [clip.text]

    virtually(talk())


@pytest.mark.parametrize(
    ("lang", "command", "other", "path"),
    [("zh", "打开空调", "关闭空调", AC), ("en", "turn on the air conditioning", "turn off the air conditioning", AC)],
    ids=["zh", "en"],
)
def test_a_reply_stops_for_the_person_s_first_word(lang: Lang, command: str, other: str, path: str) -> None:
    async def talk() -> None:
        car = Car(lang)
        car.mouth.duration_s = 8.0
        first = car.says(command, at_s=0.5)
        second = car.says(other, at_s=first.until_s + 3.0)
        await car.drive(second.until_s + 10)
        held = next(event for event in car.events if isinstance(event, Held))
        assert car.when(held) - second.at_s <= 0.1
        assert speech(car) == ["start", "interrupted", "start", "end"]
        assert finals(car) == [command, other]
        assert car.car.values[path] is False

    virtually(talk())


@pytest.mark.parametrize(
    ("lang", "command", "noise"),
    [
        ("zh", "打开空调", "嗯"),
        ("zh", "打开空调", "嗯嗯"),
        ("zh", "打开空调", "好的"),
        ("en", "turn on the air conditioning", "uh-huh"),
        ("en", "turn on the air conditioning", "okay"),
    ],
)
def test_a_sign_of_listening_stops_nothing(lang: Lang, command: str, noise: str) -> None:
    async def talk() -> None:
        car = Car(lang)
        car.mouth.duration_s = 6.0
        first = car.says(command, at_s=0.5)
        car.says(noise, at_s=first.until_s + 3.0, seconds=0.4)
        await car.drive(first.until_s + 12)
        assert speech(car) == ["start", "end"]
        assert finals(car) == [command]
        assert [event.reason for event in car.events if isinstance(event, Ignored)] == ["listening"]
        assert [event.active for event in car.events if isinstance(event, Held)] == [True, False]

    virtually(talk())


@pytest.mark.parametrize(
    ("lang", "command", "word"),
    [("zh", "打开空调", "停"), ("zh", "打开空调", "别说了"), ("en", "turn on the air conditioning", "stop")],
)
def test_a_word_for_silence_gets_silence(lang: Lang, command: str, word: str) -> None:
    async def talk() -> None:
        car = Car(lang)
        car.mouth.duration_s = 8.0
        first = car.says(command, at_s=0.5)
        last = car.says(word, at_s=first.until_s + 3.0, seconds=0.5)
        await car.drive(last.until_s + 10)
        assert speech(car) == ["start", "interrupted"]
        assert replies(car) == ["done"]
        assert len(car.car.carried) == 1

    virtually(talk())


@pytest.mark.parametrize("answer", ["是的", "好的"])
def test_an_answer_before_the_question_ends(answer: str) -> None:
    async def talk() -> None:
        car = Car()
        car.mouth.duration_s = 6.0
        asked = car.says("解锁所有车门", at_s=0.5)
        answered = car.says(answer, at_s=asked.until_s + 2.0)
        await car.drive(answered.until_s + 10)
        assert replies(car) == ["ask", "done"]
        assert speech(car)[:2] == ["start", "interrupted"]
        assert car.car.values[LOCK] is False

    virtually(talk())


def test_a_hum_is_no_yes_to_a_question_that_is_being_asked() -> None:
    async def talk() -> None:
        car = Car()
        car.mouth.duration_s = 6.0
        asked = car.says("解锁所有车门", at_s=0.5)
        car.says("嗯", at_s=asked.until_s + 2.0, seconds=0.35)
        await car.drive(asked.until_s + 12)
        assert replies(car) == ["ask"]
        assert speech(car) == ["start", "end"]
        assert car.car.values[LOCK] is True

    virtually(talk())


def test_silence_after_a_question_changes_nothing() -> None:
    async def talk() -> None:
        car = Car()
        asked = car.says("解锁所有车门", at_s=0.5)
        late = car.says("是的", at_s=asked.until_s + 70.0)
        await car.drive(late.until_s + 10)
        assert replies(car)[0] == "ask"
        assert car.car.values[LOCK] is True

    virtually(talk())


def test_two_people_at_once_are_both_answered_in_their_own_seats() -> None:
    async def talk() -> None:
        car = Car()
        car.says("打开座椅加热", at_s=0.5)
        last = car.says("打开座椅加热", at_s=0.7, zone="front_passenger")
        await car.drive(last.until_s + 12, zones=("driver", "front_passenger"))
        assert replies(car) == ["done", "done"]
        seats = ("DriverSide", "PassengerSide")
        assert all(car.car.values[f"Vehicle.Cabin.Seat.Row1.{seat}.HeatingCooling"] for seat in seats)
        assert {event.zone for event in car.events if isinstance(event, Replied)} == {"driver", "front_passenger"}

    virtually(talk())


@pytest.mark.parametrize("seat", ["driver", "front_passenger"])
def test_one_person_heard_at_two_seats_is_answered_once_where_he_sits(seat: Zone) -> None:
    async def talk() -> None:
        car = Car()
        clip = car.says("打开座椅加热", at_s=0.5, zone=seat)
        other: Zone = "driver" if seat == "front_passenger" else "front_passenger"
        clip.elsewhere[other] = 0.3
        await car.drive(clip.until_s + 6, zones=("driver", "front_passenger"))
        assert [event.zone for event in car.events if isinstance(event, Replied)] == [seat]
        assert [event.reason for event in car.events if isinstance(event, Ignored)] == ["other_zone"]

    virtually(talk())


def test_a_click_neither_begins_a_turn_nor_stops_a_reply() -> None:
    async def talk() -> None:
        car = Car()
        car.mouth.duration_s = 5.0
        first = car.says("打开空调", at_s=0.5)
        car.says("", at_s=first.until_s + 2.0, seconds=0.06)
        await car.drive(first.until_s + 9)
        assert speech(car) == ["start", "end"]
        assert replies(car) == ["done"]

    virtually(talk())


def test_talk_among_passengers_gets_no_spoken_answer() -> None:
    async def talk() -> None:
        car = Car()
        clip = car.says("你出门的时候把窗户关了没有我好像忘了", at_s=0.5)
        await car.drive(clip.until_s + 6)
        assert speech(car) == []
        assert car.car.carried == []

    virtually(talk())
