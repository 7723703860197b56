"""Replies aloud: sentence by sentence, the next one voiced while the present one plays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Self

from cockpit.config import Settings
from cockpit.errors import CockpitError
from cockpit.ports import AudioSink
from cockpit.tts import normalise_en, normalise_zh
from cockpit.tts.cache import PcmCache
from cockpit.tts.sentences import split
from cockpit.tts.voices import FallbackVoice, configured
from cockpit.types import AudioChunk, Lang

NORMALISE: Mapping[Lang, Callable[[str], str]] = {
    "zh": normalise_zh.normalise,
    "en": normalise_en.normalise,
}


class Speech:
    """Speaks one reply at a time; another waits for its end, or calls `stop` first.

    At most one sentence is voiced ahead of the one that plays. A language without a voice is silent.
    """

    def __init__(self, voices: Mapping[Lang, FallbackVoice], cache_bytes: int = 32 << 20) -> None:
        self._voices = voices
        self._cache = PcmCache(cache_bytes)
        self._turn = asyncio.Lock()
        self._speaking: asyncio.Task[None] | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The voices that the settings name; nothing is read before it is needed."""
        speech = settings.speech
        return cls(configured(speech, settings.models_dir), speech.cache_mb << 20)

    async def say(
        self, text: str, lang: Lang, sinks: Sequence[AudioSink], started: Callable[[], None] = lambda: None
    ) -> bool:
        """Speak `text` and return when it was heard: True, or False when `stop` cut it short.

        `started` is called when the first sound goes out. When the caller is cancelled, so is the speech. Raises
        `ModelError` when no voice can be loaded, `SpeechError` when a voice or a sink fails.
        """
        voice = self._voices.get(lang)
        sentences = split(text)
        if voice is None or not sentences or not sinks:
            return True
        async with self._turn:
            task = asyncio.create_task(self._say(voice, sentences, lang, sinks, started))
            self._speaking = task
            try:
                await asyncio.wait({task})
                if task.cancelled():
                    return False
                task.result()
            finally:
                self._speaking = None
                if not task.done():
                    task.cancel()
                    await asyncio.wait({task})
        return True

    async def _say(
        self,
        voice: FallbackVoice,
        sentences: list[str],
        lang: Lang,
        sinks: Sequence[AudioSink],
        started: Callable[[], None],
    ) -> None:
        following = asyncio.create_task(self._voiced(voice, sentences[0], lang))
        silent = True
        try:
            for i, _ in enumerate(sentences):
                chunk = await following
                if i + 1 < len(sentences):
                    following = asyncio.create_task(self._voiced(voice, sentences[i + 1], lang))
                if not len(chunk.pcm):
                    continue
                if silent:
                    started()
                    silent = False
                await _play(chunk, sinks)
        except BaseException:
            await asyncio.gather(*(sink.stop() for sink in sinks), return_exceptions=True)
            raise
        finally:
            following.cancel()
            await asyncio.wait({following})
            if not following.cancelled():
                following.exception()

    async def _voiced(self, fallback: FallbackVoice, sentence: str, lang: Lang) -> AudioChunk:
        voice = await fallback.choose()
        words = NORMALISE[lang](sentence)
        capabilities = voice.engine.capabilities
        key = (capabilities.name, capabilities.model, lang, words)
        pcm = self._cache.get(key)
        if pcm is None:
            pcm = await voice.say(words, lang)
            self._cache.put(key, pcm)
        return AudioChunk(pcm, capabilities.rate_hz, sentence)

    async def stop(self) -> None:
        """Cut the speech under way short; returns when nothing plays any more."""
        task = self._speaking
        if task is not None and not task.done():
            task.cancel()
            await asyncio.wait({task})

    def ready(self) -> dict[Lang, bool]:
        """Per language that is to be spoken, whether its voice is loaded."""
        return {lang: voice.ready for lang, voice in self._voices.items()}

    def problems(self) -> dict[Lang, list[CockpitError]]:
        """Per language, why voices that were wanted are not the ones that speak."""
        return {lang: list(voice.errors) for lang, voice in self._voices.items() if voice.errors}

    async def warm(self, phrases: Mapping[Lang, Iterable[str]]) -> None:
        """Load the voices and voice fixed phrases ahead, one sentence at a time, so that a reply may come between.

        Raises `ModelError` and `SpeechError` as `say` does, after every language had its try.
        """
        errors: list[CockpitError] = []
        for lang, texts in phrases.items():
            voice = self._voices.get(lang)
            if voice is None:
                continue
            try:
                await voice.choose()
                for sentence in [piece for text in texts for piece in split(text)]:
                    await self._voiced(voice, sentence, lang)
            except CockpitError as error:
                errors.append(error)
        if errors:
            raise errors[0]

    async def close(self) -> None:
        """Stop and let the voices go."""
        await self.stop()
        voices = {id(voice): voice for fallback in self._voices.values() for voice in fallback.voices}
        await asyncio.gather(*(voice.close() for voice in voices.values()))


async def _play(chunk: AudioChunk, sinks: Sequence[AudioSink]) -> None:
    """Into every sink at once; the first failure is raised after all others have had the chunk."""
    results = await asyncio.gather(*(sink.play(chunk) for sink in sinks), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
