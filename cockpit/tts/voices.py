"""Which engine speaks which language, and the thread each engine lives on."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from cockpit.config import SpeechSettings
from cockpit.errors import CockpitError
from cockpit.ports import Synthesizer
from cockpit.tts.kokoro import KokoroSynthesizer
from cockpit.tts.piper import PiperSynthesizer
from cockpit.types import LANGS, Lang, Pcm


class Voice:
    """One engine on a thread of its own, loaded when it is first needed."""

    def __init__(self, engine: Synthesizer) -> None:
        self.engine = engine
        self.loaded = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"voice-{engine.capabilities.name}")

    async def load(self) -> None:
        """Raises what the engine raises."""
        if not self.loaded:
            await asyncio.get_running_loop().run_in_executor(self._thread, self.engine.load)
            self.loaded = True

    async def say(self, text: str, lang: Lang) -> Pcm:
        """The whole of one sentence. When the wait is cancelled a sentence not yet begun is never voiced."""
        await self.load()
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._whole, text, lang)

    def _whole(self, text: str, lang: Lang) -> Pcm:
        return np.concatenate([np.zeros(0, np.float32), *self.engine.synthesise(text, lang)])

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self.engine.close)
        self.loaded = False
        self._thread.shutdown(wait=False, cancel_futures=True)


class FallbackVoice:
    """The first of several voices that can be loaded; `errors` tells why the ones before it could not."""

    def __init__(self, *voices: Voice) -> None:
        self.voices = voices
        self.errors: list[CockpitError] = []
        self._chosen: Voice | None = None

    @property
    def ready(self) -> bool:
        return self._chosen is not None

    async def choose(self) -> Voice:
        """The voice to speak with, loaded. Raises the first voice's error when none can be."""
        if self._chosen is not None:
            return self._chosen
        self.errors = []
        for voice in self.voices:
            try:
                await voice.load()
            except CockpitError as error:
                self.errors.append(error)
            else:
                self._chosen = voice
                return voice
        raise self.errors[0]


def configured(settings: SpeechSettings, models_dir: Path) -> dict[Lang, FallbackVoice]:
    """The voices of every language that is not silent: the chosen engine, then Kokoro, which speaks both."""
    kokoro = Voice(
        KokoroSynthesizer(
            models_dir, settings.kokoro_voice or None, settings.rate, settings.threads, settings.kokoro_voices
        )
    )
    voices: dict[Lang, FallbackVoice] = {}
    for lang in LANGS:
        choice = settings.zh if lang == "zh" else settings.en
        if choice == "none":
            continue
        name = settings.piper_voices.get(lang)
        piper = []
        if choice == "piper" and name is not None:
            piper = [Voice(PiperSynthesizer(models_dir, name, lang, settings.rate, settings.threads))]
        voices[lang] = FallbackVoice(*piper, kokoro)
    return voices
