"""Replies aloud: the first few words at once, the rest voiced while they play."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Self

from cockpit.config import Settings
from cockpit.errors import CockpitError
from cockpit.ports import AudioSink
from cockpit.tts import normalise_en, normalise_zh
from cockpit.tts.cache import PcmCache
from cockpit.tts.floor import Floor, Priority
from cockpit.tts.joining import trimmed
from cockpit.tts.saying import Saying
from cockpit.tts.sentences import Piece, pieces, split
from cockpit.tts.voices import FallbackVoice, Voice, configured
from cockpit.types import AudioChunk, Lang, Pcm

NORMALISE: Mapping[Lang, Callable[[str], str]] = {
    "zh": normalise_zh.normalise,
    "en": normalise_en.normalise,
}
RUNNING: Mapping[Lang, str] = {"zh": "，", "en": ","}
"""Ends a piece with whose clause the next one goes on, so that its melody stays up."""
LEAD_S = 0.02
"""Silence before a piece: a reply is to be heard at once."""
BREATH_S = 0.03
"""Silence behind a piece whose clause goes on."""
KEPT_S = 0.2
"""Silence behind any other is the voice's own, up to this."""


class Speech:
    """Speaks one reply at a time; another waits for its end, or calls `stop` first.

    At most one piece is voiced ahead of the one that plays. A language without a voice is silent.
    """

    def __init__(self, voices: Mapping[Lang, FallbackVoice], cache_bytes: int = 32 << 20) -> None:
        self._voices = voices
        self._cache = PcmCache(cache_bytes)
        self._floor = Floor()
        self._speaking: asyncio.Task[bool] | None = None
        self._saying: Saying | None = None
        self._priority = Priority.REPLY

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The voices that the settings name; nothing is read before it is needed."""
        speech = settings.speech
        return cls(configured(speech, settings.models_dir), speech.cache_mb << 20)

    async def say(
        self,
        text: str | AsyncIterator[str],
        lang: Lang,
        sinks: Sequence[AudioSink],
        started: Callable[[], None] = lambda: None,
        priority: Priority = Priority.REPLY,
    ) -> bool:
        """Speak `text` and return when it was heard: True, or False when it was cut short, by `stop` or a warning. A
        text that is still being written comes clause by clause.

        `started` is called when the first sound goes out. When the caller is cancelled, so is the speech. Raises
        `ModelError` when no voice can be loaded, `SpeechError` when a voice or a sink fails.
        """
        voice = self._voices.get(lang)
        if voice is None or not sinks or (isinstance(text, str) and not pieces(text)):
            return True
        if priority is Priority.WARNING and self._speaking is not None and self._priority > priority:
            self._speaking.cancel()
        async with self._floor.held(priority):
            self._saying = Saying(_pieces(text), partial(self._voiced, voice, lang), sinks, started)
            self._speaking, self._priority = asyncio.create_task(self._saying.run()), priority
            return await self._heard_out(self._speaking)

    async def _heard_out(self, task: asyncio.Task[bool]) -> bool:
        """Wait for the end of the speech; never leave it playing."""
        try:
            await asyncio.wait({task})
            return not task.cancelled() and task.result()
        finally:
            self._speaking = self._saying = None
            if not task.done():
                task.cancel()
                await asyncio.wait({task})

    async def _voiced(self, fallback: FallbackVoice, lang: Lang, piece: Piece) -> AudioChunk:
        """`piece` with its edges as they are to be heard."""
        chunk = await self._plain(fallback, lang, piece)
        tail_s = BREATH_S if piece.running else KEPT_S
        return replace(chunk, pcm=trimmed(chunk.pcm, chunk.rate_hz, LEAD_S, tail_s))

    async def _plain(self, fallback: FallbackVoice, lang: Lang, piece: Piece) -> AudioChunk:
        voice = await fallback.choose()
        words = NORMALISE[lang](piece.text) + (RUNNING[lang] if piece.running else "")
        capabilities = voice.engine.capabilities
        key = (capabilities.name, capabilities.model, lang, words)
        pcm: Pcm | None = self._cache.get(key)
        if pcm is None:
            pcm = await voice.say(words, lang)
            self._cache.put(key, pcm)
        return AudioChunk(pcm, capabilities.rate_hz, piece.text)

    async def stop(self) -> None:
        """Cut the speech under way short; returns when nothing plays any more."""
        task = self._speaking
        if task is not None and not task.done():
            task.cancel()
            await asyncio.wait({task})

    async def hold(self) -> bool:
        """Silence the speech under way and keep it for `resume`; False when there is none, or a warning, which goes on.

        It is given up (and `say` returns False) when it is held for longer than `saying.HOLD_LIMIT_S`.
        """
        if self._saying is None or self._priority is Priority.WARNING:
            return False
        await self._saying.hold()
        return True

    def resume(self) -> None:
        """Go on with speech that is held, from the last pause in it, or the beginning of its piece."""
        if self._saying is not None:
            self._saying.resume()

    async def voice(self, lang: Lang) -> Voice:
        """Who speaks `lang`, loaded. Raises `ModelError` where none can be."""
        return await self._voices[lang].choose()

    def ready(self) -> dict[Lang, bool]:
        """Per language that is to be spoken, whether its voice is loaded."""
        return {lang: voice.ready for lang, voice in self._voices.items()}

    def problems(self) -> dict[Lang, list[CockpitError]]:
        """Per language, why voices that were wanted are not the ones that speak."""
        return {lang: list(voice.errors) for lang, voice in self._voices.items() if voice.errors}

    async def warm(self, phrases: Mapping[Lang, Iterable[str]], *, starts: bool = False) -> None:
        """Load the voices and voice phrases ahead, one piece at a time, so that a reply may come between; where only
        how they start is likely, no more than their first pieces.

        Raises `ModelError` and `SpeechError` as `say` does, after every language had its try.
        """
        errors: list[CockpitError] = []
        for lang, texts in phrases.items():
            voice = self._voices.get(lang)
            if voice is None:
                continue
            try:
                await voice.choose()
                for piece in [piece for text in texts for piece in pieces(text)[: 1 if starts else None]]:
                    await self._plain(voice, lang, piece)
            except CockpitError as error:
                errors.append(error)
        if errors:
            raise errors[0]

    async def close(self) -> None:
        """Stop and let the voices go."""
        await self.stop()
        voices = {id(voice): voice for fallback in self._voices.values() for voice in fallback.voices}
        await asyncio.gather(*(voice.close() for voice in voices.values()))


async def _pieces(text: str | AsyncIterator[str]) -> AsyncIterator[Piece]:
    """What is voiced in one go, with a short beginning."""
    if isinstance(text, str):
        for piece in pieces(text):
            yield piece
        return
    begun = False
    async for clause in text:
        for piece in [Piece(part) for part in split(clause)] if begun else pieces(clause):
            begun = True
            yield piece
