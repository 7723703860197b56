"""Tier 1 and the manual in the whole service, with the real models; and that everything else works without them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from cockpit.config import LanguageModelSettings, Settings, load_settings
from cockpit.lm.rungs import chosen
from hil.standalone import Stand, standalone

JOKE = {"zh": "给我讲个笑话", "en": "tell me a joke"}
LOCK = {"zh": "儿童锁怎么用", "en": "how do I use the child lock"}
EVEREST = {"zh": "珠穆朗玛峰有多高", "en": "how high is mount everest"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With the models of this machine."""
    return settings.model_copy(update={"models_dir": load_settings().models_dir})


@pytest.fixture
async def stand(settings: Settings) -> AsyncIterator[Stand]:
    async with standalone(settings) as running:
        await running.service.tiers.opened.wait()
        yield running


@pytest.mark.models
@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_small_talk_is_answered_on_the_board(stand: Stand, lang: str) -> None:
    heard = await stand.person.type(JOKE[lang])
    assert (heard.kind, heard.first("route")["tier"]) == ("answer", "local_llm")
    assert any("\u3400" <= letter <= "\u9fff" for letter in heard.reply) is (lang == "zh")
    receipt = heard.first("receipt")
    assert (receipt["answered"], receipt["cost"]) == ("local_llm", 0.0)


@pytest.mark.models
@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_how_the_car_works_is_read_from_the_manual(stand: Stand, lang: str) -> None:
    heard = await stand.person.type(LOCK[lang])
    section = stand.service.tiers.manuals[lang].ask(LOCK[lang]).section  # type: ignore[index]
    assert section is not None
    assert section.title in heard.reply
    assert heard.first("route")["reason"] == "manual"


@pytest.mark.models
@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_no_figure_is_made_up(stand: Stand, lang: str) -> None:
    heard = await stand.person.type(EVEREST[lang])
    assert heard.kind in ("answer", "unsupported")
    assert not any(letter.isdigit() for letter in heard.reply)


@pytest.mark.models
async def test_an_act_and_a_joke_come_back_as_one_reply(stand: Stand) -> None:
    heard = await stand.person.type("打开座椅加热，顺便给我讲个笑话")
    assert {route["tier"] for route in heard.all("route")} == {"nlu", "local_llm"}
    assert heard.kind == "done"
    assert len(heard.all("reply")) == 1


async def test_without_a_model_everything_else_works(settings: Settings) -> None:
    without = settings.model_copy(update={"lm": LanguageModelSettings(model="none")})
    async with standalone(without) as running:
        await running.service.tiers.opened.wait()
        assert (await running.person.type("打开空调")).kind in ("done", "already")
        heard = await running.person.type(JOKE["zh"])
        assert (heard.kind, heard.first("route")["reason"]) == ("unsupported", "no_cloud")
        assert chosen("none", without.models_dir, 1e6) is None
