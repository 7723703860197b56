"""A scripted model server over real HTTP, a bad network before it, and cloud models that ask through that."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cockpit.cloud.breaker import Breaker
from cockpit.cloud.budget import Budget
from cockpit.cloud.client import CloudModel
from cockpit.cloud.providers import Table, load_table
from cockpit.cloud.switch import KillSwitch
from cockpit.config import CloudSettings
from cockpit.errors import CloudError
from cockpit.types import LinkSample, Message
from hil.weaknet.certificates import Certificates
from hil.weaknet.proxy import WeakNet
from hil.weaknet.server import ScriptedServer

KEY = "sk-weaknet-0123456789"
ANSWER = "虹桥机场附近有不少本帮菜馆，走路十分钟就到。南翔小笼也值得一试，周末人多。"
QUESTION = (Message("system", "用一两句话回答。"), Message("user", "虹桥机场附近有什么好吃的？"))

TABLE = """
providers:
  {name}:
    title: {name}
    base_url: {url}
    key_env: WEAKNET_KEY
    currency: CNY
    source: ""
    extra: {{enable_thinking: false}}
    models:
      - {{name: small, input: 100.0, output: 300.0, context: 4096, checked: null}}
"""


@dataclass
class Rig:
    """Makes cloud models at an address, with what bounds them at hand."""

    folder: Path
    table: Table = field(default_factory=load_table)
    samples: list[LinkSample] = field(default_factory=list)
    models: list[CloudModel] = field(default_factory=list)

    def model(self, url: str, name: str = "net", budget: float = 1000.0, **settings: object) -> CloudModel:
        file = self.folder / f"{name}.yaml"
        file.write_text(TABLE.format(name=name, url=url), "utf-8")
        table = load_table(file)
        times = {"first_token_s": 1.0, "deadline_s": 2.0, "reply_kb": 64, "breaker_failures": 20}
        model = CloudModel(
            table.provider(name),
            table.provider(name).model(),
            table=table,
            settings=CloudSettings.model_validate({**times, **settings}),
            budget=Budget(self.folder / "budget.json", budget),
            breaker=Breaker(20, 30.0),
            switch=KillSwitch(self.folder / "switch.json"),
            observe=self.samples.append,
        )
        self.models.append(model)
        return model


@pytest.fixture(scope="session")
def certificates() -> Certificates:
    return Certificates()


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(ANSWER, key=KEY) as running:
        yield running


@pytest.fixture
async def net(server: ScriptedServer, certificates: Certificates) -> AsyncIterator[WeakNet]:
    async with WeakNet("127.0.0.1", server.port, certificates=certificates) as running:
        yield running


@pytest.fixture
async def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    monkeypatch.setenv("WEAKNET_KEY", KEY)
    rig = Rig(tmp_path)
    yield rig
    for model in rig.models:
        await model.close()
        await model.budget.flush()


async def answer_of(model: CloudModel, limit_tokens: int = 64) -> str:
    return "".join([piece async for piece in model.stream(QUESTION, limit_tokens=limit_tokens)])


async def heard_of(answer: AsyncIterable[str]) -> tuple[str, CloudError | None]:
    """What is heard of an answer, and the error that ended it."""
    heard = ""
    try:
        async for piece in answer:
            heard += piece
    except CloudError as error:
        return heard, error
    return heard, None
