"""Several providers side by side: the first good answer or the best one, losers cancelled, all of it on the receipt."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack

import pytest

from cockpit.cloud.asking import Answer, Asking, Question, Strategy
from cockpit.cloud.client import CloudModel
from cockpit.errors import CloudError
from cockpit.types import Message
from hil.weaknet import FAULTS, WeakNet
from hil.weaknet.server import ScriptedServer
from tests.integration.cloud.conftest import ANSWER, QUESTION, Rig, heard_of

SLOW = "慢的也来了，说得更长，也更好。"
PATIENT = {"first_token_s": 10.0, "deadline_s": 20.0}


async def longest(_messages: Sequence[Message], answers: Sequence[Answer]) -> int:
    return max(range(len(answers)), key=lambda at: len(answers[at].text))


async def unsure(_messages: Sequence[Message], _answers: Sequence[Answer]) -> int:
    raise RuntimeError("cannot decide")


def asked(models: Sequence[CloudModel], strategy: Strategy = "first", **more: object) -> Question:
    asking = Asking(tuple(models), strategy, len(models), **more)  # type: ignore[arg-type]
    return asking.ask(QUESTION, limit_tokens=64, deadline_s=20.0)


async def test_the_first_to_speak_is_taken_and_the_other_cancelled(rig: Rig) -> None:
    async with ScriptedServer(ANSWER) as quick, ScriptedServer(SLOW, pace_s=5.0) as slow:
        quick.ready.clear()
        question = asked([rig.model(slow.url, "slow", **PATIENT), rig.model(quick.url, "quick", **PATIENT)])
        hearing = asyncio.create_task(heard_of(question))
        async with asyncio.timeout(10):
            await slow.asked.wait()
            quick.ready.set()
            assert await hearing == (ANSWER, None)
            await slow.abandoned.wait()
    receipt = question.receipt
    assert receipt.taken == "quick"
    assert [(call.provider, call.code) for call in receipt.calls] == [("slow", "cloud-cancelled"), ("quick", "")]
    assert receipt.cost == pytest.approx(sum(call.cost for call in receipt.calls))


async def test_one_that_fails_is_no_first(net: WeakNet, rig: Rig) -> None:
    net.fault = FAULTS["hostile-json"]
    bad = rig.model(net.url, "bad", **PATIENT)
    await bad.prepare()
    async with ScriptedServer(ANSWER, pace_s=0.3) as good:
        question = asked([bad, rig.model(good.url, "good", **PATIENT)])
        assert await heard_of(question) == (ANSWER, None)
    assert [call.code for call in question.receipt.calls] == ["cloud-nonsense", ""]


async def test_the_next_in_line_is_asked_when_all_have_failed(net: WeakNet, rig: Rig) -> None:
    net.fault = FAULTS["401"]
    async with ScriptedServer(ANSWER) as good:
        models = (rig.model(net.url, "bad"), rig.model(good.url, "good", **PATIENT))
        question = Asking(models, side_by_side=1).ask(QUESTION, limit_tokens=64, deadline_s=20.0)
        assert await heard_of(question) == (ANSWER, None)
    assert [call.code for call in question.receipt.calls] == ["cloud-auth", ""]
    assert question.receipt.taken == "good"


async def test_the_best_is_what_the_judge_says(rig: Rig) -> None:
    async with ScriptedServer("不知道。") as quick, ScriptedServer(SLOW, pace_s=0.05) as slow:
        models = [rig.model(quick.url, "quick", **PATIENT), rig.model(slow.url, "slow", **PATIENT)]
        question = asked(models, "best", judge=longest, judge_s=15.0)
        assert await heard_of(question) == (SLOW, None)
    assert question.receipt.judged
    assert question.receipt.taken == "slow"


async def test_a_judge_that_fails_leaves_the_first_in_order(rig: Rig) -> None:
    async with ScriptedServer(SLOW) as one, ScriptedServer(ANSWER) as two:
        models = [rig.model(one.url, "one", **PATIENT), rig.model(two.url, "two", **PATIENT)]
        question = asked(models, "best", judge=unsure, judge_s=15.0)
        assert await heard_of(question) == (SLOW, None)
    assert not question.receipt.judged


async def test_who_is_late_is_not_judged(rig: Rig) -> None:
    async with ScriptedServer(ANSWER) as quick, ScriptedServer(SLOW, pace_s=5.0) as slow:
        models = [rig.model(slow.url, "slow", **PATIENT), rig.model(quick.url, "quick", **PATIENT)]
        question = asked(models, "best", judge=longest, judge_s=2.0)
        assert await heard_of(question) == (ANSWER, None)
    assert not question.receipt.judged
    assert [call.code for call in question.receipt.calls] == ["cloud-cancelled", ""]


@pytest.mark.parametrize("strategy", ["first", "best"])
async def test_when_nobody_answers_the_last_error_says_why(strategy: Strategy, rig: Rig) -> None:
    async with AsyncExitStack() as stack:
        nets = [await stack.enter_async_context(WeakNet("127.0.0.1", 9, FAULTS[fault])) for fault in ("500", "401")]
        question = asked([rig.model(net.url, f"net{at}") for at, net in enumerate(nets)], strategy)
        heard, error = await heard_of(question)
    assert heard == ""
    assert isinstance(error, CloudError)
    assert error.code == "cloud-auth"
    assert question.receipt.taken == ""


async def test_a_winner_that_breaks_off_is_told(net: WeakNet, rig: Rig) -> None:
    net.fault = FAULTS["cut"]
    question = asked([rig.model(net.url)])
    heard, error = await heard_of(question)
    assert ANSWER.startswith(heard)
    assert error is not None
    assert error.code == "cloud-cut"


async def test_giving_up_the_question_cancels_all(rig: Rig) -> None:
    async with ScriptedServer(ANSWER, pace_s=0.05) as one, ScriptedServer(SLOW, pace_s=5.0) as two:
        question = asked([rig.model(one.url, "one", **PATIENT), rig.model(two.url, "two", **PATIENT)])
        one.ready.clear()
        pieces = aiter(question)
        hearing = asyncio.ensure_future(anext(pieces))
        async with asyncio.timeout(10):
            await two.asked.wait()
            one.ready.set()
            await hearing
        await pieces.aclose()  # type: ignore[attr-defined]
        async with asyncio.timeout(5):
            await one.abandoned.wait()
            await two.abandoned.wait()
    assert {call.code for call in question.receipt.calls} == {"cloud-cancelled"}
