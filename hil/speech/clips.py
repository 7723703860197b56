"""Sentences of the held-out sets, voiced once and kept: what recognition is measured on.

The voices are the project's own, so the figures compare ways of recognising; people in cars are harder.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cockpit.audio.wav import decode_wav, encode_wav
from cockpit.config import ROOT
from cockpit.ports import Synthesizer
from cockpit.tts.speech import NORMALISE
from cockpit.types import Lang, Pcm, Understanding
from cockpit.yamlfile import read_yaml
from hil.speech.corpus import spread
from hil.speech.record import PIPERS, spoken, voice_of

SETS = ROOT / "models" / "eval" / "sets"
NO_COMMANDS = ROOT / "tests" / "data"
VOICES: dict[Lang, tuple[tuple[str, float], ...]] = {
    "zh": (("zf_xiaobei", 0.9), ("zm_yunjian", 1.0), ("zf_xiaobei", 1.15), ("zm_yunjian", 1.15)),
    "en": (("joe", 1.0), ("af_heart", 0.9), ("joe", 1.0), ("af_heart", 1.15)),
}
"""Speaker and rate, by the text; Piper's keeps to its own rate."""

Half = Literal["report", "dev"]
"""Prices are chosen on `dev`; `report` is only measured."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One sentence as sound. `command` is whether it asks the car for something."""

    pcm: Pcm
    text: str
    lang: Lang
    command: bool
    voice: str = ""


Ends = Callable[[str], Understanding]
"""How a typed text ends."""


def sentences(lang: Lang, half: Half, commands: int, others: int, typed: Ends) -> list[tuple[str, bool]]:
    """Texts with whether they are commands. What is in `report` is never in `dev`.

    Commands are those that end, typed, as their author meant: one that is misunderstood as it is written, or that holds
    a recogniser's mistake, tells nothing of hearing.
    """
    rows = read_yaml(SETS / f"commands.{lang}.yaml")
    lines = [row["say"] for row in rows if _meant(typed(row["say"]), row.get("acts", ()))]
    reported = spread(lines, REPORTED)
    if half == "report":
        chosen, idle = spread(reported, commands), NO_COMMANDS / f"no_command.{lang}.yaml"
    else:
        known = frozenset(reported)
        chosen = spread([line for line in lines if line not in known], commands)
        idle = SETS / f"no_command_dev.{lang}.yaml"
    return [(text, True) for text in chosen] + [(text, False) for text in spread(_lines(idle), others)]


REPORTED = 150
"""Commands of each language that are set aside for the report."""


def _meant(understood: Understanding, acts: Sequence[tuple[str, Mapping[str, object]]]) -> bool:
    """Whether these acts were understood, surely; slots that are not listed are left open."""
    if not understood.sure or len(understood.acts) != len(acts):
        return False
    return all(
        got.intent == intent and all(_plain(got.slots.get(name)) == _plain(value) for name, value in slots.items())
        for got, (intent, slots) in zip(understood.acts, acts, strict=True)
    )


def _plain(value: object) -> str:
    text = f"{value:g}" if isinstance(value, (int, float)) else str(value)
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _lines(file: Path) -> list[str]:
    return [row["say"] for row in read_yaml(file)]


def voiced(
    said: Sequence[tuple[str, bool]], lang: Lang, models: Path, cache: Path, say: Callable[[str], None]
) -> Iterator[Clip]:
    """`said` as sound, made where the folder `cache` does not hold it yet. Raises `ModelError` where a voice is
    needed that was not pulled."""
    voices: dict[tuple[str, float], Synthesizer] = {}
    for number, (text, command) in enumerate(said):
        speaker, rate = VOICES[lang][zlib.crc32(text.encode()) % len(VOICES[lang])]
        key = hashlib.sha256(f"{lang} {speaker} {rate} {text}".encode()).hexdigest()[:16]
        file = cache / lang / f"{key}.wav"
        if not file.is_file():
            if (speaker, rate) not in voices:
                voices[speaker, rate] = voice_of(lang, speaker, models, 1.0 if speaker in PIPERS else rate)
            say(f"voicing {number + 1} of {len(said)} ({lang})")
            file.parent.mkdir(parents=True, exist_ok=True)
            sound = spoken(voices[speaker, rate], NORMALISE[lang](text), lang)
            written = file.with_suffix(".new")
            written.write_bytes(encode_wav(sound))
            written.replace(file)
        yield Clip(decode_wav(file), text, lang, command, f"{speaker} {rate:g}")
