"""Which of the texts that were heard is believed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from cockpit.ports import UnderstanderCapabilities
from cockpit.runtime.hearing import hear, understood
from cockpit.types import LANGS, Act, Lang, Transcript, Understanding, Utterance

UTTERANCE = Utterance(np.zeros(16_000, np.float32), "driver", 0.0)


@dataclass
class Understands:
    """Surely what is in `sure`, with a doubt what is in `doubtful`, and nothing else."""

    sure: frozenset[str]
    doubtful: frozenset[str] = frozenset()
    asked: list[tuple[str, str]] = field(default_factory=list)
    capabilities = UnderstanderCapabilities("scripted", LANGS, ())

    def understand(self, text: str, lang: Lang, expecting: str = "") -> Understanding:
        self.asked.append((text, expecting))
        known = text in self.sure | self.doubtful
        acts = (Act(text.replace(" ", "."), doubtful=text in self.doubtful),) if known else ()
        return Understanding(acts, lang, float(known))


@dataclass
class Ears:
    first: Transcript
    second: Transcript | None = None

    async def transcribe(self, utterance: Utterance, lang: Lang | None = None, expecting: str = "") -> Transcript:
        assert utterance is UTTERANCE
        return self.first

    async def second_opinion(self, utterance: Utterance, first: Transcript) -> Transcript | None:
        assert (utterance, first.engine) == (UTTERANCE, "first")
        return self.second


def heard(text: str, *others: str, engine: str = "first") -> Transcript:
    return Transcript(text, "en", engine, 0.9, alternatives=others)


@pytest.mark.parametrize(
    ("transcript", "text"),
    [
        (heard("window open", "window close"), "window open"),
        (heard("widow open", "window clothes", "window close", "window open"), "window close"),
        (heard("fan up", "window open"), "window open"),
        (heard("fan up", "fan cup"), "fan up"),
        (heard("nothing", "at all"), "nothing"),
    ],
)
async def test_the_likeliest_text_that_is_understood_surely_is_believed(transcript: Transcript, text: str) -> None:
    understander = Understands(frozenset({"window open", "window close"}), frozenset({"fan up"}))
    found = await understood(understander, transcript, "value")
    assert found.transcript.text == text
    assert understander.asked[0] == (transcript.text, "value")


async def test_what_is_understood_at_once_is_not_compared() -> None:
    understander = Understands(frozenset({"window open", "window close"}))
    await understood(understander, heard("window open", "window close"))
    assert [text for text, _ in understander.asked] == ["window open"]


async def test_the_second_opinion_is_believed_where_it_makes_more_sense() -> None:
    understander = Understands(frozenset({"window open"}))
    ears = Ears(heard("widow"), heard("windows", "window open", engine="second"))
    found = await hear(ears, understander, UTTERANCE)
    assert (found.transcript.engine, found.transcript.text) == ("second", "window open")


async def test_a_second_opinion_that_makes_no_sense_changes_nothing() -> None:
    ears = Ears(heard("widow"), heard("windows", engine="second"))
    found = await hear(ears, Understands(frozenset()), UTTERANCE)
    assert (found.transcript.text, found.understanding.acts) == ("widow", ())
