"""Chooses the wake words' thresholds on speech that nobody was trained on and nothing is reported on.

A threshold is the lowest with at most `WAKES_AN_HOUR` false wakes in the development part, and at least `LEAST`.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cockpit.audio.embedding import CHUNK
from cockpit.audio.wake import REFRACTORY_S, WINDOW, Head, read_head
from cockpit.types import SAMPLE_RATE_HZ
from hil.music import music
from hil.speech import wake_corpus
from hil.speech.wake_scenes import seconds, stream
from models.training.wake_head import describe
from models.training.wake_hearing import Array, Source, embedded, scenes

COPIES, TAKES, MUSIC_S = 60, 3, 300
"""Scenes of each wake word, how often other speech is heard, and music."""
WAKES_AN_HOUR = 0.3
"""Of one word; the words add up."""
LEAST, MOST = 0.5, 0.99
STEPS: tuple[float, ...] = (0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99)
SOON_S, LATE_S = 0.4, 0.8
CARD = """
# Wake words

One head a word, on the speech embeddings of the pulled model `wake-features` (16 of them, 80 ms apart). Each is an ONNX
file of 57 KB whose metadata says its language, its phrase and its threshold; its name is the word's. Why so:
docs/decisions/0012-own-heads-on-a-free-embedding.md.

Made by `python -m models.training.wake` from speech that the project's own voices say (hil/speech/wake.yaml), and from
recordings of people without any wake word where `--negatives` names them; nothing of either is kept here. Licence:
Apache-2.0, as the project.

Measured by `python -m hil.speech.wake`, on voices that were not trained on. All wake words in training and in
measuring are synthesised: people are to be expected to be missed more often.

## How the thresholds were chosen

On the development part: wake words in all kinds of noise down to 0 dB, other throats, softly and loudly; and other
speech, near misses and music in which each wake is false.
"""
_REFRACTORY = int(REFRACTORY_S * SAMPLE_RATE_HZ / CHUNK)


@dataclass(frozen=True, slots=True)
class Point:
    """At a threshold: the share of wake words that are missed, and false wakes an hour."""

    threshold: float
    missed: float
    wakes_an_hour: float


def choose(source: Source, heads: Path) -> str:
    """Set every head's threshold by the development part; gives the curves in Markdown."""
    names = [*wake_corpus.words()]
    others = streams(source)
    with ProcessPoolExecutor(len(names)) as workers:
        curves = [*workers.map(_choose, [source] * len(names), [heads] * len(names), names, [others] * len(names))]
    return "\n\n".join(curves)


def _choose(source: Source, heads: Path, name: str, others: Sequence[Array]) -> str:
    embedding, rng = source.embedding, np.random.default_rng(source.seed + 2)
    talk = [timed.pcm for timed in source.studio.all(wake_corpus.talk("dev"))]
    said = [source.studio.say(line) for line in wake_corpus.woken("dev") if line.word == name]
    made = [(embedded(one.pcm, embedding), one.end) for one in scenes(said, talk, rng, COPIES)]
    file = heads / f"{name}.onnx"
    points = curve(read_head(file), made, others)
    describe(file, {"threshold": str(chosen(points))})
    told = table(name, points, chosen(points))
    print(told, flush=True)
    return told


def streams(source: Source) -> list[Array]:
    """Embeddings of what has no wake word in it; made once and kept."""
    kept = source.work / "heard-dev.npz"
    if not kept.exists():
        embedding, rng = source.embedding, np.random.default_rng(source.seed + 1)
        talk, alike = (
            [timed.pcm for timed in source.studio.all(of("dev"))] for of in (wake_corpus.talk, wake_corpus.alike)
        )
        clips = [*[talk] * TAKES, *[alike] * TAKES, source.recorded(dev=True)]
        sounds = [*(stream(some, rng, varied=True) for some in clips if some), music(seconds(MUSIC_S), rng)]
        np.savez(kept, *(embedded(sound, embedding) for sound in sounds))
    with np.load(kept) as file:
        return [file[name] for name in file.files]


def curve(head: Head, said: Sequence[tuple[Array, int]], others: Sequence[Array]) -> list[Point]:
    """How one head does at each of `STEPS`, by embeddings: of scenes, with the sample where the word ends, and of
    streams without it."""
    best = np.array([_best(scores(head, made), end) for made, end in said])
    streams = [scores(head, made) for made in others]
    hours = sum(len(stream) for stream in streams) * CHUNK / SAMPLE_RATE_HZ / 3600
    return [
        Point(step, float(np.mean(best < step)), sum(_wakes(found, step) for found in streams) / hours)
        for step in STEPS
    ]


def chosen(points: Sequence[Point]) -> float:
    """The threshold to use."""
    good = [point.threshold for point in points if point.wakes_an_hour <= WAKES_AN_HOUR and point.threshold >= LEAST]
    return min(good, default=MOST)


def scores(head: Head, made: Array) -> Array:
    """The head's score after each chunk."""
    windows = np.lib.stride_tricks.sliding_window_view(made, WINDOW, axis=0).transpose(0, 2, 1)
    return np.array([head.judge(window)[0] for window in windows], np.float32)


def _best(found: Array, end: int) -> float:
    first, last = ((end + int(s * SAMPLE_RATE_HZ)) // CHUNK for s in (-SOON_S, LATE_S))
    return float(found[max(first - 1, 0) : last].max(initial=0.0))


def _wakes(found: Array, threshold: float) -> int:
    count, at = 0, 0
    for above in np.flatnonzero(found >= threshold):
        if above >= at:
            count, at = count + 1, int(above) + _REFRACTORY
    return count


def table(name: str, points: Sequence[Point], threshold: float) -> str:
    """In Markdown."""
    rows = [f"| {p.threshold:g} | {p.missed:.1%} | {p.wakes_an_hour:.1f} |" for p in points]
    heading = f"`{name}`, threshold {threshold:g}\n\n| threshold | missed | false wakes an hour |\n|---|---|---|"
    return "\n".join([heading, *rows])


def write_card(file: Path, curves: str) -> None:
    """The README of the heads."""
    file.write_text(f"{CARD.strip()}\n\n{curves}\n", "utf-8")
