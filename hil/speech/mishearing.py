"""What is heard for what in Chinese: `python -m hil.speech.mishearing` learns `cockpit/nlu/mishearing.zh.yaml`.

Sentences that no report holds are heard without leaning on what may be said, without noise and with it, and laid along
what was said, syllable by syllable.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml
from pypinyin import lazy_pinyin

from cockpit.asr.engines import ENGINES
from cockpit.config import load_settings
from cockpit.nlu.mishearing import FILE, Counts, counted
from cockpit.ports import Recognizer
from hil.speech.clips import Clip
from hil.speech.commands import add_options, clips_of, noisy

HEAD = """\
# Initials and finals of Chinese syllables: what was said, and how often what was heard for it, by Whisper base on
# synthesised speech of the development half. Made by `python -m hil.speech.mishearing`.
"""


def syllables(text: str) -> list[str]:
    """The syllables of the Chinese characters of `text`; none where other letters or figures are in it."""
    if any(letter.isascii() and letter.isalnum() for letter in text):
        return []
    return [str(one) for one in lazy_pinyin("".join(letter for letter in text if "\u3400" <= letter <= "\u9fff"))]


def heard(clips: Sequence[Clip], engine: Recognizer) -> Iterator[tuple[list[str], list[str]]]:
    for number, clip in enumerate(clips):
        said, got = syllables(clip.text), syllables(engine.recognise(clip.pcm, "zh").text)
        if said and got:
            yield said, got
        if number % 50 == 49:
            print(f"heard {number + 1} of {len(clips)}", file=sys.stderr, flush=True)


def written(initials: Counts, finals: Counts) -> str:
    """The counts as a file, in the order of the alphabet."""
    plain = {
        name: {said: dict(sorted(of.items())) for said, of in sorted(counts.items())}
        for name, counts in (("initials", initials), ("finals", finals))
    }
    return HEAD + yaml.safe_dump(plain, default_flow_style=None, sort_keys=False, width=118)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m hil.speech.mishearing", description="learn what is misheard")
    add_options(parser)
    parser.set_defaults(half="dev", commands=400, others=100)
    parser.add_argument("--out", type=Path, default=FILE)
    options = parser.parse_args(arguments)
    settings, row = load_settings(), ENGINES["whisper"]
    engine = row.make(settings.asr, settings.models_dir / row.model(settings.asr))
    engine.load()
    clips = clips_of("zh", options)
    pairs = [pair for noise in ("clean", "car", "babble") for pair in heard(noisy(clips, noise, options.snr), engine)]
    options.out.write_text(written(*counted(pairs)), "utf-8")


if __name__ == "__main__":
    main()
