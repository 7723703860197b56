"""Typed turns through broker, assistant and simulated vehicle."""

from __future__ import annotations

import asyncio

import pytest

from cockpit.bus import topics
from hil.standalone import Stand

AC = "Vehicle.Cabin.HVAC.IsAirConditioningActive"


@pytest.mark.parametrize(("text", "lang"), [("打开空调", "zh"), ("turn on the air conditioning", "en")])
async def test_a_command_reaches_the_car_and_is_told(stand: Stand, text: str, lang: str) -> None:
    exchange = await stand.person.type(text)
    assert exchange.kind == "done"
    assert stand.vehicle.values[AC] is True
    kinds = [event["type"] for event in exchange.events]
    assert kinds[0] == "transcript"
    assert [kind for kind in kinds if kind != "action"] == ["transcript", "understood", "route", "reply", "turn_end"]
    assert exchange.all("action")[0]["status"] == "published"
    assert exchange.all("action")[-1]["status"] == "done"
    for event in exchange.events:
        assert event["lang"] == lang
        assert event["zone"] == "driver"
        assert event["t_ms"] >= 0
        assert event["ts"].endswith("Z")


async def test_what_is_so_already_is_not_sent_again(stand: Stand) -> None:
    await stand.person.type("打开空调")
    again = await stand.person.type("打开空调")
    assert again.kind == "already"
    assert again.all("action") == []


async def test_a_rejecting_vehicle_is_told_as_failed(stand: Stand) -> None:
    weak = await stand.vehicle.begin("reject", {"code": "low-voltage"})
    exchange = await stand.person.type("打开空调")
    assert exchange.kind == "failed"
    await stand.vehicle.end(weak)
    assert (await stand.person.type("打开空调")).kind == "done"


async def test_a_vehicle_that_never_answers_is_told_and_the_next_turn_works(stand: Stand) -> None:
    silence = await stand.vehicle.begin("never-answer")
    exchange = await stand.person.type("打开空调")
    assert exchange.kind == "failed"
    assert exchange.all("action")[-1]["status"] == "failed"
    await stand.vehicle.end(silence)
    assert (await stand.person.type("打开空调")).kind == "done"


async def test_success_without_effect_is_not_done(stand: Stand) -> None:
    await stand.vehicle.begin("stuck")
    exchange = await stand.person.type("打开空调")
    assert exchange.kind == "failed"
    assert stand.vehicle.values[AC] is False


async def test_without_a_provider_nothing_is_sent(stand: Stand) -> None:
    await stand.vehicle.provide(online=False)
    exchange = await stand.person.type("打开空调")
    assert exchange.kind == "unavailable"
    assert [a for a in exchange.all("action") if a["status"] == "published"] == []


async def test_several_acts_in_one_breath_are_done_in_order(stand: Stand) -> None:
    exchange = await stand.person.type("打开空调，温度二十二度")
    assert exchange.kind == "done"
    assert exchange.intents == ["ac.on", "temperature.set"]
    published = [a["path"] for a in exchange.all("action") if a["status"] == "published"]
    assert published == [AC, "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"]


async def test_undo_puts_back_what_was(stand: Stand) -> None:
    await stand.person.type("温度调到二十二度")
    exchange = await stand.person.type("撤销")
    assert exchange.kind == "done"
    assert stand.vehicle.values["Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"] == 24.0


async def test_a_reset_forgets_the_question(stand: Stand) -> None:
    assert (await stand.person.type("解锁所有车门")).kind == "ask"
    await stand.person.reset()
    await stand.person.type("是的")
    assert stand.vehicle.values["Vehicle.Cabin.Door.Row1.DriverSide.IsLocked"] is True


async def test_the_status_tells_which_models_are_missing(stand: Stand) -> None:
    status = stand.person.status
    assert status["status"] == "online"
    assert status["languages"] == ["zh", "en"]
    assert status["ready"]["asr_zh"] is False
    assert status["ready"]["text"] is True
    assert "cockpit models pull whisper-base" in status["problems"]["asr whisper"]


async def test_two_zones_are_served_side_by_side(stand: Stand) -> None:
    driver, passenger = await asyncio.gather(
        stand.person.type("打开座椅加热", zone="driver"), stand.person.type("打开座椅加热", zone="front_passenger")
    )
    assert (driver.kind, passenger.kind) == ("done", "done")
    seats = ("DriverSide", "PassengerSide")
    assert [stand.vehicle.values[f"Vehicle.Cabin.Seat.Row1.{seat}.HeatingCooling"] for seat in seats] == [66, 66]


async def test_cancel_ends_the_turn_with_one_reply(stand: Stand) -> None:
    await stand.vehicle.begin("never-answer")
    turn = asyncio.create_task(stand.person.type("打开空调"))
    await stand.person.until(lambda event: event.get("status") == "published")
    await stand.person.bus.publish(topics.REQUEST_CANCEL.build(stand.service.settings.vid), {})
    exchange = await turn
    assert exchange.first("turn_end")["outcome"] == "cancelled"
    assert len(exchange.all("reply")) == 1


LONG = {
    "zh": "周末我们去山里，早上七点在小区门口集合，记得带水和帽子。路上要开两个多小时，中间会停一次。"
    "山上比城里冷得多，最好多带一件外套。午饭我来准备，大家不用带吃的。下午四点往回走，六点前能到家。"
    "要是下雨就改到下个星期，我周五晚上再告诉你。",
    "en": "We are going to the hills at the weekend and meet at seven at the gate, so bring water and a hat. The drive "
    "takes a little over two hours with one stop. It is a lot colder up there than in town, so better take a second "
    "jacket. I will make lunch, nobody needs to bring food. We start back at four and are home before six. If it rains "
    "we go a week later, I will tell you on Friday evening.",
}


@pytest.mark.parametrize(
    ("read", "summarise", "lang"),
    [("念一下短信", "总结一下我的短信", "zh"), ("read my messages", "summarise my messages", "en")],
)
async def test_the_gist_of_messages_is_told_in_their_own_words(
    stand: Stand, read: str, summarise: str, lang: str
) -> None:
    app = stand.vehicle.apps["messages"]
    app._data["answers"]["messages"]["read"] = {"messages": [{"from": "Anna", "text": LONG[lang]}]}
    whole, gist = await stand.person.type(read), await stand.person.type(summarise)
    assert LONG[lang] in whole.reply.replace("。。", "。")
    assert gist.kind == "answer"
    assert 0 < len(gist.reply) < len(whole.reply) / 2
    said = [sentence.strip() for sentence in gist.reply.replace("。", ".").rstrip(".").split(".") if sentence.strip()]
    assert all(sentence in whole.reply for sentence in said)
    assert {event["app"] for event in gist.all("action")} == {"messages"}
