"""What the heads of wake words are trained on, as embeddings: made once, in parts, and kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from cockpit.audio.embedding import CHUNK, SIZE, SpeechEmbedding
from cockpit.audio.wake import WINDOW
from cockpit.types import SAMPLE_RATE_HZ, Pcm
from hil import noise
from hil.music import music
from hil.speech import wake_corpus
from hil.speech.timed import Timed
from hil.speech.wake_corpus import Studio
from hil.speech.wake_scenes import recordings, scene, seconds, stream

COPIES = 1200
"""Scenes of each wake word."""
LATE_S = 0.32
"""A head is to know a word from its end on and so much longer."""
EARLY_S = 0.24
"""Before the end by more than this, a word is not yet one."""
PART_S = 0.7
"""Before its end by up to this, what there is of the word is trained on as none."""
TALK_TAKES, ALIKE_TAKES, PEOPLE_TAKES = 2, 8, 2
"""How often other speech is heard, each time as another scene."""
MUSIC_S, CAR_S, BABBLE_S = 300, 60, 150
OTHERS = ("speech", "people", "sounds")
WORKERS = 2
_EMBED = 64

Array = NDArray[np.float32]


@dataclass
class Heard:
    """Embeddings (n, 96), and the windows in them: where each ends, its word's number (-1: none) and how long ago that
    ended, in seconds."""

    embeddings: NDArray[np.float16]
    at: NDArray[np.int64]
    word: NDArray[np.int64]
    ago: Array


@dataclass(frozen=True, slots=True)
class Source:
    """Where everything comes from and goes to. `people` are folders of recordings."""

    models: Path
    work: Path
    people: tuple[Path, ...]
    seed: int

    @property
    def studio(self) -> Studio:
        return Studio(self.models, self.work / "speech")

    @property
    def embedding(self) -> SpeechEmbedding:
        embedding = SpeechEmbedding(self.models / "wake-features")
        embedding.load()
        return embedding

    def recorded(self, dev: bool) -> list[Pcm]:
        """Of the half that is not reported on, half is trained on, and by the other thresholds are chosen."""
        clips = [clip for folder in self.people for clip in recordings(folder, held_out=False)]
        return clips[dev::2]


def listen(source: Source) -> Heard:
    """All parts, those that are not kept yet made by several processes."""
    names = [*wake_corpus.words(), *OTHERS]
    with ProcessPoolExecutor(WORKERS) as workers:
        parts = [*workers.map(part, [source] * len(names), names)]
    embeddings, at, word, ago = [], [], [], []
    count = 0
    for heard in parts:
        embeddings.append(heard.embeddings)
        at.append(heard.at + count)
        word.append(heard.word)
        ago.append(heard.ago)
        count += len(heard.embeddings)
    return Heard(np.concatenate(embeddings), np.concatenate(at), np.concatenate(word), np.concatenate(ago))


def part(source: Source, name: str) -> Heard:
    """A wake word, or one of `OTHERS`."""
    kept = source.work / f"heard-{name}.npz"
    if not kept.exists():
        rng = np.random.default_rng(crc32(f"{source.seed} {name}".encode()))
        ear = _Ear(source.embedding)
        if name in OTHERS:
            for sound in _others(source, name, rng):
                ear.hear(sound)
        else:
            number, talk = [*wake_corpus.words()].index(name), _talk(source, "train")
            said = [source.studio.say(line) for line in wake_corpus.woken("train") if line.word == name]
            for made in scenes(said, talk, rng, COPIES):
                ear.hear(made.pcm, number, made.end)
        np.savez(kept, **vars(ear.heard()))
        print(f"{kept.name} made", flush=True)
    with np.load(kept) as file:
        return Heard(**{key: file[key] for key in file.files})


def scenes(said: Sequence[Timed], others: Sequence[Pcm], rng: np.random.Generator, count: int) -> Iterator[Timed]:
    """`count` scenes, of all that was said in turn."""
    for n in range(count):
        yield scene(said[n % len(said)], others, rng)


def _talk(source: Source, which: wake_corpus.Part) -> list[Pcm]:
    return [timed.pcm for timed in source.studio.all(wake_corpus.talk(which))]


def _others(source: Source, name: str, rng: np.random.Generator) -> Iterator[Pcm]:
    talk = _talk(source, "train")
    if name == "sounds":
        yield music(seconds(MUSIC_S), rng)
        yield noise.car(seconds(CAR_S), rng) * np.float32(0.1)
        yield noise.babble(seconds(BABBLE_S), talk, rng) * np.float32(0.05)
        return
    if name == "people":
        clips = [source.recorded(dev=False)] * PEOPLE_TAKES
    else:
        alike = [timed.pcm for timed in source.studio.all(wake_corpus.alike("train"))]
        clips = [*[talk] * TALK_TAKES, *[alike] * ALIKE_TAKES]
    for some in filter(None, clips):
        yield stream(some, rng, varied=True)


class _Ear:
    """Collects what is heard, as it would be while listening."""

    def __init__(self, embedding: SpeechEmbedding) -> None:
        self._embedding = embedding
        self._embeddings: list[Array] = [np.zeros((0, SIZE), np.float32)]
        self._windows: list[tuple[int, int, float]] = []
        self._count = 0

    def hear(self, sound: Pcm, word: int = -1, end: int = -1) -> None:
        """A sound with nothing before it; without an `end` all of it is no wake word. With one, only what is around it
        is kept."""
        first = max((end - seconds(PART_S)) // CHUNK, 0) if end >= 0 else 0
        sound = sound[: end + seconds(LATE_S)] if end >= 0 else sound
        made = embedded(sound, self._embedding, first)
        for n in range(WINDOW - 1, len(made)):
            ago = ((first + n - WINDOW + 2) * CHUNK - end) / SAMPLE_RATE_HZ
            if end < 0 or ago < -EARLY_S:
                self._windows.append((self._count + n, -1, 0.0))
            elif 0.0 <= ago <= LATE_S:
                self._windows.append((self._count + n, word, ago))
        self._embeddings.append(made)
        self._count += len(made)

    def heard(self) -> Heard:
        windows = np.array(self._windows).reshape(-1, 3)
        every = np.concatenate(self._embeddings).astype(np.float16)
        return Heard(
            every, windows[:, 0].astype(np.int64), windows[:, 1].astype(np.int64), windows[:, 2].astype(np.float32)
        )


def embedded(sound: Pcm, embedding: SpeechEmbedding, first: int = 0) -> Array:
    """(n, 96): a sound of its own as windows need it that end with chunk `first` or later; silence was
    before it."""
    embedding.reset()
    spectra = [*embedding.spectra(sound)]
    silent = max(WINDOW - 1 - first, 0)
    rest = np.stack(spectra[max(first - WINDOW + 1, 0) :])
    made = [embedding.embed(rest[n : n + _EMBED]) for n in range(0, len(rest), _EMBED)]
    return np.concatenate([np.tile(embedding.silence, (silent, 1)), *made])
