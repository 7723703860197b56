"""`python -m hil.weigh ENGINE`: memory, load time and speed of one engine alone in a process, as JSON.

Engines: `none`, `asr:zh`, `asr:en`, `tts:zh`, `tts:en`, `lm:zh` and `manual:zh` as the settings choose them. The last
two have seconds a question in place of a real-time factor.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from collections.abc import AsyncIterator

import psutil

from cockpit.asr.recognition import Recognition
from cockpit.audio.wav import decode_wav
from cockpit.config import Settings, load_settings
from cockpit.lm.conversation import conversation
from cockpit.lm.local import LocalModel
from cockpit.lm.rungs import chosen, free_mb
from cockpit.manual.manual import open_manuals
from cockpit.tts.voices import configured
from cockpit.types import SAMPLE_RATE_HZ, Lang, Utterance
from hil.demo import script

SENTENCES: dict[Lang, str] = {
    "zh": "好的，空调已经打开，温度是二十二度。",
    "en": "Okay, the air conditioning is on, at twenty two degrees.",
}
QUESTION = "怎么给轮胎充气"
ROUNDS = 3
_kept: list[object] = []
"""What must not be let go before it is weighed."""


async def _use(settings: Settings, part: str, lang: Lang) -> AsyncIterator[float]:
    """Load one engine and use it once, for much memory is only taken then; then again, timed: how long it takes by
    how long the speech lasts, real-time factors."""
    if part == "lm":
        async for taken_s in _talk(settings, lang):
            yield taken_s
        return
    if part == "manual":
        manual = open_manuals(settings)[lang]
        _kept.append(manual)
        for _ in range(ROUNDS + 1):
            begun = time.monotonic()
            manual.ask(QUESTION)
            yield time.monotonic() - begun
        return
    if part == "tts":
        voice = await configured(settings.speech, settings.models_dir)[lang].choose()
        rate_hz = voice.engine.capabilities.rate_hz
        for _ in range(ROUNDS + 1):
            begun = time.monotonic()
            pcm = await voice.say(SENTENCES[lang], lang)
            yield (time.monotonic() - begun) * rate_hz / len(pcm)
        return
    recognition = Recognition(settings.asr, settings.models_dir)
    wavs = [utterance.file for utterance in script() if utterance.lang == lang]
    for wav in [wavs[0], *wavs[:ROUNDS]]:
        pcm, begun = decode_wav(wav), time.monotonic()
        await recognition.transcribe(Utterance(pcm, "driver", 0.0), lang)
        yield (time.monotonic() - begun) * SAMPLE_RATE_HZ / len(pcm)


async def _talk(settings: Settings, lang: Lang) -> AsyncIterator[float]:
    """Seconds until the first words of an answer by the model on the board."""
    rung = chosen(settings.lm.model, settings.models_dir, free_mb())
    if rung is None:
        raise SystemExit("no language model was pulled that fits: run `cockpit models pull`")
    model = LocalModel(rung, settings.models_dir, settings.lm.threads, settings.lm.context_tokens)
    for _ in range(ROUNDS + 1):
        begun = time.monotonic()
        async for _ in model.stream(conversation(lang).prompt(QUESTION), limit_tokens=1):
            yield time.monotonic() - begun
    _kept.append(model)


async def _weigh(settings: Settings, part: str, lang: Lang) -> dict[str, float]:
    begun, uses = time.monotonic(), _use(settings, part, lang)
    await anext(uses)
    load_s = time.monotonic() - begun
    return {"load_s": load_s, "real_time_factor": statistics.median([factor async for factor in uses])}


def main() -> None:
    part, _, lang = sys.argv[1].partition(":")
    process = psutil.Process()
    before = process.memory_info().rss
    used = asyncio.run(_weigh(load_settings(), part, "zh" if lang == "zh" else "en")) if part != "none" else {}
    figures = {"rss_mb": process.memory_info().rss / 1e6, "added_mb": (process.memory_info().rss - before) / 1e6}
    print(json.dumps({**figures, **used}))


if __name__ == "__main__":
    main()
