"""The speech that hearing is measured on: recordings of people from a folder, and sentences voiced once and kept.

Human speech is what counts. What the project's own voices say is heard more easily; it is made unlike itself by pace,
pitch, cabin and level, and every figure says on which of the two it was measured.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TypeVar

import numpy as np

from cockpit.audio.wav import decode_wav, encode_wav
from cockpit.config import ROOT
from cockpit.errors import AudioError
from cockpit.runtime.turn import language_of
from cockpit.tts.speech import NORMALISE
from cockpit.types import Lang, Pcm
from cockpit.yamlfile import read_yaml
from hil.cabin import T60_S, heard_in, pitched, response
from hil.speech.record import PIPERS, spoken, voice_of

TRANSCRIPTS = "transcripts.tsv"
"""In a folder of recordings: a line for each, its file, a tab, and what is said in it."""
COMMANDS = ROOT / "models" / "eval" / "sets"
OTHER_SPEECH = (ROOT / "tests" / "data", "no_command"), (COMMANDS, "no_command_dev")
"""Folder and file name's beginning of lines after which a car must do nothing."""
Item = TypeVar("Item")
SOFTEST_DB = -18.0
"""Voiced sentences are up to so much softer than full level."""


@dataclass(frozen=True, slots=True)
class Take:
    """How a sentence is voiced: by whom, how fast (only Kokoro can), and how much higher."""

    speaker: str
    rate: float = 1.0
    pitch: float = 1.0


TAKES: dict[Lang, tuple[Take, ...]] = {
    "zh": (
        Take("zm_yunjian"),
        Take("zf_xiaobei", rate=0.85),
        Take("zf_xiaobei+zm_yunjian", rate=1.1),
        Take("zf_xiaobei", rate=1.2, pitch=0.93),
        Take("zm_yunjian", rate=0.95, pitch=1.08),
    ),
    "en": (
        Take("joe"),
        Take("af_heart", rate=0.85),
        Take("joe", pitch=1.1),
        Take("af_heart", rate=1.2, pitch=0.93),
        Take("joe", pitch=0.92),
    ),
}
"""In turn, a sentence each."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording. `source` is the take or the package it is from, `human` whether a person spoke."""

    file: Path
    text: str
    lang: Lang
    source: str
    human: bool

    @property
    def pcm(self) -> Pcm:
        """Read anew each time."""
        return decode_wav(self.file)


def human(folder: Path) -> list[Clip]:
    """The recordings of people in `folder` (see `TRANSCRIPTS`); the source is the folder below it. Those that cannot
    be read, or whose text has neither Chinese nor Latin letters, are left out. Raises `OSError` without a list."""
    clips = []
    for line in (folder / TRANSCRIPTS).read_text("utf-8").splitlines():
        name, text, *_ = [*line.split("\t"), ""]
        lang = language_of(text)
        if lang is None:
            continue
        clip = Clip(folder / name, text, lang, name.partition("/")[0], human=True)
        try:
            clip.pcm  # noqa: B018 (whether it can be read)
        except AudioError:
            continue
        clips.append(clip)
    return clips


def voiced(
    texts: Sequence[str], lang: Lang, models: Path, cache: Path, advance: Callable[[], None] = lambda: None
) -> list[Clip]:
    """`texts` in their order, each by the next of `TAKES`, in a cabin and at a level of its own. Made where the folder
    `cache` does not hold it; the same text and take sound the same again. Raises `ModelError` where a voice is needed
    and was not pulled."""
    takes = [TAKES[lang][n % len(TAKES[lang])] for n in range(len(texts))]
    clips = [_clip(text, take, lang, cache) for text, take in zip(texts, takes, strict=True)]
    order = sorted(zip(clips, takes, strict=True), key=lambda pair: TAKES[lang].index(pair[1]))
    for take, pairs in groupby(order, key=lambda pair: pair[1]):
        _make((clip for clip, _ in pairs), take, models, advance)
    return clips


def _clip(text: str, take: Take, lang: Lang, cache: Path) -> Clip:
    key = hashlib.sha256(f"{lang} {take} {text}".encode()).hexdigest()[:16]
    return Clip(cache / lang / f"{key}.wav", text, lang, f"{take.speaker} {take.rate:g} {take.pitch:g}", human=False)


def _make(clips: Iterable[Clip], take: Take, models: Path, advance: Callable[[], None]) -> None:
    """One voice at a time is in memory."""
    voice = None
    for clip in clips:
        if not clip.file.is_file():
            if voice is None:
                voice = voice_of(clip.lang, take.speaker, models, 1.0 if take.speaker in PIPERS else take.rate)
            sound = pitched(spoken(voice, NORMALISE[clip.lang](clip.text), clip.lang), take.pitch)
            clip.file.parent.mkdir(parents=True, exist_ok=True)
            new = clip.file.with_suffix(".new")
            new.write_bytes(encode_wav(placed(sound, clip.file.stem)))
            new.replace(clip.file)
        advance()
    if voice is not None:
        voice.close()


def placed(sound: Pcm, seed: str) -> Pcm:
    """In a cabin and at a level that hang on nothing but `seed`, a number in hexadecimal."""
    rng = np.random.default_rng(int(seed, 16))
    cabin = response(rng.uniform(*T60_S), rng)
    level = 10 ** (rng.uniform(SOFTEST_DB, 0) / 20)
    return (heard_in(sound, cabin) * level).astype(np.float32)


def commands(lang: Lang, count: int) -> list[str]:
    """Held-out commands, evenly taken. In English only those that are written tidily: among the others are some as a
    recogniser misheard them, which nobody can say."""
    said = _said(COMMANDS / f"commands.{lang}.yaml")
    return spread([text for text in said if lang == "zh" or (text[0].isupper() and text[-1] in ".?!")], count)


def other_speech(lang: Lang, count: int) -> list[str]:
    """Talk, radio and questions after which a car must do nothing, evenly taken."""
    lines = [line for folder, name in OTHER_SPEECH for line in _said(folder / f"{name}.{lang}.yaml")]
    return spread(lines, count)


def spread(items: Sequence[Item], count: int) -> list[Item]:
    """`count` of `items`, evenly; all where there are no more."""
    return [items[n * len(items) // count] for n in range(count)] if count < len(items) else [*items]


def _said(file: Path) -> Iterator[str]:
    for row in read_yaml(file):
        yield row["say"]
