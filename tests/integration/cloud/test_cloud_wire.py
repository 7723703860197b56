"""What goes over the wire, what it costs, and what is told about the link: seen from the server's side."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from pathlib import Path

import pytest

from cockpit.errors import CloudError
from hil.weaknet import FAULTS, WeakNet
from hil.weaknet.certificates import Certificates
from hil.weaknet.server import ScriptedServer
from tests.integration.cloud.conftest import ANSWER, KEY, QUESTION, Rig, answer_of

SENT = {"host", "authorization", "content-type", "content-length", "accept", "accept-encoding", "user-agent"}


async def test_the_request_holds_what_is_needed_and_nothing_else(
    server: ScriptedServer, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-somebody")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-of-somebody")
    assert await answer_of(rig.model(server.url), limit_tokens=48) == ANSWER
    (request,) = server.requests
    assert {name.lower() for name in request.headers} <= SENT | {"connection"}
    assert request.headers["User-Agent"] == "cockpit"
    assert request.json == {
        "model": "small",
        "messages": [{"role": message.role, "content": message.text} for message in QUESTION],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 48,
        "enable_thinking": False,
    }


async def test_a_server_of_ones_own_gets_no_key(server: ScriptedServer, rig: Rig) -> None:
    server.key = None
    model = rig.model(server.url)
    model.provider = model.provider.model_copy(update={"key_env": "NO_SUCH_KEY", "key_needed": False})
    assert await answer_of(model) == ANSWER
    assert "Authorization" not in server.requests[0].headers


async def test_without_its_key_nothing_is_sent(net: WeakNet, rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WEAKNET_KEY")
    with pytest.raises(CloudError, match="WEAKNET_KEY") as raised:
        await answer_of(rig.model(net.url))
    assert raised.value.code == "cloud-key"
    assert net.connections == 0


async def test_neither_words_nor_key_are_logged(net: WeakNet, rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    model = rig.model(net.url)
    await answer_of(model)
    net.fault = FAULTS["500"]
    with pytest.raises(CloudError):
        await answer_of(rig.model(net.url))
    assert "好吃" not in caplog.text
    assert KEY not in caplog.text + repr(model.__dict__)


async def test_the_provider_counts_the_tokens(server: ScriptedServer, rig: Rig) -> None:
    model = rig.model(server.url)
    call = model.call(QUESTION, limit_tokens=64)
    heard = [piece async for piece in call]
    asked, told = sum(len(message.text) for message in QUESTION), -(-len(ANSWER) // 3)
    receipt = call.receipt
    assert receipt.measured
    assert (receipt.tokens_in, receipt.tokens_out) == (asked, told)
    assert receipt.cost == pytest.approx((asked * 100 + told * 300) / 1e6)
    assert model.budget.spent == pytest.approx(receipt.cost)
    assert receipt.first_s is not None
    assert len(heard) > 2  # clause by clause


async def test_where_it_does_not_they_are_estimated(net: WeakNet, rig: Rig) -> None:
    net.fault = FAULTS["hostile"]
    call = rig.model(net.url).call(QUESTION, limit_tokens=64)
    async for _ in call:
        pass
    assert not call.receipt.measured
    assert call.receipt.tokens_in > sum(len(message.text) for message in QUESTION)
    assert call.receipt.cost > 0


async def test_a_connection_is_used_again(net: WeakNet, rig: Rig) -> None:
    model = rig.model(net.url)
    assert await answer_of(model) == ANSWER
    assert await answer_of(model) == ANSWER
    assert net.connections == 1


async def test_giving_up_the_answer_stops_the_server(server: ScriptedServer, rig: Rig) -> None:
    server.pace_s = 0.02
    call = rig.model(server.url).call(QUESTION, limit_tokens=64)
    pieces = aiter(call)
    await anext(pieces)
    await pieces.aclose()
    async with asyncio.timeout(5):
        await server.abandoned.wait()
    assert call.receipt.code == "cloud-cancelled"
    assert call.receipt.cost > 0


async def test_the_link_is_told_round_trips_and_failures(
    net: WeakNet, rig: Rig, certificates: Certificates, tmp_path: Path
) -> None:
    net.fault = replace(FAULTS["tls"], delay_s=0.05)
    authority = certificates.write_authority(tmp_path / "authority.pem")
    await answer_of(rig.model(net.url, ca_file=authority, first_token_s=10.0, deadline_s=20.0))
    opened, ended = rig.samples
    assert opened.ok
    assert opened.rtt_ms is not None
    assert (ended.ok, ended.rtt_ms) == (True, None)
    for name, ok in {"blackhole": False, "refuse": False, "401": True, "500": True}.items():
        rig.samples.clear()
        net.fault = FAULTS[name]
        with pytest.raises(CloudError):
            await answer_of(rig.model(net.url))
        assert [sample.ok for sample in rig.samples] == [ok]
