"""What leaning costs and what it wins: `python -m hil.speech.leaning --json OUT`.

Sentences that the report does not hold are heard with leaning of several strengths: how many commands end as typed, and
how much other speech is pulled into one. By this curve the weight in `cockpit.asr` was chosen.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol, cast

from rapidfuzz.distance import Levenshtein

from cockpit.asr.engines import ENGINES
from cockpit.config import load_settings
from cockpit.ports import Recognizer, Understander
from cockpit.runtime.expecting import likely
from cockpit.runtime.hearing import believed
from cockpit.runtime.understanding import understanding
from cockpit.types import LANGS, Lang
from hil.speech.clips import Clip
from hil.speech.commands import add_options, clips_of, noisy
from hil.speech.scoring import spoken_words
from hil.speech.spoken import Ended, summary

STRENGTHS = (0.0, 0.5, 1.0, 1.5, 2.5)
ENGINE: Mapping[Lang, str] = {"zh": "whisper", "en": "moonshine"}
Curve = dict[Lang, list[dict[str, float]]]


class Leans(Recognizer, Protocol):
    """`leaning` is how strongly, as in `AsrSettings`."""

    leaning: float


def heard(clip: Clip, engine: Leans, expected: object, understander: Understander) -> Ended:
    """`clip` in the language it is in."""
    begun = time.monotonic()
    transcript = engine.recognise(clip.pcm, clip.lang, expected)  # type: ignore[arg-type]
    first_ms = 1000 * (time.monotonic() - begun)
    found = believed(understander, transcript)
    total_ms = 1000 * (time.monotonic() - begun)
    said, got = spoken_words(clip.text, clip.lang), spoken_words(found.transcript.text, clip.lang)
    typed, errors = understander.understand(clip.text, clip.lang), Levenshtein.distance(said, got)
    return Ended(clip, found.transcript, typed, found.understanding, errors, len(said), first_ms, total_ms)


def curve(lang: Lang, clips: Sequence[Clip], strengths: Sequence[float]) -> Iterator[dict[str, float]]:
    """Figures of each strength. Every clip is heard with all of them, so that its encoding is used for all."""
    settings = load_settings()
    row = ENGINES[ENGINE[lang]]
    engine = cast("Leans", row.make(settings.asr, settings.models_dir / row.model(settings.asr)))
    engine.load()
    expected, understander = likely(settings)[lang].expected(), understanding(settings).understander
    ended: dict[float, list[Ended]] = {strength: [] for strength in strengths}
    for clip in clips:
        engine.recognise(clip.pcm, lang)
        for strength in strengths:
            engine.leaning = strength
            ended[strength].append(heard(clip, engine, expected, understander))
    for strength, of in ended.items():
        yield {"strength": strength, **summary(of)}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m hil.speech.leaning", description=__doc__)
    add_options(parser)
    parser.set_defaults(half="dev", commands=90, others=100)
    parser.add_argument("--noise", choices=("clean", "car", "babble"), default="car")
    parser.add_argument("--strength", type=float, nargs="+", default=STRENGTHS)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    curves: Curve = {lang: [] for lang in LANGS if lang in options.lang}
    for lang in curves:
        for row in curve(lang, noisy(clips_of(lang, options), options.noise, options.snr), options.strength):
            curves[lang].append(row)
            sys.stdout.write(f"{lang} {json.dumps(row)}\n")
            sys.stdout.flush()
    if options.json:
        options.json.write_text(json.dumps(curves, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
