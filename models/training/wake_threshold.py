"""Chooses the wake words' thresholds on speech that nobody was trained on and nothing is reported on.

The development part is small and hard (noise down to 0 dB, other throats, syllables one by one): one false wake in it
is 2.7 an hour. A threshold is therefore chosen by what everything costs together, never below `LEAST`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
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
WAKE_COST, ALIKE_COST = 0.02, 0.5
"""How many wake words may be missed to be spared one false wake an hour, and one near miss that wakes."""
LEAST, MOST = 0.5, 0.95
STEPS: tuple[float, ...] = (0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99)
SOON_S, LATE_S = 0.4, 0.8
NEAR = "near"
CARD = """
# Wake words

One head a word, on the speech embeddings of the pulled model `wake-features` (16 of them, 80 ms apart). Each is an ONNX
file of 190 KB whose metadata says its language, its phrase and its threshold; its name is the word's. Why so:
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
    """At a threshold: which share of wake words is missed and of near misses wakes, and false wakes an hour."""

    threshold: float
    missed: float
    alike: float
    wakes_an_hour: float


def choose(source: Source, heads: Path) -> str:
    """Set every head's threshold by the development part; gives the curves in Markdown."""
    names = [*wake_corpus.words()]
    others = streams(source)
    near = TAKES * len(wake_corpus.alike("dev"))
    with ProcessPoolExecutor(len(names)) as workers:
        curves = [*workers.map(partial(_choose, source, heads, others, near), names)]
    return "\n\n".join(curves)


def _choose(source: Source, heads: Path, others: Mapping[str, Array], near: int, name: str) -> str:
    embedding, rng = source.embedding, np.random.default_rng(source.seed + 2)
    talk = [timed.pcm for timed in source.studio.all(wake_corpus.talk("dev"))]
    said = [source.studio.say(line) for line in wake_corpus.woken("dev") if line.word == name]
    made = [(embedded(one.pcm, embedding), one.end) for one in scenes(said, talk, rng, COPIES)]
    file = heads / f"{name}.onnx"
    points = curve(read_head(file), made, others, near)
    describe(file, {"threshold": str(chosen(points))})
    told = table(name, points, chosen(points))
    print(told, flush=True)
    return told


def streams(source: Source) -> dict[str, Array]:
    """Embeddings of what has no wake word in it, with near misses under names of `NEAR`; made once and kept."""
    kept = source.work / "heard-dev.npz"
    if not kept.exists():
        embedding, rng = source.embedding, np.random.default_rng(source.seed + 1)
        talk, alike = (
            [timed.pcm for timed in source.studio.all(of("dev"))] for of in (wake_corpus.talk, wake_corpus.alike)
        )
        clips = {f"talk{n}": talk for n in range(TAKES)} | {f"{NEAR}{n}": alike for n in range(TAKES)}
        clips |= {"people": people} if (people := source.recorded(dev=True)) else {}
        sounds = {name: stream(some, rng, varied=True) for name, some in clips.items()}
        sounds["music"] = music(seconds(MUSIC_S), rng)
        np.savez(kept, **{name: embedded(sound, embedding) for name, sound in sounds.items()})
    with np.load(kept) as file:
        return {name: file[name] for name in file.files}


def curve(head: Head, said: Sequence[tuple[Array, int]], others: Mapping[str, Array], near: int) -> list[Point]:
    """How one head does at each of `STEPS`, by embeddings: of scenes, with the sample where the word ends, and of
    streams without it, with `near` near misses in them."""
    best = np.array([_best(scores(head, made), end) for made, end in said])
    found = {name: scores(head, made) for name, made in others.items()}
    alike = [stream for name, stream in found.items() if name.startswith(NEAR)]
    plain = [stream for name, stream in found.items() if not name.startswith(NEAR)]
    hours = sum(map(len, plain)) * CHUNK / SAMPLE_RATE_HZ / 3600
    return [
        Point(
            step,
            float(np.mean(best < step)),
            sum(_wakes(stream, step) for stream in alike) / near,
            sum(_wakes(stream, step) for stream in plain) / hours,
        )
        for step in STEPS
    ]


def chosen(points: Sequence[Point]) -> float:
    """The threshold to use."""
    usable = [point for point in points if LEAST <= point.threshold <= MOST]
    return min(usable, key=lambda p: p.missed + WAKE_COST * p.wakes_an_hour + ALIKE_COST * p.alike).threshold


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
    rows = [f"| {p.threshold:g} | {p.missed:.1%} | {p.alike:.1%} | {p.wakes_an_hour:.1f} |" for p in points]
    heads = "| threshold | missed | near misses that wake | false wakes an hour |\n|---|---|---|---|"
    heading = f"`{name}`, threshold {threshold:g}\n\n{heads}"
    return "\n".join([heading, *rows])


def write_card(file: Path, curves: str) -> None:
    """The README of the heads."""
    file.write_text(f"{CARD.strip()}\n\n{curves}\n", "utf-8")
