"""How spoken commands end beside typed ones: `python -m hil.speech.commands [--noise clean car babble] [--json OUT]`.

Sentences of the held-out sets in the project's own voices, heard on the path of the service, without leaning on what
may be said and with it. They are synthesised: the figures compare ways of hearing, people in cars are harder.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from cockpit.asr.recognition import Recognition
from cockpit.config import load_settings
from cockpit.nlu.expectation import Expectations
from cockpit.runtime.expecting import likely
from cockpit.runtime.understanding import understanding
from cockpit.types import LANGS, Lang, Understanding
from hil.speech.clips import Clip, sentences, voiced
from hil.speech.pack import under
from hil.speech.spoken import Ended, acts_of, evaluate, summary

Row = dict[str, object]
COLUMNS = {
    "as_typed": "as typed",
    "letter": "to the letter",
    "asked": "asked first",
    "refused": "refused",
    "wrong": "wrong",
    "pulled_in": "others acted on",
    "errors": "words wrong",
}
MS = {"median_ms": "median ms", "p95_ms": "p95 ms", "understood_median_ms": "understood ms"}


def noisy(clips: Sequence[Clip], kind: str, snr_db: float) -> list[Clip]:
    """`clips` with noise of a kind (`clean`, `car`, `babble`) under them; the same each time."""
    if kind == "clean":
        return [*clips]
    speech = [clip.pcm for clip in clips]
    made = []
    for clip in clips:
        rng = np.random.default_rng(zlib.crc32(f"{kind} {clip.text}".encode()))
        made.append(replace(clip, pcm=np.clip(under(kind, clip.pcm, speech, snr_db, rng), -1, 1)))
    return made


def clips_of(lang: Lang, options: argparse.Namespace) -> list[Clip]:
    """The sentences that `options` ask for, voiced."""
    settings = load_settings()
    understander = understanding(settings).understander

    def typed(text: str) -> Understanding:
        return understander.understand(text, lang)

    said = sentences(lang, options.half, options.commands, options.others, typed)
    return [*voiced(said, lang, settings.models_dir, options.cache, lambda text: _say(text, sys.stderr))]


async def run(options: argparse.Namespace) -> list[Row]:
    """One row a language, noise and way of hearing."""
    settings = load_settings()
    recognition = Recognition(settings.asr, settings.models_dir)
    await recognition.warm()
    understander = understanding(settings).understander
    ways: Mapping[str, Mapping[Lang, Expectations]] = {"plain": {}, "leaning": likely(settings)}
    rows: list[Row] = []
    for lang in options.lang:
        clips = clips_of(lang, options)
        for kind in options.noise:
            spoken = noisy(clips, kind, options.snr)
            for way in options.way:
                recognition.lean_on(ways[way])
                ended = [one async for one in evaluate(spoken, recognition, understander, told=options.told)]
                row: Row = {"lang": lang, "noise": kind, "way": way, **summary(ended)}
                _say(_line(row), sys.stdout)
                if options.show:
                    _show(ended)
                rows.append({**row, "ends": [_told(one) for one in ended if _notable(one)]})
    recognition.close()
    return rows


def _line(row: Row) -> str:
    shares = "  ".join(f"{name} {100 * float(str(row[key])):.1f} %" for key, name in COLUMNS.items())
    times = "  ".join(f"{name} {float(str(row[key])):.0f}" for key, name in MS.items())
    return f"{row['lang']} {row['noise']:<6} {row['way']:<8} {shares}  {times}"


def _notable(one: Ended) -> bool:
    return one.pulled or (one.clip.command and one.end != "same")


def _told(one: Ended) -> Row:
    return {
        "end": one.end if one.clip.command else "pulled in",
        "said": one.clip.text,
        "heard": one.heard.text,
        "also": list(one.heard.alternatives),
        "by": f"{one.heard.engine} {one.heard.confidence:.2f}",
        "voice": one.clip.voice,
        "wanted": [f"{act.intent} {dict(act.slots)}" for act in acts_of(one.typed)],
        "got": [f"{act.intent} {dict(act.slots)}" for act in acts_of(one.spoken)],
    }


def _show(ended: Sequence[Ended]) -> None:
    for one in filter(_notable, ended):
        _say("   " + "  |  ".join(str(value) for value in _told(one).values()), sys.stdout)


def _say(text: str, stream: object) -> None:
    print(text, file=stream, flush=True)  # type: ignore[call-overload]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m hil.speech.commands", description="spoken commands beside typed")
    add_options(parser)
    parser.add_argument("--noise", nargs="+", choices=("clean", "car", "babble"), default=["clean", "car"])
    parser.add_argument("--way", nargs="+", choices=("plain", "leaning"), default=["plain", "leaning"])
    parser.add_argument("--told", action="store_true", help="tell the language rather than have it detected")
    parser.add_argument("--show", action="store_true", help="print what did not end as typed")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    rows = asyncio.run(run(options))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", "utf-8")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which sentences are heard."""
    parser.add_argument("--lang", nargs="+", choices=LANGS, default=[*LANGS])
    parser.add_argument("--snr", type=float, default=10.0, help="decibels (default 10)")
    parser.add_argument("--half", choices=("report", "dev"), default="report", help="prices are chosen on dev")
    parser.add_argument("--commands", type=int, default=150, help="of each language")
    parser.add_argument("--others", type=int, default=100, help="sentences that are no commands")
    parser.add_argument("--cache", type=Path, default=Path("out/speech"), help="where recordings are kept")


if __name__ == "__main__":
    main()
