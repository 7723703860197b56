"""What wake words are trained on and measured with: who says them, what comes after, and what only sounds like them.

Everything here is synthesised. The tables of `HELD_OUT` speak in no training, and each voice that is measured with is
one of them or a mix with one; what it says after the wake word, and the near misses, are other words too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
import soxr

from cockpit.config import ROOT
from cockpit.tts.piper import PiperSynthesizer
from cockpit.tts.speech import NORMALISE
from cockpit.types import LANGS, SAMPLE_RATE_HZ, Lang, Pcm
from cockpit.yamlfile import read_yaml
from hil.speech.record import PIPERS
from hil.speech.timed import Timed, TimedKokoro

Part = Literal["train", "dev", "test"]
Item = TypeVar("Item")
PHRASES = Path(__file__).with_name("wake.yaml")
HELD_OUT = frozenset({"zm_yunjian", "jf_nezumi"})
"""Kokoro's tables that are kept for measuring, in both languages."""
SPEAKERS: dict[Part, dict[Lang, tuple[str, ...]]] = {
    "train": {
        "zh": (
            "zf_xiaobei", "zf_xiaobei+jm_kumo", "jf_tebukuro+jm_kumo", "zf_xiaobei+jf_alpha", "zf_xiaobei+af_heart",
        ),
        "en": (
            "af_heart", "af_heart+jm_kumo", "jf_tebukuro+jm_kumo", "zf_xiaobei+af_heart", "af_heart+jf_alpha", "joe",
            "zf_xiaobei", "zf_xiaobei+jm_kumo", "jm_kumo", "zf_xiaobei+jf_alpha",
        ),
    },
    "dev": {"zh": ("jf_gongitsune", "zf_xiaobei+jf_gongitsune"), "en": ("jf_gongitsune+af_heart", "joe")},
    "test": {"zh": ("zm_yunjian", "zm_yunjian+jf_nezumi"), "en": ("af_heart+zm_yunjian", "zm_yunjian")},
}  # fmt: skip
RATES: dict[Part, tuple[float, ...]] = {"train": (0.85, 1.0, 1.2), "dev": (0.95, 1.15), "test": (0.9, 1.0, 1.2)}
TALK: dict[Part, tuple[Path, int]] = {
    "train": (ROOT / "models" / "eval" / "sets" / "commands", 160),
    "dev": (ROOT / "models" / "eval" / "sets" / "no_command_dev", 10),
    "test": (ROOT / "tests" / "data" / "no_command", 20),
}
"""Sentences without a wake word, and how many of each language."""
FOLLOWED = 2
"""How often a voice says a wake word with something after it at each pace, beside once alone."""
SILENT = 0.01


@dataclass(frozen=True, slots=True)
class Line:
    """`first` and `then` in one breath. `word` is the wake word that `first` is, or empty."""

    first: str
    then: str
    lang: Lang
    speaker: str
    rate: float
    word: str = ""


def words() -> dict[str, tuple[Lang, str]]:
    """Every wake word's name: its language and how it is written."""
    return {name: (row["lang"], row["say"]) for name, row in read_yaml(PHRASES)["words"].items()}


def woken(part: Part) -> list[Line]:
    """Every wake word by every voice at every pace, alone and followed."""
    lines = []
    for name, (lang, say) in words().items():
        after = read_yaml(PHRASES)["then"][part][lang]
        for number, (speaker, rate) in enumerate(product(SPEAKERS[part][lang], RATES[part])):
            lines.append(Line(say, "", lang, speaker, rate, name))
            if speaker not in PIPERS:
                follow = (after[(FOLLOWED * number + n) % len(after)] for n in range(FOLLOWED))
                lines += [Line(say, then, lang, speaker, rate, name) for then in follow]
    return lines


def alike(part: Part) -> list[Line]:
    """What only sounds like a wake word, by voices that take turns."""
    return [
        Line(text, "", lang, _turn(SPEAKERS[part][lang], number), _turn(RATES[part], number // 2))
        for lang in LANGS
        for number, text in enumerate(read_yaml(PHRASES)["alike"][part][lang])
    ]


def talk(part: Part) -> list[Line]:
    """Sentences of both languages in turn, each by the next voice."""
    stem, count = TALK[part]
    said = {lang: [row["say"] for row in read_yaml(stem.with_name(f"{stem.name}.{lang}.yaml"))] for lang in LANGS}
    return [
        Line(
            NORMALISE[lang](said[lang][n * len(said[lang]) // count]), "", lang,
            _turn(SPEAKERS[part][lang], n), _turn(RATES[part], n // 3),
        )
        for n in range(count)
        for lang in LANGS
    ]  # fmt: skip


def _turn(items: Sequence[Item], number: int) -> Item:
    return items[number % len(items)]


class Studio:
    """Says lines, each once: what was said is kept in `folder`. Raises `ModelError` where a voice is not there."""

    def __init__(self, models: Path, folder: Path) -> None:
        self._models, self._folder = models, folder
        self._kokoro: TimedKokoro | None = None
        self._pipers: dict[float, PiperSynthesizer] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def say(self, line: Line) -> Timed:
        """Between -1 and 1 at its own level, with no more than a moment of silence at its ends."""
        file = self._folder / f"{hashlib.sha256(repr(line).encode()).hexdigest()[:20]}.npz"
        if not file.exists():
            made = self._piper(line) if line.speaker in PIPERS else self._say(line)
            new = file.with_suffix(".new.npz")
            np.savez(new, pcm=np.int16(made.pcm * 32767), end=made.end)
            new.replace(file)
        with np.load(file) as kept:
            return Timed(kept["pcm"].astype(np.float32) / 32767, int(kept["end"]))

    def all(self, lines: Sequence[Line]) -> Iterator[Timed]:
        return map(self.say, lines)

    def _say(self, line: Line) -> Timed:
        if self._kokoro is None:
            self._kokoro = TimedKokoro(self._models)
            self._kokoro.load()
        return _ending(self._kokoro.say(line.first, line.then, line.lang, line.speaker, line.rate))

    def _piper(self, line: Line) -> Timed:
        if line.rate not in self._pipers:
            self._pipers[line.rate] = PiperSynthesizer(
                self._models, f"piper-en-{line.speaker}", line.lang, line.rate, threads=1
            )
            self._pipers[line.rate].load()
        piper = self._pipers[line.rate]
        pcm = np.concatenate(list(piper.synthesise(line.first, line.lang)))
        pcm = np.asarray(soxr.resample(pcm, piper.capabilities.rate_hz, SAMPLE_RATE_HZ), np.float32)
        return _ending(Timed(np.clip(pcm, -1, 1), len(pcm)))


def _ending(timed: Timed) -> Timed:
    """Cut off behind the last sound; a word ends there at the latest."""
    loud = np.flatnonzero(np.abs(timed.pcm) > SILENT * max(float(np.abs(timed.pcm).max()), 0.1))
    last = int(loud[-1]) + 1 if loud.size else len(timed.pcm)
    pcm: Pcm = timed.pcm[: last + SAMPLE_RATE_HZ // 20]
    return Timed(pcm, min(timed.end, last))
