"""Recordings to measure a phrase pack on: `python -m hil.speech.pack PACK --out DIR [--noise car --snr 6]`.

Sentences are drawn from the pack's own graph, spoken by the project's voices, slowly and fast, and mixed with noise
made here; beside them lies the `labels.json` that `cockpit pack eval` reads. They are synthesised and say what the pack
expects, so they measure recognition in noise, not whether the pack holds what people say.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from cockpit.config import load_settings
from cockpit.pack import packfile
from cockpit.pack.packfile import Pack
from cockpit.phrasegraph import PhraseGraph
from cockpit.ports import Synthesizer
from cockpit.tts.sinks import wav_bytes
from cockpit.types import SAMPLE_RATE_HZ, Lang, Pcm
from hil import noise
from hil.speech.record import spoken, voice_of

SPEAKERS: dict[Lang, tuple[str, ...]] = {"en": ("af_heart",), "zh": ("zf_xiaobei", "zm_yunjian")}
"""Kokoro's; in English Piper's voice speaks too."""
RATES = {"slow": 0.9, "fast": 1.2}


def sentence(graph: PhraseGraph, rng: random.Random) -> tuple[str, dict[str, str], list[str]]:
    """A random sentence: its intent, its slots and its words. Values of a kind, which a graph has no words for, are
    avoided."""
    while True:
        state, stuck = rng.choice(graph.begins), False
        slots: dict[str, str] = {}
        words: list[str] = []
        while graph.arcs[state] and not stuck:
            arcs = [arc for arc in graph.arcs[state] if not (arc.kind or arc.missed)]
            stuck = not arcs
            if arcs:
                arc = rng.choice(arcs)
                words += [arc.word] if arc.word else []
                slots |= [arc.closes] if arc.closes else []
                state = arc.target
        if not stuck and words:
            return graph.ends[state], slots, words


def recordings(pack: Pack, voices: dict[str, Synthesizer], count: int, seed: int) -> Iterator[tuple[str, Pcm, object]]:
    """File name, sound and label of `count` sentences, each by the next of `voices`."""
    rng = random.Random(seed)  # noqa: S311 (which sentence is spoken)
    names = [*voices]
    for number in range(count):
        intent, slots, words = sentence(pack.graph, rng)
        text = ("" if pack.lang == "zh" else " ").join(words)
        name = names[number % len(names)]
        label = {"text": text, "intent": intent, "slots": slots}
        yield f"{number:03}-{name}.wav", spoken(voices[name], text, pack.lang), label


def voices_for(lang: Lang, models: Path) -> dict[str, Synthesizer]:
    """Every voice, loaded. Raises `ModelError` where one was not pulled."""
    voices = {"joe": voice_of("en", "joe", models)} if lang == "en" else {}
    for speaker in SPEAKERS[lang]:
        for pace, rate in RATES.items():
            voices[f"{speaker}-{pace}"] = voice_of(lang, speaker, models, rate)
    return voices


def under(kind: str, speech: Pcm, others: Sequence[Pcm], snr_db: float, rng: np.random.Generator) -> Pcm:
    """`speech` with noise of a kind under it."""
    if kind == "none":
        return speech
    made = noise.car(len(speech), rng) if kind == "car" else noise.babble(len(speech), others, rng)
    return noise.mixed(speech, made, snr_db)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m hil.speech.pack", description="recordings of a phrase pack")
    parser.add_argument("pack", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--noise", choices=("none", "car", "babble"), default="none")
    parser.add_argument("--snr", type=float, default=6.0, help="decibels (default 6)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    pack = packfile.load(options.pack)
    made = [*recordings(pack, voices_for(pack.lang, load_settings().models_dir), options.count, options.seed)]
    speech, rng = [pcm for _, pcm, _ in made], np.random.default_rng(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    for name, pcm, _ in made:
        sound = under(options.noise, pcm, speech, options.snr, rng)
        options.out.joinpath(name).write_bytes(wav_bytes(np.clip(sound, -1, 1), SAMPLE_RATE_HZ))
    labels = {name: label for name, _, label in made}
    options.out.joinpath("labels.json").write_text(json.dumps(labels, ensure_ascii=False, indent=1) + "\n", "utf-8")
    sys.stdout.write(f"{len(made)} recordings in {options.out}\n")


if __name__ == "__main__":
    main()
