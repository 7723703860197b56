"""The whole assistant on a real broker with the simulated vehicle, without models: what is typed works all the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cockpit.config import CloudSettings, PrivacySettings, Settings, SpeechSettings, TurnSettings
from hil.standalone import Stand, standalone
from hil.weaknet.proxy import WeakNet
from hil.weaknet.server import ScriptedServer

TABLE = """
providers:
  net:
    title: net
    base_url: {url}
    key_env: WEAKNET_KEY
    currency: CNY
    source: ""
    models:
      - {{name: small, input: 1.0, output: 2.0, context: 4096, checked: null}}
"""


@pytest.fixture
def settings(tmp_path: Path, vid: str) -> Settings:
    """No models, no sound card, and short deadlines."""
    return Settings(
        vid=vid,
        models_dir=tmp_path / "models",
        speech=SpeechSettings(output="none"),
        turn=TurnSettings(result_timeout_s=1.0),
    )


@pytest.fixture
async def stand(settings: Settings) -> AsyncIterator[Stand]:
    async with standalone(settings) as running:
        yield running


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    """A cloud model that says what it is told."""
    async with ScriptedServer("好。") as running:
        yield running


@pytest.fixture
async def net(server: ScriptedServer) -> AsyncIterator[WeakNet]:
    """The way to it."""
    async with WeakNet("127.0.0.1", server.port) as running:
        yield running


@pytest.fixture
def phone_book() -> list[str]:
    """Names that the board knows."""
    return []


@pytest.fixture
def cloudy(
    settings: Settings, net: WeakNet, phone_book: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """With that cloud; its breaker opens for a millisecond only, so that every fault is met."""
    monkeypatch.setenv("WEAKNET_KEY", "sk-weaknet-0123456789")
    table, book, state = tmp_path / "providers.yaml", tmp_path / "contacts.txt", tmp_path / "state"
    table.write_text(TABLE.format(url=net.url), "utf-8")
    book.write_text("\n".join(phone_book), "utf-8")
    cloud = CloudSettings(
        enabled=True, providers=["net"], providers_file=table, first_token_s=1.0, deadline_s=3.0, breaker_s=0.001
    )
    privacy = PrivacySettings(record=state / "sent.jsonl", keep_text=True, contacts=book)
    return settings.model_copy(update={"cloud": cloud, "privacy": privacy, "state_dir": state})


@pytest.fixture
async def online(cloudy: Settings) -> AsyncIterator[Stand]:
    """The assistant with a cloud that can be reached."""
    async with standalone(cloudy) as running:
        await running.service.tiers.opened.wait()
        cloud = running.service.tiers.cloud
        assert cloud is not None
        await cloud.probe.once()
        yield running
