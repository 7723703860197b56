from __future__ import annotations

import pytest

from cockpit.cloud.asking import Answer
from cockpit.cloud.judging import most_agreed
from cockpit.types import Message


def asked(text: str) -> list[Message]:
    return [Message("system", "Answer in one sentence."), Message("user", text)]


def answers(*texts: str) -> list[Answer]:
    return [Answer(f"provider-{n}", "model", text) for n, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("question", "texts", "best"),
    [
        ("珠穆朗玛峰有多高", ("珠峰高三千米。", "珠峰海拔八千八百四十八米。", "海拔八千八百四十八米多。"), {1, 2}),
        ("how high is everest", ("It is a lake.", "Everest is 8,849 metres.", "Everest is 8849 metres high."), {1, 2}),
        ("how high is everest", ("它高八千八百米。", "Everest is high."), {1}),
        ("珠穆朗玛峰有多高", ("Everest is 8,849 metres high.", "珠峰海拔八千八百四十八米。"), {1}),
        ("how high is everest", ("Everest is 8,849 metres, which", "It is high."), {1}),
        ("how high is everest", ("Everest is 8,849 metres.", "Everest is 8,849 metres."), {0}),
    ],
)
async def test_what_fits_ends_and_is_agreed_on_is_best(question: str, texts: tuple[str, ...], best: set[int]) -> None:
    assert await most_agreed(asked(question), answers(*texts)) in best


async def test_nothing_said_by_anybody_is_no_error() -> None:
    assert await most_agreed([], answers("", "")) == 0
