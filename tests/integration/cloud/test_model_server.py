"""The cloud side against a real model over real HTTP, through good and bad networks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from cockpit.cloud.client import CloudModel
from cockpit.config import Settings
from cockpit.types import Message
from hil.modelserver import ModelServer, model_server
from hil.weaknet import FAULTS, WeakNet
from tests.integration.cloud.conftest import KEY, QUESTION, Rig, answer_of, heard_of

pytestmark = pytest.mark.models

GREETING = (Message("system", "用一句话回答。"), Message("user", "你好！"))
PATIENT = {"first_token_s": 30.0, "deadline_s": 60.0}
"""How fast a model answers is no matter of these tests."""


@pytest.fixture
async def server() -> AsyncGenerator[ModelServer]:
    async with model_server(Settings().models_dir) as running:
        yield running


def _model(rig: Rig, url: str) -> CloudModel:
    """One that always answers the same."""
    model = rig.model(url, **PATIENT)
    model.provider = model.provider.model_copy(update={"extra": {"temperature": 0, "cache_prompt": False}})
    return model


def _messages(body: bytes) -> list[Message]:
    return [Message(row["role"], row["content"]) for row in json.loads(body)["messages"]]


async def test_a_real_answer_is_streamed_and_the_request_kept_as_it_was_sent(server: ModelServer, rig: Rig) -> None:
    call = _model(rig, server.url).call(GREETING, limit_tokens=128)
    pieces = [piece async for piece in call]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in "".join(pieces))
    assert call.receipt.measured
    assert 0 < call.receipt.tokens_out < 128
    (request,) = server.received
    assert request.path == "/v1/chat/completions"
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert _messages(request.body) == list(GREETING)


async def test_a_slow_network_changes_neither_question_nor_answer(server: ModelServer, rig: Rig) -> None:
    straight = await answer_of(_model(rig, server.url))
    async with WeakNet("127.0.0.1", server.port, FAULTS["slow"]) as net:
        assert await answer_of(_model(rig, net.url)) == straight
        body = server.received[-1].body
        assert body in net.received
    assert [_messages(request.body) for request in server.received] == [list(QUESTION)] * 2


async def test_of_an_answer_that_is_cut_the_beginning_is_heard_and_the_model_stops(
    server: ModelServer, rig: Rig
) -> None:
    async with WeakNet("127.0.0.1", server.port, replace(FAULTS["cut"], cut_after=4000)) as net:
        heard, error = await heard_of(_model(rig, net.url).stream(QUESTION, limit_tokens=256))
        assert error is not None
        assert error.code == "cloud-cut"
        assert heard
        async with asyncio.timeout(30):
            await server.abandoned.wait()
    assert await answer_of(_model(rig, server.url))
    assert len(server.received) == 2


async def test_what_the_model_refuses_is_passed_on(server: ModelServer, rig: Rig) -> None:
    too_long = (Message("user", "很长的问题。" * 4000),)
    heard, error = await heard_of(_model(rig, server.url).stream(too_long, limit_tokens=16))
    assert heard == ""
    assert error is not None
    assert len(server.received) == 1
