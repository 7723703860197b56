"""`python -m hil.weigh ENGINE`: memory and load time of one engine alone in a process, as JSON.

Engines: `none`, and `asr:zh`, `asr:en`, `tts:zh`, `tts:en` as the settings choose them.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

import psutil

from cockpit.asr.recognition import Recognition
from cockpit.audio.wav import decode_wav
from cockpit.config import Settings, load_settings
from cockpit.tts.speech import Speech
from cockpit.types import SAMPLE_RATE_HZ, Lang, Utterance
from hil.demo import script


async def _load(settings: Settings, part: str, lang: Lang) -> None:
    """Load one engine and use it once, for much memory is only taken then."""
    if part == "tts":
        speech = Speech.from_settings(settings)
        await speech.warm({lang: ["一" if lang == "zh" else "one"]})
        return
    wav = next(utterance.file for utterance in script() if utterance.lang == lang)
    pcm = decode_wav(wav)[: SAMPLE_RATE_HZ * 4]
    await Recognition(settings.asr, settings.models_dir).transcribe(Utterance(pcm, "driver", 0.0), lang)


def main() -> None:
    part, _, lang = sys.argv[1].partition(":")
    process = psutil.Process()
    before, began = process.memory_info().rss, time.monotonic()
    if part != "none":
        asyncio.run(_load(load_settings(), part, "zh" if lang == "zh" else "en"))
    figures = {"rss_mb": process.memory_info().rss / 1e6, "added_mb": (process.memory_info().rss - before) / 1e6}
    print(json.dumps({**figures, "load_s": time.monotonic() - began}))


if __name__ == "__main__":
    main()
