"""Does noise suppression help? `python -m hil.speech.suppression [--count 30] [--langs en zh]`.

Commands of the evaluation sets, spoken by the project's voices, with car noise and babble under them, go through the
front end with each kind of suppression to the recognisers and to the VAD. Told are word errors (English) and errors in
toneless syllables (Chinese), and how often the VAD misses speech and finds some in noise. Recordings
are kept in `out/suppression`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import repeat
from pathlib import Path

import numpy as np

from cockpit.asr.engines import ENGINES
from cockpit.audio.front import FrontEnd
from cockpit.audio.playback import Playback
from cockpit.audio.vad import CHUNK_SAMPLES, SileroVad
from cockpit.config import ROOT, AsrSettings, FrontSettings, load_settings
from cockpit.ports import Recognizer
from cockpit.types import SAMPLE_RATE_HZ, Lang, Pcm
from cockpit.yamlfile import read_yaml
from hil import noise, room
from hil.speech.record import spoken, voice_of
from hil.speech.scoring import errors, total

SPEAKERS: dict[Lang, tuple[str, ...]] = {"en": ("joe", "af_heart"), "zh": ("zf_xiaobei", "zm_yunjian")}
ENGINES_OF: dict[Lang, tuple[str, ...]] = {"en": ("moonshine", "whisper"), "zh": ("whisper",)}
MODES: dict[str, FrontSettings] = {
    "off": FrontSettings(echo=False, suppression="off"),
    "echo": FrontSettings(echo=True, suppression="off"),
    "gain": FrontSettings(echo=False, gain=True, suppression="off"),
    "webrtc": FrontSettings(echo=False, suppression="webrtc"),
    "deepfilter": FrontSettings(echo=False, suppression="deepfilter"),
}
SNRS_DB = (15, 10, 5, 0)
CONDITIONS = ("clean", *(f"{kind} {snr}" for kind in ("car", "babble") for snr in SNRS_DB))
LEVELS = tuple(f"level {level}" for level in (-50, -40, -30, -20, -10, -3))
"""Speech without noise at so many dB under full scale (RMS); for `--conditions`, to judge gain by."""
AROUND_S = 1.0
"""Noise before and after; the recogniser is given `MARGIN_S` of it."""
MARGIN_S = 0.3
LATE = {"off": 0, "echo": 288, "gain": 160, "webrtc": 160, "deepfilter": 1600}
"""Samples by which each comes out late."""


@dataclass(frozen=True, slots=True)
class Row:
    """One engine (or `vad`) in one condition with one suppression; rates in 0..1."""

    engine: str
    lang: Lang
    condition: str
    mode: str
    errors: float
    false_alarms: float = 0.0


def commands(lang: Lang, count: int) -> list[str]:
    """Sentences of the evaluation set, spread over it; none with digits, which can be written in several ways."""
    rows = read_yaml(ROOT / "models" / "eval" / "sets" / f"commands.{lang}.yaml")
    texts = [row["say"] for row in rows if not re.search(r"\d", row["say"])]
    tidy = [text for text in texts if lang == "zh" or (text[0].isupper() and text[-1] in ".?!")]
    return [tidy[at] for at in np.linspace(0, len(tidy) - 1, count).astype(int)]


def recordings(lang: Lang, texts: Sequence[str], folder: Path) -> list[Pcm]:
    """Each text spoken by the next of the speakers, with `AROUND_S` of silence around."""
    file = folder / f"{lang}-{len(texts)}.npz"
    if not file.is_file():
        models = load_settings().models_dir
        voices = [voice_of(lang, speaker, models) for speaker in SPEAKERS[lang]]
        made = [spoken(voices[number % len(voices)], text, lang) for number, text in enumerate(texts)]
        around = round((AROUND_S - MARGIN_S) * SAMPLE_RATE_HZ)
        np.savez(file, *(np.pad(pcm, around) for pcm in made))
    with np.load(file) as kept:
        return [kept[name] for name in kept.files]


def noisy(speech: Sequence[Pcm], condition: str) -> list[Pcm]:
    """The recordings in a condition; the same noise each time."""
    if condition == "clean":
        return [*speech]
    kind, snr = condition.split()
    if kind == "level":
        return [np.clip(room.at_level(pcm, float(snr)), -1, 1) for pcm in speech]
    rng = np.random.default_rng(1)
    made = []
    for pcm in speech:
        sound = noise.car(len(pcm), rng) if kind == "car" else noise.babble(len(pcm), speech, rng)
        mixed = noise.mixed(pcm, sound, float(snr))
        made.append(mixed * np.float32(0.7 / np.abs(mixed).max()))
    return made


def through(mode: str, pcm: Pcm) -> Pcm:
    """`pcm` through the front end with nothing playing, its delay taken out."""
    front = FrontEnd(MODES[mode], Playback(lambda: 0.0))
    late = LATE[mode]
    padded = np.pad(pcm, (0, late + CHUNK_SAMPLES))
    frames = [
        front.take(padded[at : at + CHUNK_SAMPLES], at / SAMPLE_RATE_HZ) for at in range(0, len(padded), CHUNK_SAMPLES)
    ]
    front.close()
    return np.concatenate(frames)[late : late + len(pcm)]


def speech_mask(vad: SileroVad, pcm: Pcm) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which chunks the VAD takes for speech."""
    vad.reset()
    whole = len(pcm) // CHUNK_SAMPLES * CHUNK_SAMPLES
    return np.array([vad.probability(chunk) >= 0.5 for chunk in pcm[:whole].reshape(-1, CHUNK_SAMPLES)])


def rows(
    lang: Lang, texts: Sequence[str], speech: Sequence[Pcm], conditions: Sequence[str], modes: Sequence[str]
) -> Iterator[Row]:
    """Every row of a language."""
    models = load_settings().models_dir
    vad, made = SileroVad(), {name: engine(name, models) for name in ENGINES_OF[lang]}
    masks = [speech_mask(vad, pcm) for pcm in speech]
    margin = round((AROUND_S - MARGIN_S) * SAMPLE_RATE_HZ)
    for condition in conditions:
        sounds = noisy(speech, condition)
        for mode in modes:
            clean = [through(mode, pcm) for pcm in sounds]
            found = np.concatenate([speech_mask(vad, pcm) for pcm in clean])
            wanted = np.concatenate(masks)
            yield Row("vad", lang, condition, mode, float((~found[wanted]).mean()), float(found[~wanted].mean()))
            for name, recogniser in made.items():
                heard = [recogniser.recognise(pcm[margin:-margin], lang).text for pcm in clean]
                yield Row(name, lang, condition, mode, total(map(errors, texts, heard, repeat(lang))).word_rate)


def engine(name: str, models: Path) -> Recognizer:
    """An engine with its model loaded."""
    settings = AsrSettings()
    made = ENGINES[name].make(settings, models / ENGINES[name].model(settings))
    made.load()
    return made


def table(found: Sequence[Row]) -> str:
    """One line a condition and engine, one column a kind of suppression, in percent."""
    modes = [*dict.fromkeys(row.mode for row in found)]
    lines = [f"{'engine':<10} {'':<3} {'condition':<10} " + " ".join(f"{mode:>13}" for mode in modes)]
    by = {(row.engine, row.lang, row.condition, row.mode): row for row in found}
    for name, lang in dict.fromkeys((row.engine, row.lang) for row in found):
        for condition in dict.fromkeys(row.condition for row in found):
            cells = [_cell(by.get((name, lang, condition, mode))) for mode in modes]
            lines.append(f"{name:<10} {lang:<3} {condition:<10} " + " ".join(f"{cell:>13}" for cell in cells))
    return "\n".join(lines) + "\n"


def _cell(row: Row | None) -> str:
    if row is None:
        return "-"
    return f"{row.errors:.1%}" + (f" +{row.false_alarms:.1%}" if row.engine == "vad" else "")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m hil.speech.suppression", description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=30, help="commands a language")
    parser.add_argument("--langs", nargs="+", choices=("en", "zh"), default=["en", "zh"])
    parser.add_argument("--conditions", nargs="+", choices=(*CONDITIONS, *LEVELS), default=[*CONDITIONS])
    parser.add_argument("--modes", nargs="+", choices=tuple(MODES), default=[*MODES])
    parser.add_argument("--report", default="suppression.json", help="file in the folder of the recordings")
    parser.add_argument("--out", type=Path, default=Path("out/suppression"))
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    found: list[Row] = []
    for lang in options.langs:
        texts = commands(lang, options.count)
        speech = recordings(lang, texts, options.out)
        for row in rows(lang, texts, speech, options.conditions, options.modes):
            found.append(row)
            sys.stderr.write(f"{row.engine} {row.lang} {row.condition} {row.mode} {_cell(row)}\n")
            report = json.dumps([asdict(one) for one in found], indent=1) + "\n"
            options.out.joinpath(options.report).write_text(report, "utf-8")
    sys.stdout.write(table(found))


if __name__ == "__main__":
    main()
