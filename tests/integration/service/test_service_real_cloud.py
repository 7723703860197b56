"""The whole assistant with a real model as its cloud, over real HTTP, through every way that passes something on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cockpit.config import Settings, load_settings
from hil.modelserver import ModelServer, model_server
from hil.standalone import Stand, standalone
from hil.weaknet.faults import FAULTS
from hil.weaknet.proxy import WeakNet
from tests.integration.service.conftest import TABLE

pytestmark = pytest.mark.models

RELAYED = [name for name, fault in FAULTS.items() if fault.mode == "relay"]
ASKED = {"zh": "介绍一下长城", "en": "tell me about the great wall"}


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with model_server(load_settings().models_dir) as running:
        yield running


@pytest.fixture
async def net(model: ModelServer) -> AsyncIterator[WeakNet]:
    async with WeakNet("127.0.0.1", model.port) as running:
        yield running


@pytest.fixture
def patient(cloudy: Settings, net: WeakNet, tmp_path: Path) -> Settings:
    """How fast this machine writes is no matter here, so there is time; the board has no model of its own."""
    cloud = cloudy.cloud.model_copy(update={"first_token_s": 6.0, "deadline_s": 8.0})
    turn = cloudy.turn.model_copy(update={"deadline_s": 20.0})
    assert cloud.providers_file is not None
    assert cloud.providers_file.read_text("utf-8") == TABLE.format(url=net.url)
    return cloudy.model_copy(update={"cloud": cloud, "turn": turn})


@pytest.fixture
async def asking(patient: Settings) -> AsyncIterator[Stand]:
    async with standalone(patient) as running:
        await running.service.tiers.opened.wait()
        assert running.service.tiers.cloud is not None
        await running.service.tiers.cloud.probe.once()
        yield running


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_a_real_model_answers_in_the_drivers_language(asking: Stand, model: ModelServer, lang: str) -> None:
    heard = await asking.person.type(ASKED[lang])
    asked = [request.body.decode() for request in model.received if "chat" in request.path]
    assert [ASKED[lang] in body for body in asked] == [True]
    assert heard.first("route")["tier"] == "cloud"
    assert any("\u3400" <= letter <= "\u9fff" for letter in heard.reply) is (lang == "zh")


async def test_through_every_network_there_is_one_reply_and_the_next_turn_is_fine(asking: Stand, net: WeakNet) -> None:
    ended = {}
    for name in RELAYED:
        net.fault = FAULTS[name]
        heard = await asking.person.type(ASKED["zh"])
        after = await asking.person.type("打开空调")
        ended[name] = (
            heard.kind in ("answer", "unsupported"),
            len(heard.all("reply")),
            heard.all("action"),
            after.kind,
        )
        await asking.person.reset()
    fine = [(True, 1, [], "done"), (True, 1, [], "already")]
    assert {name: end for name, end in ended.items() if end not in fine} == {}
