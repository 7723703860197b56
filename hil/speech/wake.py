"""How well wake words are found: `python -m hil.speech.wake [--people DIR …] [--recordings DIR …] [--json FILE]`.

Wake words by voices that no head was trained on, alone and in one breath with a command: how many are missed, and where
they are said to end. Then false wakes: on what only sounds like a wake word, on conversation, on recordings (all of
`--recordings`, and that half of `--people` which training does not hear), on music and babble.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from cockpit.audio.wake import WakeWords, Woken
from cockpit.config import ROOT, load_settings
from cockpit.types import SAMPLE_RATE_HZ, Pcm
from hil import noise
from hil.cabin import pitched
from hil.music import music
from hil.speech import wake_corpus
from hil.speech.timed import Timed
from hil.speech.wake_corpus import Studio
from hil.speech.wake_scenes import mixed, plain, recordings, seconds, stream

PITCHES = (1.0, 0.93, 1.1)
"""Each take is heard as it is, and as from other throats."""
CONDITIONS: dict[str, float] = {"clean": 99.0, "car": 10.0, "babble": 5.0}
"""Decibels between the wake word, with what follows it, and the noise."""
SOON_S, LATE_S = 0.4, 0.8
"""A wake is the word's from so long before its end until so long after."""
FRAME = 512
MUSIC_S, BABBLE_S = 1800, 600

NEAR = "near misses"
KINDS = ("recordings", "people", "music", "babble", "conversation", NEAR)
WORKERS = 4

Json = dict[str, Any]


def heard(wake: WakeWords, sound: Pcm) -> list[tuple[Woken, int]]:
    """What is found in a sound of its own, with the sample after which it was."""
    wake.reset()
    found = []
    for at in range(0, len(sound), FRAME):
        found += [(woken, at + FRAME) for woken in wake.take(sound[at : at + FRAME])]
    return found


@dataclass(frozen=True, slots=True)
class Setup:
    """What is measured, for any process to load."""

    models: Path
    heads: Path
    threshold: float | None
    people: tuple[Path, ...] = ()
    recordings: tuple[Path, ...] = ()

    @property
    def wake(self) -> WakeWords:
        wake = WakeWords(self.models / "wake-features", self.heads, threshold=self.threshold)
        wake.load()
        return wake

    @property
    def studio(self) -> Studio:
        return Studio(self.models, ROOT / "out" / "wake" / "speech")


def misses(setup: Setup, words: Sequence[str]) -> list[Json]:
    """A row for each word and condition, with the errors of the end in milliseconds (negative: said to end too
    early), for words in one breath with a command."""
    rows = []
    wake, studio, lines = setup.wake, setup.studio, wake_corpus.woken("test")
    others = [timed.pcm for timed in studio.all(wake_corpus.talk("test"))]
    for word in words:
        for condition, snr_db in CONDITIONS.items():
            row: Json = {"word": word, "condition": condition, "said": 0, "missed": 0, "errors_ms": [], "late_ms": []}
            for line in (line for line in lines if line.word == word):
                for pitch in PITCHES:
                    rng = np.random.default_rng(crc32(f"{line} {pitch} {condition}".encode()))
                    sound, end = _scene(studio.say(line), pitch, condition, snr_db, others, rng)
                    found = [
                        (woken, when) for woken, when in heard(wake, sound)
                        if woken.word == word and end - seconds(SOON_S) <= when <= end + seconds(LATE_S)
                    ]  # fmt: skip
                    row["said"] += 1
                    row["missed"] += not found
                    if found and line.then:
                        row["errors_ms"].append((found[0][0].end_sample - end) * 1000 // SAMPLE_RATE_HZ)
                        row["late_ms"].append((found[0][1] - end) * 1000 // SAMPLE_RATE_HZ)
            rows.append(row)
    return rows


def _scene(
    timed: Timed, pitch: float, condition: str, snr_db: float, others: Sequence[Pcm], rng: np.random.Generator
) -> tuple[Pcm, int]:
    said = pitched(timed.pcm, pitch)
    made = plain(Timed(said, int(timed.end / pitch)), rng)
    if condition == "clean":
        return made.pcm, made.end
    samples = len(made.pcm)
    under = noise.car(samples, rng) if condition == "car" else noise.babble(samples, others, rng)
    return mixed(made.pcm, made.pcm[made.end - len(said) // 2 : made.end], under, snr_db), made.end


def false_wakes(setup: Setup, kind: str) -> Json:
    """The hours of a kind of sound, the wakes in it with their scores, and which share of a core hearing it took."""
    wake, sound = setup.wake, without_word(setup, kind)
    begun = time.process_time()
    found = heard(wake, sound)
    length_s = len(sound) / SAMPLE_RATE_HZ
    cost = (time.process_time() - begun) / max(length_s, 1e-9)
    wakes = [f"{woken.word} {woken.score:.2f} at {when / SAMPLE_RATE_HZ:.1f} s" for woken, when in found]
    return {"kind": kind, "hours": round(length_s / 3600, 3), "wakes": wakes, "core": round(cost, 4)}


def without_word(setup: Setup, kind: str) -> Pcm:
    """One of `KINDS`; empty where there are no such recordings."""
    rng = np.random.default_rng(crc32(kind.encode()))
    if kind == "music":
        return music(seconds(MUSIC_S), rng)
    if kind in ("people", "recordings"):
        folders, half = (setup.people, True) if kind == "people" else (setup.recordings, None)
        clips = [clip for folder in folders for clip in recordings(folder, half)]
        return stream(clips, rng) if clips else np.zeros(0, np.float32)
    lines = wake_corpus.alike("test") if kind == NEAR else wake_corpus.talk("test")
    said = [timed.pcm for timed in setup.studio.all(lines)]
    return noise.babble(seconds(BABBLE_S), said, rng) * np.float32(0.05) if kind == "babble" else stream(said, rng)


def table(report: Json) -> str:
    lines = [
        f"{'word':18}{'condition':12}{'said':>6}{'missed':>8}{'end, ms: 5 %':>15}{'median':>8}{'95 %':>7}{'max':>7}"
    ]
    for row in report["words"]:
        low, mid, high, most = _spread(row["errors_ms"])
        share = row["missed"] / max(row["said"], 1)
        lines.append(f"{row['word']:18}{row['condition']:12}{row['said']:6}{share:8.1%}{low:15}{mid:8}{high:7}{most:7}")
    lines.append(f"\n{'without a wake word':22}{'hours':>7}{'wakes':>7}{'an hour':>9}{'of a core':>11}")
    for row in report["false"]:
        count = len(row["wakes"])
        lines.append(
            f"{row['kind']:22}{row['hours']:7.2f}{count:7}{count / max(row['hours'], 1e-9):9.2f}{row['core']:11.2%}"
        )
    rest = [row for row in report["false"] if row["kind"] != NEAR]
    hours, count = sum(row["hours"] for row in rest), sum(len(row["wakes"]) for row in rest)
    return "\n".join([*lines, f"{'all but near misses':22}{hours:7.2f}{count:7}{count / max(hours, 1e-9):9.2f}"])


def _spread(errors: Sequence[float]) -> list[int]:
    return [int(np.percentile(errors, share)) for share in (5, 50, 95, 100)] if errors else [0] * 4


def main(arguments: list[str] | None = None) -> None:
    settings = load_settings()
    parser = argparse.ArgumentParser(prog="python -m hil.speech.wake", description="misses and false wakes")
    parser.add_argument("--models-dir", type=Path, default=settings.models_dir)
    parser.add_argument("--heads", type=Path, default=ROOT / "models" / "wake")
    parser.add_argument("--people", type=Path, action="append", default=[], metavar="DIR")
    parser.add_argument("--recordings", type=Path, action="append", default=[], metavar="DIR")
    parser.add_argument("--threshold", type=float, help="for all words, in place of their own")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    setup = Setup(
        options.models_dir, options.heads, options.threshold, tuple(options.people), tuple(options.recordings)
    )
    with ProcessPoolExecutor(WORKERS) as workers:
        false = [workers.submit(false_wakes, setup, kind) for kind in KINDS]
        missed = [workers.submit(misses, setup, [word]) for word in setup.wake.words]
        report: Json = {
            "words": [row for job in missed for row in job.result()],
            "false": [row for job in false if (row := job.result())["hours"]],
        }
    sys.stdout.write(table(report) + "\n")
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
