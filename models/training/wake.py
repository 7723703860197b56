"""Trains the heads of the wake words: `python -m models.training.wake [--negatives DIR …]`.

Everything is synthesised by the project's own voices (`cockpit models pull default`), but for recordings of people in
`--negatives`, of which half is heard. Speech and embeddings are kept in `out/wake`, so that a second training takes a
minute. Heads, their thresholds and the card lie in `models/wake`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from cockpit.audio.embedding import CHUNK, SpeechEmbedding
from cockpit.audio.wake import WINDOW
from cockpit.config import ROOT, load_settings
from cockpit.types import SAMPLE_RATE_HZ, Pcm
from hil import noise
from hil.music import music
from hil.speech import wake_corpus
from hil.speech.timed import Timed
from hil.speech.wake_corpus import Studio
from hil.speech.wake_scenes import recordings, scene, seconds, stream
from models.training.wake_head import Lesson, fit, save

OUT, HEADS = ROOT / "out" / "wake", ROOT / "models" / "wake"
COPIES = 400
"""Scenes of each wake word."""
LATE_S = 0.32
"""A head is to know a word from its end on and so much longer."""
EARLY_S = 0.24
"""Before the end by more than this, a word is not yet one."""
TALK_TAKES, ALIKE_TAKES = 3, 5
"""How often other speech is heard, each time as another scene."""
MUSIC_S, CAR_S, BABBLE_S = 600, 240, 300
_EMBED = 64


@dataclass
class Heard:
    """Embeddings (n, 96) of everything, and the windows in them: where each ends, its word (-1: none) and how long ago
    that ended, in seconds."""

    embeddings: NDArray[np.float16]
    at: NDArray[np.int64]
    word: NDArray[np.int64]
    ago: NDArray[np.float32]


class Ear:
    """Collects what is heard, as it would be while listening."""

    def __init__(self, features: Path) -> None:
        self._embedding = SpeechEmbedding(features)
        self._embedding.load()
        self._embeddings: list[NDArray[np.float32]] = []
        self._windows: list[tuple[int, int, float]] = []
        self._count = 0

    def hear(self, sound: Pcm, word: int = -1, end: int = -1) -> None:
        """A sound with nothing before it; without an `end` all of it is no wake word."""
        self._embedding.reset()
        spectra = np.stack([*self._embedding.spectra(sound)])
        made = [self._embedding.embed(spectra[n : n + _EMBED]) for n in range(0, len(spectra), _EMBED)]
        self._embeddings += [np.tile(self._embedding.silence, (WINDOW, 1)), *made]
        for n in range(len(spectra)):
            ago = ((n + 1) * CHUNK - end) / SAMPLE_RATE_HZ
            window = self._count + WINDOW + n
            if end < 0 or ago < -EARLY_S:
                self._windows.append((window, -1, 0.0))
            elif 0.0 <= ago <= LATE_S:
                self._windows.append((window, word, ago))
        self._count += WINDOW + len(spectra)

    def heard(self) -> Heard:
        at, word, ago = zip(*self._windows, strict=True)
        every = np.concatenate(self._embeddings).astype(np.float16)
        return Heard(every, np.array(at), np.array(word), np.array(ago, np.float32))


def listen(studio: Studio, features: Path, people: Sequence[Pcm], rng: np.random.Generator) -> Heard:
    """Everything that heads are trained on."""
    ear = Ear(features)
    talk = [timed.pcm for timed in studio.all(wake_corpus.talk("train"))]
    alike = [timed.pcm for timed in studio.all(wake_corpus.alike("train"))]
    others = [*talk, *people][:: 1 if len(people) < len(talk) else len(people) // len(talk)]
    lines = wake_corpus.woken("train")
    for number, name in enumerate(wake_corpus.words()):
        said = [studio.say(line) for line in lines if line.word == name]
        for made in _scenes(said, others, rng):
            ear.hear(made.pcm, number, made.end)
        print(f"{name}: {len(said)} takes, {COPIES} scenes", flush=True)
    for clips in (*[talk] * TALK_TAKES, *[alike] * ALIKE_TAKES, people):
        for n in range(0, len(clips), 40):
            ear.hear(stream(clips[n : n + 40], rng, varied=True))
    for sound in (
        music(seconds(MUSIC_S), rng),
        noise.car(seconds(CAR_S), rng) * np.float32(0.1),
        noise.babble(seconds(BABBLE_S), [*talk, *people], rng) * np.float32(0.05),
    ):
        ear.hear(sound)
    return ear.heard()


def _scenes(said: Sequence[Timed], others: Sequence[Pcm], rng: np.random.Generator) -> Iterator[Timed]:
    for n in range(COPIES):
        yield scene(said[n % len(said)], others, rng)


def main() -> None:
    settings = load_settings()
    parser = argparse.ArgumentParser(prog="python -m models.training.wake", description="train the wake words' heads")
    parser.add_argument("--negatives", type=Path, action="append", default=[], metavar="DIR", help="people's speech")
    parser.add_argument("--models-dir", type=Path, default=settings.models_dir)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--afresh", action="store_true", help="make the embeddings again")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(2)
    kept = OUT / "train.npz"
    if options.afresh or not kept.exists():
        people = [clip for folder in options.negatives for clip in recordings(folder, held_out=False)]
        studio = Studio(options.models_dir, OUT / "speech")
        heard = listen(studio, options.models_dir / "wake-features", people, np.random.default_rng(options.seed))
        np.savez(kept, **vars(heard))
    with np.load(kept) as file:
        heard = Heard(**{name: file[name] for name in file.files})
    none = int(np.sum(heard.word < 0))
    print(
        f"{len(heard.at) - none} windows of wake words, {none} ({none * CHUNK / SAMPLE_RATE_HZ / 3600:.2f} h) of others"
    )
    HEADS.mkdir(exist_ok=True)
    lesson = Lesson(torch.from_numpy(heard.embeddings.astype(np.float32)), torch.from_numpy(heard.at))
    for number, (name, (lang, say)) in enumerate(wake_corpus.words().items()):
        head = fit(lesson, torch.from_numpy(heard.word == number), torch.from_numpy(heard.ago), name)
        save(head, HEADS / f"{name}.onnx", {"lang": lang, "phrase": say, "threshold": "0.5"})


if __name__ == "__main__":
    main()
