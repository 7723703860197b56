"""Requests of several parts, taken apart with the real understander."""

from __future__ import annotations

from functools import cache

import pytest

from cockpit.config import load_settings
from cockpit.nlu.joint import JointUnderstander
from cockpit.router.privacy import PrivacyJudge
from cockpit.router.splitting import Part, split
from cockpit.skillset import load_skills
from cockpit.types import Lang


@cache
def understander() -> JointUnderstander:
    settings = load_settings()
    return JointUnderstander(load_skills(settings.skills_dir), settings.intent_dir)


def parts(text: str, lang: Lang) -> tuple[Part, ...]:
    whole = understander().understand(text, lang)
    return split(whole, text, lambda piece: understander().understand(piece, lang))


def seen(text: str, lang: Lang) -> list[str]:
    """Each part as its intents, or with a question mark its text."""
    return [f"?{p.text}" if p.asked else "+".join(act.intent for act in p.understood.acts) for p in parts(text, lang)]


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        (
            "zh",
            "导航去虹桥机场，顺便讲讲那边有什么好吃的，把空调调低点",
            ["navigation.navigate", "?讲讲那边有什么好吃的", "temperature.down"],
        ),
        ("zh", "打开车窗，再给我讲个笑话", ["window.open", "?给我讲个笑话"]),
        ("zh", "为什么天是蓝的，还有把天窗打开", ["?为什么天是蓝的", "sunroof.open"]),
        ("zh", "打开空调，关上车窗，顺便讲个冷笑话", ["ac.on+window.close", "?讲个冷笑话"]),
        (
            "en",
            "navigate to the airport, tell me what's good to eat around there and turn the AC down",
            ["navigation.navigate", "?tell me what's good to eat around there", "temperature.down"],
        ),
        ("en", "open the window and tell me a joke", ["window.open", "?tell me a joke"]),
        ("en", "why is the sky blue, and open the sunroof", ["?why is the sky blue", "sunroof.open"]),
    ],
)
def test_acts_and_questions_are_told_apart(lang: Lang, text: str, expected: list[str]) -> None:
    assert seen(text, lang) == expected


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("zh", "打开空调，把车窗关上"),
        ("zh", "玻璃水还有吗"),
        ("zh", "还剩多少油，顺便播放音乐"),
        ("zh", "秦始皇是谁，他是哪年出生的"),
        ("en", "how much fuel is left and play some music"),
        ("en", "play something by Simon and Garfunkel"),
        ("en", "set it to 21.5 degrees, please"),
    ],
)
def test_what_is_of_one_kind_stays_whole(lang: Lang, text: str) -> None:
    assert [part.text for part in parts(text, lang)] == [text]


def test_a_text_without_a_word_of_asking_is_not_looked_at_again() -> None:
    whole = understander().understand("打开车窗，关掉空调", "zh")
    asked: list[str] = []
    split(whole, "打开车窗，关掉空调", lambda piece: asked.append(piece) or whole)  # type: ignore[func-returns-value]
    assert asked == []


def test_a_question_knows_what_it_speaks_of_and_is_as_private_as_that() -> None:
    """Where one drives must not go up inside the question about it."""
    where, asked = parts("导航去广州塔，它有多高", "zh")
    assert asked.before == where
    assert PrivacyJudge().judge_part(asked).cls == "trips"
    album = parts("play Adele, what was her first album", "en")[1]
    assert PrivacyJudge().judge_part(album).cls == "none"
