"""How spoken sentences end, beside how the same ones end when they are typed."""

from __future__ import annotations

import math
import time
import unicodedata
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import pypinyin
from rapidfuzz.distance import Levenshtein

from cockpit.nlu.sound import sound_key
from cockpit.ports import Understander
from cockpit.runtime.hearing import Ears, hear
from cockpit.types import SAMPLE_RATE_HZ, Act, Lang, Transcript, Understanding, Utterance
from hil.speech.clips import Clip
from hil.speech.scoring import spoken_words

CHAT = frozenset({"dialog.chat", "dialog.talk"})
"""Talk that asks for no deed: as good as no act at all."""
PARTICLES = "的了吧呢啊呀哦嘛"
SHORT_S = 4.0
"""Commands up to this length are timed."""

End = Literal["same", "asked", "refused", "wrong"]
"""Of a command: as typed; as typed, but asked about first; taken for none; something else. Names and free text that
sound alike are the same."""


class TimedEars:
    """`ears` with the time that the first transcript took."""

    def __init__(self, ears: Ears) -> None:
        self._ears, self.ms = ears, 0.0

    async def transcribe(self, utterance: Utterance, lang: Lang | None = None, expecting: str = "") -> Transcript:
        begun = time.monotonic()
        heard = await self._ears.transcribe(utterance, lang, expecting)
        self.ms = 1000 * (time.monotonic() - begun)
        return heard

    async def second_opinion(self, utterance: Utterance, first: Transcript) -> Transcript | None:
        return await self._ears.second_opinion(utterance, first)


@dataclass(frozen=True, slots=True)
class Ended:
    """One clip after it was heard. `errors` of `length` words (characters in Chinese) were heard wrong; `recognised_ms`
    is until its first transcript, `total_ms` until it was understood."""

    clip: Clip
    heard: Transcript
    typed: Understanding
    spoken: Understanding
    errors: int
    length: int
    recognised_ms: float
    total_ms: float

    @property
    def end(self) -> End:
        wanted, got = acts_of(self.typed), acts_of(self.spoken)
        if len(wanted) != len(got) or not all(map(self._alike, wanted, got)):
            return "wrong" if got else "refused"
        return "same" if self.typed.sure == self.spoken.sure or not wanted else "asked"

    @property
    def to_the_letter(self) -> bool:
        """Whether names and texts are spelt as typed, too."""
        return [*map(_meaning, acts_of(self.typed))] == [*map(_meaning, acts_of(self.spoken))]

    def _alike(self, wanted: Act, got: Act) -> bool:
        """The same but for the spelling of what sounds the same: nobody can hear how a name is written."""
        if wanted.intent != got.intent or wanted.slots.keys() != got.slots.keys():
            return False
        return all(
            _plain(value) == _plain(got.slots[name])
            or (
                isinstance(value, str)
                and sound_of(value, self.clip.lang) == sound_of(str(got.slots[name]), self.clip.lang)
            )
            for name, value in wanted.slots.items()
        )

    @property
    def pulled(self) -> bool:
        """Whether the car acts at once on what it would not have acted on had it been typed."""
        return self.spoken.sure and bool(acts_of(self.spoken)) and not (self.typed.sure and acts_of(self.typed))


def acts_of(understood: Understanding) -> list[Act]:
    return [act for act in understood.acts if act.intent not in CHAT]


def _meaning(act: Act) -> tuple[str, frozenset[tuple[str, str]]]:
    return act.intent, frozenset((name, _plain(value)) for name, value in act.slots.items())


def _plain(value: object) -> str:
    """Numbers as numbers, texts by their letters."""
    if isinstance(value, (int, float)):
        return f"{float(value):g}"
    words = unicodedata.normalize("NFKC", str(value)).casefold().replace("'", "")
    letters = "".join(letter for letter in words if letter.isalnum())
    return letters.rstrip(PARTICLES) or letters


def sound_of(text: str, lang: Lang) -> str:
    """Pinyin with tones; of English a rough key of the consonants."""
    words = spoken_words(text, lang)
    if lang == "en":
        return sound_key("".join(words))
    return " ".join(
        pinyin for pinyins in pypinyin.pinyin("".join(words), style=pypinyin.Style.TONE3) for pinyin in pinyins
    )


async def evaluate(
    clips: Iterable[Clip], ears: Ears, understander: Understander, *, told: bool = False
) -> AsyncIterator[Ended]:
    """Hear every clip as the service does. The language is detected, unless it is `told`."""
    timed = TimedEars(ears)
    for clip in clips:
        begun = time.monotonic()
        heard = await hear(timed, understander, Utterance(clip.pcm, "driver", 0.0), clip.lang if told else None)
        total_ms = 1000 * (time.monotonic() - begun)
        said, got = spoken_words(clip.text, clip.lang), spoken_words(heard.transcript.text, clip.lang)
        typed = understander.understand(clip.text, clip.lang)
        errors = Levenshtein.distance(said, got)
        yield Ended(clip, heard.transcript, typed, heard.understanding, errors, len(said), timed.ms, total_ms)


def summary(ended: Sequence[Ended]) -> dict[str, float]:
    """Figures of one language under one noise: shares of commands by their end, of other speech that is acted on,
    share of words (characters in Chinese) heard wrong, and milliseconds for what lasts up to `SHORT_S`."""
    commands = [one for one in ended if one.clip.command]
    others = [one for one in ended if not one.clip.command]
    ends = Counter(one.end for one in commands)
    first = sorted(one.recognised_ms for one in commands if len(one.clip.pcm) <= SHORT_S * SAMPLE_RATE_HZ)
    total = sorted(one.total_ms for one in commands if len(one.clip.pcm) <= SHORT_S * SAMPLE_RATE_HZ)
    return {
        "commands": len(commands),
        "as_typed": _share(ends["same"] + ends["asked"], len(commands)),
        "letter": _share(sum(one.to_the_letter for one in commands), len(commands)),
        **{name: _share(ends[name], len(commands)) for name in ("asked", "refused", "wrong")},
        "others": len(others),
        "pulled_in": _share(sum(one.pulled for one in others), len(others)),
        "errors": _share(sum(one.errors for one in commands), sum(one.length for one in commands)),
        "timed": len(first),
        "median_ms": _at(first, 0.5),
        "p95_ms": _at(first, 0.95),
        "understood_median_ms": _at(total, 0.5),
        "understood_p95_ms": _at(total, 0.95),
    }


def _share(part: int, whole: int) -> float:
    return round(part / max(1, whole), 4)


def _at(ordered: Sequence[float], share: float) -> float:
    return round(ordered[math.ceil(share * len(ordered)) - 1], 1) if ordered else 0.0
