"""The language model on the board, with the smallest model that is pulled: streaming, stopping, and what goes wrong."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from cockpit.config import Settings
from cockpit.errors import CockpitError, LanguageModelError, ModelError
from cockpit.lm.conversation import Exchange, conversation
from cockpit.lm.grammar import SlotKinds, grammar
from cockpit.lm.guard import limit, spoken_length
from cockpit.lm.local import WAITING, LocalModel
from cockpit.lm.proposing import prompt, proposed
from cockpit.lm.rungs import RUNGS, Rung, gguf
from cockpit.lm.summary import extract, faithful, summarise
from cockpit.ports import LanguageModel
from cockpit.types import Message
from tests.unit.lm.test_summary import NOTICES

pytestmark = pytest.mark.models

CODER = RUNGS[-2]
SMALL = RUNGS[-1] if gguf(Settings().models_dir / RUNGS[-1].model) else CODER
PATIENCE_S = 60
"""Far more than anything here takes: a model that hangs fails the test."""
STORY = (Message("user", "Tell me a very long story about a lighthouse."),)
GREETING = (Message("user", "Say hello."),)


def made(rung: Rung = SMALL, folder: Path | None = None, context_tokens: int = 512) -> LocalModel:
    return LocalModel(rung, folder or Settings().models_dir, 1, context_tokens)


@pytest.fixture
async def model() -> AsyncIterator[LocalModel]:
    small = made()
    await small.load()
    yield small
    small.close()


async def written(model: LanguageModel, messages: tuple[Message, ...] = GREETING, limit_tokens: int = 12) -> list[str]:
    async with asyncio.timeout(PATIENCE_S):
        return [piece async for piece in model.stream(messages, limit_tokens=limit_tokens)]


async def failure(model: LanguageModel, messages: tuple[Message, ...] = GREETING) -> CockpitError:
    with pytest.raises(CockpitError) as raised:
        await written(model, messages)
    return raised.value


async def test_an_answer_comes_in_pieces_and_the_same_again(model: LocalModel) -> None:
    pieces = await written(model)
    assert len(pieces) > 1
    assert len(pieces) <= 12
    assert await written(model) == pieces


async def test_it_knows_what_was_said_before(model: LocalModel) -> None:
    texts = conversation("en")
    before = [Exchange("My dog is called Biscuit.", "What a lovely name, Biscuit!")]
    asked = "What is my dog called? Answer with the name only."
    assert "Biscuit" in "".join(await written(model, tuple(texts.prompt(asked, before)), 24))
    assert "Biscuit" not in "".join(await written(model, tuple(texts.prompt(asked)), 24))


async def test_a_grammar_is_kept_to(model: LocalModel) -> None:
    answer = model.stream(STORY, limit_tokens=8, grammar='root ::= "yes" | "no"')
    async with asyncio.timeout(PATIENCE_S):
        assert "".join([piece async for piece in answer]) in ("yes", "no")


async def test_a_reader_that_goes_stops_the_model(model: LocalModel) -> None:
    async with asyncio.timeout(PATIENCE_S):
        async with aclosing(model.stream(STORY, limit_tokens=400)) as pieces:
            await anext(pieces)
        given_up = asyncio.get_running_loop().time()
        assert await written(model)
        freed_s = asyncio.get_running_loop().time() - given_up
        begun = asyncio.get_running_loop().time()
        assert len(await written(model, STORY, 400)) > 50
        assert freed_s < asyncio.get_running_loop().time() - begun


async def test_a_cancelled_reader_stops_it_too(model: LocalModel) -> None:
    begun = asyncio.Event()

    async def read() -> None:
        async with aclosing(model.stream(STORY, limit_tokens=400)) as pieces:
            async for _ in pieces:
                begun.set()

    reader = asyncio.create_task(read())
    async with asyncio.timeout(PATIENCE_S):
        await begun.wait()
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        assert await written(model)


async def test_the_loop_runs_on_while_it_writes(model: LocalModel) -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0)
            ticks += 1

    ticking = asyncio.create_task(tick())
    pieces = await written(model, STORY, 40)
    ticking.cancel()
    assert ticks > len(pieces)


async def test_more_requests_than_may_wait_are_refused(model: LocalModel) -> None:
    streams = [model.stream(STORY, limit_tokens=4) for _ in range(WAITING + 1)]
    readers = [asyncio.create_task(anext(stream)) for stream in streams]  # type: ignore[arg-type]
    await asyncio.sleep(0)
    assert (await failure(model)).code == "llm-busy"
    async with asyncio.timeout(PATIENCE_S):
        assert all(await asyncio.gather(*readers))
    for stream in streams:
        await stream.aclose()
    assert await written(model)


async def test_a_prompt_that_is_too_long_is_an_error_and_the_next_is_fine(model: LocalModel) -> None:
    error = await failure(model, (Message("user", "word " * 2000),))
    assert error.code == "llm-engine"
    assert "context" in error.message
    assert await written(model)


async def test_a_bad_grammar_is_an_error_and_the_next_is_fine(model: LocalModel) -> None:
    with pytest.raises(LanguageModelError) as raised:
        async for _ in model.stream(GREETING, limit_tokens=4, grammar="root ::= ("):
            pass
    assert raised.value.code == "llm-engine"
    assert await written(model)


async def test_after_its_end_it_answers_no_more(model: LocalModel) -> None:
    assert model.ready
    model.close()
    model.close()
    assert not model.ready
    assert (await failure(model)).code == "llm-closed"


async def test_ending_it_ends_the_answer_under_way(model: LocalModel) -> None:
    async with asyncio.timeout(PATIENCE_S):
        pieces = model.stream(STORY, limit_tokens=400)
        await anext(pieces)
        model.close()
        rest = [piece async for piece in pieces]
    assert len(rest) < 300


async def test_a_model_that_was_not_pulled_is_said(tmp_path: Path) -> None:
    model = made(folder=tmp_path)
    with pytest.raises(ModelError) as raised:
        await model.load()
    assert raised.value.code == "model-missing"
    assert (await failure(model)).code == "llm-no-model"
    assert not model.ready


@pytest.mark.parametrize("content", [b"", b"no model at all", b"GGUF" + bytes(4000)])
async def test_a_broken_file_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / SMALL.model).mkdir()
    (tmp_path / SMALL.model / "broken.gguf").write_bytes(content)
    model = made(folder=tmp_path)
    with pytest.raises(ModelError, match="pull") as raised:
        await model.load()
    assert raised.value.code == "model-corrupt"
    assert (await failure(model)).code == "llm-no-model"


async def test_half_a_file_is_said(tmp_path: Path) -> None:
    whole = next((Settings().models_dir / SMALL.model).glob("*.gguf"))
    (tmp_path / SMALL.model).mkdir()
    with whole.open("rb") as file:
        (tmp_path / SMALL.model / whole.name).write_bytes(file.read(40_000_000))
    with pytest.raises(ModelError) as raised:
        await made(folder=tmp_path).load()
    assert raised.value.code == "model-corrupt"


async def test_without_the_engine_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    model = made()
    with pytest.raises(LanguageModelError, match="pip install xllamacpp") as raised:
        await model.load()
    assert raised.value.code == "llm-no-engine"


async def test_the_larger_one_speaks_chinese() -> None:
    model = made(CODER, context_tokens=1024)
    text = "".join(await written(model, tuple(conversation("zh").prompt("讲个关于猫的小故事")), 32))
    model.close()
    assert sum("\u4e00" <= letter <= "\u9fff" for letter in text) > len(text) / 2


async def test_a_summary_fits_and_adds_nothing() -> None:
    model = made(CODER, context_tokens=1024)
    for lang, text in NOTICES.items():
        async with asyncio.timeout(PATIENCE_S):
            said = await summarise(text, lang, model, deadline_s=PATIENCE_S)
        assert 0 < spoken_length(said, lang) <= limit(lang)
        assert said == extract(text, lang) or faithful(said, text, lang)
    model.close()


async def test_a_proposal_names_only_what_is_there(model: LocalModel) -> None:
    intents: dict[str, SlotKinds] = {"sunroof.open": {}, "fan.set": {"value": "number"}}
    answer = model.stream(prompt(intents, "open the window"), limit_tokens=60, grammar=grammar(intents))
    async with asyncio.timeout(PATIENCE_S):
        acts = proposed("".join([piece async for piece in answer]), intents, "open the window")
    assert acts
    assert {act.intent for act in acts} <= intents.keys()
    assert all(act.doubtful for act in acts)
