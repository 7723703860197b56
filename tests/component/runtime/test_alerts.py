"""Events on the road: which are spoken when, on virtual time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from cockpit.bus.payloads import RoadEvent
from cockpit.errors import BusError, SpeechError
from cockpit.runtime.alerts import MAX_WAITING, Known, Way, way
from hil.virtual_time import virtually
from tests.component.runtime.unasked import Cabin

REPLY = "a reply of five words"
TOPIC = "cockpit/demo/context/road"


def event(ident: str = "e1", severity: int = 2, kind: str = "accident", **more: Any) -> RoadEvent:
    body = {"id": ident, "kind": kind, "distance_m": 500, "ttl_s": 30, "severity": severity, "source": "test", **more}
    return RoadEvent.model_validate(body)


def in_cabin(script: Callable[[Cabin], Coroutine[Any, Any, None]]) -> None:
    async def talk() -> None:
        cabin = Cabin()
        await script(cabin)
        await asyncio.sleep(120)
        await cabin.alerts.close()
        assert cabin.ducked() == [True, False] * (len(cabin.ducked()) // 2)

    virtually(talk())


@pytest.mark.parametrize(
    ("severity", "before", "wanted"),
    [
        (1, "", "show"), (1, "shown", "nothing"), (1, "spoken", "nothing"),
        (2, "", "wait"), (2, "shown", "wait"), (2, "spoken", "nothing"),
        (3, "", "interrupt"), (3, "shown", "interrupt"), (3, "spoken", "nothing"),
    ],
)  # fmt: skip
def test_the_way_depends_on_severity_and_what_is_known(severity: int, before: Known, wanted: Way) -> None:
    assert way(event(severity=severity), before) == wanted


def test_a_light_one_is_shown_and_not_spoken() -> None:
    async def script(cabin: Cabin) -> None:
        cabin.alerts.take(event(severity=1))
        await asyncio.sleep(5)
        assert cabin.shown() == ["Accident ahead in 500 metres. Please take care."]
        assert cabin.sink.heard == []

    in_cabin(script)


def test_a_moderate_one_waits_for_the_end_of_the_reply() -> None:
    async def script(cabin: Cabin) -> None:
        reply = cabin.reply(REPLY)
        await asyncio.sleep(0.5)
        cabin.alerts.take(event())
        assert await reply
        await asyncio.sleep(5)
        assert cabin.sink.texts == [REPLY, "Accident ahead in 500 metres.", "Please take care."]
        assert cabin.spoke() == [("e1", "start"), ("e1", "end")]

    in_cabin(script)


def test_a_grave_one_cuts_the_reply_short_and_the_reply_is_told_as_cut() -> None:
    async def script(cabin: Cabin) -> None:
        reply = cabin.reply(REPLY)
        await asyncio.sleep(0.5)
        cabin.alerts.take(event(severity=3))
        assert await reply is False
        await asyncio.sleep(5)
        begun_s, text, _ = cabin.sink.heard[1]
        assert (begun_s, text) == (pytest.approx(0.5), "Accident ahead in 500 metres.")
        assert cabin.spoke() == [("e1", "start"), ("e1", "end")]

    in_cabin(script)


def test_an_event_is_spoken_once() -> None:
    async def script(cabin: Cabin) -> None:
        for _ in range(3):
            cabin.alerts.take(event())
            await asyncio.sleep(5)
        assert len(cabin.shown()) == 1
        assert cabin.spoke() == [("e1", "start"), ("e1", "end")]

    in_cabin(script)


def test_one_that_was_only_shown_is_spoken_when_it_gets_worse() -> None:
    async def script(cabin: Cabin) -> None:
        for severity in (1, 1, 3, 3, 1):
            cabin.alerts.take(event(severity=severity))
            await asyncio.sleep(5)
        assert len(cabin.shown()) == 2
        assert cabin.spoke() == [("e1", "start"), ("e1", "end")]

    in_cabin(script)


def test_one_that_waited_beyond_its_time_to_live_is_not_spoken() -> None:
    async def script(cabin: Cabin) -> None:
        reply = cabin.reply(REPLY)
        await asyncio.sleep(0.1)
        cabin.alerts.take(event(ttl_s=1.0))
        assert await reply
        await asyncio.sleep(5)
        assert cabin.sink.texts == [REPLY]
        assert cabin.bus.counters["alert-expired"] == 1

    in_cabin(script)


def test_one_that_sounds_by_the_end_of_its_time_is_heard_out() -> None:
    async def script(cabin: Cabin) -> None:
        cabin.alerts.take(event(ttl_s=0.5))
        await asyncio.sleep(5)
        assert cabin.spoke() == [("e1", "start"), ("e1", "end")]

    in_cabin(script)


def test_a_moderate_one_cut_short_by_a_grave_one_is_said_again_after_it() -> None:
    async def script(cabin: Cabin) -> None:
        cabin.alerts.take(event("e2", 2, "roadworks"))
        await asyncio.sleep(0.5)
        cabin.alerts.take(event("e3", 3))
        await asyncio.sleep(10)
        cut, grave, again = [[(turn, "start"), (turn, end)] for turn, end in
                             (("e2", "interrupted"), ("e3", "end"), ("e2", "end"))]  # fmt: skip
        assert cabin.spoke() == [*cut, *grave, *again]

    in_cabin(script)


def test_a_person_can_stop_one_and_it_does_not_come_back() -> None:
    async def script(cabin: Cabin) -> None:
        cabin.alerts.take(event())
        await asyncio.sleep(0.5)
        await cabin.speech.stop()
        await asyncio.sleep(10)
        assert cabin.spoke() == [("e1", "start"), ("e1", "interrupted")]

    in_cabin(script)


def test_too_many_at_once_are_shown_only_and_counted() -> None:
    async def script(cabin: Cabin) -> None:
        for n in range(MAX_WAITING + 2):
            cabin.alerts.take(event(f"e{n}"))
        await asyncio.sleep(60)
        assert len(cabin.shown()) == MAX_WAITING + 2
        assert len(cabin.spoke()) == 2 * MAX_WAITING
        assert cabin.bus.counters["alert-dropped"] == 2
        assert cabin.errors() == ["cockpit-busy"] * 2

    in_cabin(script)


def test_a_loudspeaker_that_fails_is_an_error_and_the_music_comes_back() -> None:
    async def script(cabin: Cabin) -> None:
        cabin.sink.error = SpeechError("device", "unplugged")
        cabin.alerts.take(event())
        await asyncio.sleep(5)
        assert cabin.errors() == ["tts-device"]
        assert cabin.ducked() == [True, False]

    in_cabin(script)


GOOD = {"id": "e1", "kind": "accident", "distance_m": 500, "ttl_s": 30, "severity": 2, "source": "test"}
BAD: dict[str, Any] = {
    "no id": {**GOOD, "id": ""},
    "unknown kind": {**GOOD, "kind": "ufo"},
    "severity 4": {**GOOD, "severity": 4},
    "severity in words": {**GOOD, "severity": "3"},
    "negative distance": {**GOOD, "distance_m": -1},
    "no time to live": {**GOOD, "ttl_s": 0},
    "no source": {key: value for key, value in GOOD.items() if key != "source"},
    "lane of its own kind": {**GOOD, "lane": {"left": True}},
    "no object": [1, 2],
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
def test_a_broken_payload_is_an_error_that_names_the_fault(body: Any) -> None:
    async def script(cabin: Cabin) -> None:
        with pytest.raises(BusError) as caught:
            cabin.alerts.on_message(TOPIC, json.dumps(body).encode(), retained=False)
        assert caught.value.code == "bus-bad-payload"
        assert cabin.errors() == ["bus-bad-payload"]
        assert cabin.shown() == []

    in_cabin(script)


def test_a_retained_event_is_not_told() -> None:
    async def script(cabin: Cabin) -> None:
        with pytest.raises(BusError) as caught:
            cabin.alerts.on_message(TOPIC, json.dumps(GOOD).encode(), retained=True)
        assert caught.value.code == "bus-retained-event"
        assert cabin.shown() == []

    in_cabin(script)


TEXTS: dict[tuple[str, str], dict[str, Any]] = {
    ("前方500米有事故，请小心。", "Accident ahead in 500 metres. Please take care."): {},
    ("前方1.2公里左侧车道有事故，请小心。", "Accident ahead in 1.2 km, left lane. Please take care."): {
        "distance_m": 1234, "lane": "left"
    },
    ("前方350米第2车道施工，请减速。", "Roadworks in 350 metres, lane 2. Please slow down."): {
        "kind": "roadworks", "distance_m": 340, "lane": 2
    },
    ("前方3公里拥堵，预计延误15分钟。", "Traffic jam in 3 km, about 15 minutes of delay."): {
        "kind": "congestion", "distance_m": 3000, "value": 15
    },
    ("前方500米拥堵。", "Traffic jam in 500 metres."): {"kind": "congestion", "value": "heavy"},
    ("前方500米有雾，请小心驾驶。", "Fog in 500 metres. Please drive carefully."): {"kind": "weather", "value": "fog"},
    ("前方500米天气恶劣，请小心驾驶。", "Bad weather in 500 metres. Please drive carefully."): {
        "kind": "weather", "value": "frogs"
    },
    ("前方80米红灯，还有25秒。", "Red light in 80 metres, for another 25 seconds."): {
        "kind": "red_light", "distance_m": 83, "value": 25.0
    },
    ("前方500米限速60公里每小时。", "Speed limit 60 km/h in 500 metres."): {"kind": "speed_limit", "value": 60},
    ("前方500米限速有变化。", "The speed limit changes in 500 metres."): {"kind": "speed_limit", "value": True},
    ("10米外有救援车辆，请让行。", "Emergency vehicle 10 metres away. Please make way."): {
        "kind": "emergency_vehicle", "distance_m": 2.5, "lane": "sky"
    },
    ("前方1公里右侧车道有障碍物，请小心。", "Obstacle in 1 km, right lane. Please take care."): {
        "kind": "obstacle", "distance_m": 970, "lane": "right"
    },
}  # fmt: skip


@pytest.mark.parametrize(("texts", "more"), TEXTS.items(), ids=[en for _, en in TEXTS])
def test_every_kind_is_told_with_its_distance_and_value(texts: tuple[str, str], more: dict[str, Any]) -> None:
    async def talk() -> None:
        zh, en = Cabin("zh"), Cabin("en")
        assert (zh.alerts.text(event(**more)), en.alerts.text(event(**more))) == texts

    virtually(talk())
