"""How spoken commands end beside typed ones: `python -m hil.speech.commands [--noise clean car babble] [--json OUT]`.

Sentences of the held-out sets in the project's own voices, heard on the path of the service, with leaning and without.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from cockpit.asr.recognition import Recognition
from cockpit.config import load_settings
from cockpit.runtime.expecting import likely
from cockpit.runtime.understanding import understanding
from cockpit.types import LANGS
from hil.speech.clips import Clip, sentences, voiced
from hil.speech.pack import under
from hil.speech.spoken import Ended, evaluate, summary


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


async def run(options: argparse.Namespace) -> list[dict[str, object]]:
    settings = load_settings()
    rows: list[dict[str, object]] = []
    recognition = Recognition(settings.asr, settings.models_dir)
    await recognition.warm()
    understander = understanding(settings).understander
    if options.leaning:
        recognition.lean_on(likely(settings))
    for lang in options.lang:
        said = sentences(lang, options.half, options.commands, options.others, lambda text: understander.understand(text, lang))
        clips = [*voiced(said, lang, settings.models_dir, options.cache, lambda text: print(text, file=sys.stderr))]
        for kind in options.noise:
            ended = [
                one
                async for one in evaluate(noisy(clips, kind, options.snr), recognition, understander, told=options.told)
            ]
            row: dict[str, object] = {"lang": lang, "noise": kind, **summary(ended)}
            print(json.dumps(row))
            for one in ended:
                if (one.clip.command and one.end not in ("same",)) or one.pulled:
                    print(" ", one.end if one.clip.command else "PULLED", "|", one.clip.text, "|", one.heard.text, "|", one.heard.engine, round(one.heard.confidence,2), "|", [(a.intent, dict(a.slots)) for a in one.typed.acts], [(a.intent, dict(a.slots)) for a in one.spoken.acts], one.spoken.sure, one.clip.voice)
            rows.append(row)
    recognition.close()
    return rows


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m hil.speech.commands", description="spoken commands beside typed")
    parser.add_argument("--lang", nargs="+", choices=LANGS, default=[*LANGS])
    parser.add_argument("--noise", nargs="+", choices=("clean", "car", "babble"), default=["clean", "car"])
    parser.add_argument("--snr", type=float, default=10.0, help="decibels (default 10)")
    parser.add_argument("--half", choices=("report", "dev"), default="report")
    parser.add_argument("--commands", type=int, default=150, help="of each language")
    parser.add_argument("--others", type=int, default=100, help="sentences that are no commands")
    parser.add_argument("--leaning", action="store_true")
    parser.add_argument("--told", action="store_true", help="tell the language rather than have it detected")
    parser.add_argument("--cache", type=Path, default=Path("out/speech"))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    rows = asyncio.run(run(options))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
