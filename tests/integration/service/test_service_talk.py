"""What is talked about: answered by a cloud model over real HTTP, or not, and never more than words."""

from __future__ import annotations

import json

import pytest

from cockpit.config import Settings
from hil.standalone import Stand
from hil.weaknet.attacks import attacks
from hil.weaknet.faults import FAULTS
from hil.weaknet.proxy import WeakNet
from hil.weaknet.server import ScriptedServer

ANSWER = {
    "zh": "珠穆朗玛峰高八千八百四十八米，在中国和尼泊尔之间。",
    "en": "Mount Everest is 8,849 metres high. It lies in Nepal.",
}
QUESTION = {"zh": "珠穆朗玛峰有多高", "en": "how high is mount everest"}
YES = {"zh": "好的", "en": "yes"}


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_knowledge_is_asked_of_the_cloud_and_goes_on_record(
    online: Stand, server: ScriptedServer, cloudy: Settings, lang: str
) -> None:
    server.answer = ANSWER[lang]
    heard = await online.person.type(QUESTION[lang])
    assert (heard.kind, heard.reply) == ("answer", ANSWER[lang])
    assert heard.first("route")["tier"] == "cloud"
    receipt = heard.first("receipt")
    assert (receipt["answered"], receipt["cost"] > 0) == ("cloud", True)
    assert QUESTION[lang] not in json.dumps(receipt, ensure_ascii=False)
    (sent,) = [entry.sent for entry in online.service.record.entries()]
    assert (sent.provider, sent.model, sent.turn) == ("net", "small", heard.id)
    assert QUESTION[lang] in sent.text
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "said",
    [
        "给王芳打电话问问她珠峰有多高",
        "我家在建国路八十八号，附近有什么历史",
        "what did my wife Anna write about hamlet",
    ],
)
async def test_what_is_private_stays_on_the_board(online: Stand, server: ScriptedServer, said: str) -> None:
    await online.person.type(said)
    assert server.requests == []
    assert [*online.service.record.entries()] == []


@pytest.mark.parametrize(("off", "on", "lang"), [("别联网", "恢复联网", "zh"), ("go offline", "go back online", "en")])
async def test_the_cloud_is_forbidden_and_allowed_by_voice(
    online: Stand, server: ScriptedServer, off: str, on: str, lang: str
) -> None:
    assert (await online.person.type(off)).kind == "answer"
    refused = await online.person.type(QUESTION[lang])
    assert (refused.first("route")["reason"], server.requests) == ("kill_switch", [])
    await online.person.type(on)
    server.answer = ANSWER[lang]
    assert (await online.person.type(QUESTION[lang])).reply == ANSWER[lang]


async def test_parts_go_to_different_tiers_and_come_back_as_one_reply(online: Stand, server: ScriptedServer) -> None:
    server.answer = ANSWER["zh"]
    heard = await online.person.type("打开座椅加热，顺便讲讲珠穆朗玛峰有多高")
    assert {route["tier"] for route in heard.all("route")} == {"nlu", "cloud"}
    assert ANSWER["zh"] in heard.reply
    assert len(heard.all("reply")) == 1
    assert any("Seat" in event["path"] for event in heard.all("action"))


@pytest.mark.parametrize("fault", [name for name in FAULTS if not name.startswith("hostile")])
async def test_every_fault_ends_in_one_reply_and_the_next_turn_is_fine(online: Stand, net: WeakNet, fault: str) -> None:
    net.fault = FAULTS[fault]
    heard = await online.person.type(QUESTION["zh"])
    assert heard.kind in ("answer", "unsupported")
    assert heard.reply
    assert (len(heard.all("reply")), len(heard.all("turn_end"))) == (1, 1)
    assert (await online.person.type("打开空调")).kind in ("done", "already")


async def test_nothing_is_sent_that_cannot_be_recorded(online: Stand, server: ScriptedServer, cloudy: Settings) -> None:
    cloudy.privacy.record.parent.mkdir(parents=True, exist_ok=True)
    cloudy.privacy.record.mkdir()
    heard = await online.person.type(QUESTION["zh"])
    assert server.requests == []
    assert [error["code"] for error in heard.all("error")] == ["cloud-unrecorded"]
    assert heard.kind == "unsupported"


async def test_no_reply_of_the_cloud_becomes_an_act(online: Stand, net: WeakNet) -> None:
    """Every hostile reply, one after the other; a "yes" after each confirms nothing."""
    acted, tried = [], 0
    for attack in attacks():
        net.fault, tried = attack.fault, tried + 1
        for said in (QUESTION[attack.lang], YES[attack.lang]):
            acted += (await online.person.type(said)).all("action")
    assert tried >= 200
    assert len([*online.service.record.entries()]) == tried
    assert acted == []
