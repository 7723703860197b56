"""Make the demo's utterances: `python -m hil.speech.record [--models-dir DIR] [--speaker NAME]`.

They are synthesised with Piper (English) and Kokoro (Chinese), so they show that the chain works, not how well people
are understood. The Chinese speakers that the manifest names must lie beside the Kokoro model to make the same again;
`--speaker` takes another.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from cockpit.config import load_settings
from cockpit.errors import ModelError
from cockpit.ports import Synthesizer
from cockpit.tts.kokoro import KokoroSynthesizer
from cockpit.tts.piper import PiperSynthesizer
from cockpit.tts.sinks import wav_bytes
from cockpit.types import SAMPLE_RATE_HZ, Lang, Pcm, Zone
from cockpit.yamlfile import read_yaml

FOLDER = Path(__file__).parent
PIPERS = frozenset({"joe"})
"""Speakers that are Piper's."""
SILENCE_S = 0.3
PEAK = 0.7


@dataclass(frozen=True, slots=True)
class Recorded:
    """One utterance of the manifest."""

    file: Path
    text: str
    lang: Lang
    zone: Zone
    speaker: str


def utterances() -> list[Recorded]:
    """The manifest's utterances in order. Raises `ConfigError` when it cannot be read."""
    rows = read_yaml(FOLDER / "manifest.yaml")["utterances"]
    return [Recorded(FOLDER / row["file"], row["text"], row["lang"], row["zone"], row["speaker"]) for row in rows]


def spoken(voice: Synthesizer, text: str, lang: Lang) -> Pcm:
    """`text` at 16 kHz, at an even level, with silence at both ends."""
    pcm = np.concatenate(list(voice.synthesise(text, lang)))
    pcm = soxr.resample(pcm, voice.capabilities.rate_hz, SAMPLE_RATE_HZ)
    silence = np.zeros(int(SILENCE_S * SAMPLE_RATE_HZ), np.float32)
    return np.concatenate([silence, pcm * (PEAK / np.abs(pcm).max()), silence]).astype(np.float32)


def main(arguments: list[str] | None = None) -> None:
    settings = load_settings()
    parser = argparse.ArgumentParser(prog="python -m hil.speech.record", description="synthesise the demo's utterances")
    parser.add_argument("--models-dir", type=Path, default=settings.models_dir)
    parser.add_argument("--speaker", help="Kokoro speaker for all of the Chinese ones")
    parser.add_argument("files", nargs="*", help="which of the manifest's files to make; all when none is named")
    options = parser.parse_args(arguments)
    voices: dict[str, Synthesizer] = {}
    for one in utterances():
        if options.files and one.file.name not in options.files:
            continue
        speaker = options.speaker if options.speaker and one.lang == "zh" else one.speaker
        if speaker not in voices:
            voices[speaker] = voice_of(one.lang, speaker, options.models_dir)
        one.file.write_bytes(wav_bytes(spoken(voices[speaker], one.text, one.lang), SAMPLE_RATE_HZ))
        sys.stdout.write(f"{one.file.name}  {speaker}  {one.text}\n")


def voice_of(lang: Lang, speaker: str, models_dir: Path, rate: float = 1.0) -> Synthesizer:
    """Piper's or Kokoro's `speaker`, loaded; only Kokoro keeps to `rate`. Raises `ModelError` where it was not
    pulled."""
    if speaker in PIPERS:
        piper = PiperSynthesizer(models_dir, f"piper-en-{speaker}", lang)
        piper.load()
        return piper
    kokoro = KokoroSynthesizer(models_dir, speaker, rate)
    kokoro.load()
    if kokoro.speakers[lang] != speaker:
        raise ModelError("missing", f"the speaker {speaker} is not beside the Kokoro model in {models_dir}")
    return kokoro


if __name__ == "__main__":
    main()
