"""How much of an act's words an author wrote for it."""

from __future__ import annotations

import pytest

from cockpit.nlu.matcher import Matcher
from cockpit.nlu.tokens import clean, tokenise
from cockpit.nlu.witness import Witness
from cockpit.types import Lang
from tests.unit.nlu.small_skills import UNDERSTANDER


def worded(text: str, lang: Lang, intent: str, start: int = 0) -> float:
    language = UNDERSTANDER.languages[lang]
    tokens = tokenise(clean(text))
    matcher = Matcher(clean(text), tokens, lang, language.skips)
    return Witness(language).worded(intent, start, len(tokens), matcher)


@pytest.mark.parametrize(
    ("lang", "text", "intent", "share"),
    [
        ("en", "turn on the defroster", "defroster.on", 1.0),
        ("en", "it is misty turn on the defroster", "defroster.on", 4 / 7),
        ("en", "we left the window open", "window.open", 0.0),
        ("en", "turn on the defroster", "defroster.off", 0.0),
        ("en", "turn on the defroster", "nobody.knows", 0.0),
        ("zh", "打开车窗", "window.open", 1.0),
        ("zh", "太闷了打开车窗", "window.open", 4 / 7),
        ("zh", "车窗上有只鸟", "window.open", 0.0),
    ],
)
def test_the_longest_sentence_within_counts(lang: Lang, text: str, intent: str, share: float) -> None:
    assert worded(text, lang, intent) == pytest.approx(share)


def test_only_the_words_of_the_act_count() -> None:
    assert worded("open the window turn on the defroster", "en", "window.open", start=3) == 0.0
    assert worded("open the window turn on the defroster", "en", "defroster.on", start=3) == 1.0
