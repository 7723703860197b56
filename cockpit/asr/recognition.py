"""The asynchronous front of speech recognition: which engine hears what, in which language, and for how long."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, cast

from cockpit.asr.engines import ENGINES, EngineRow
from cockpit.asr.worker import EngineStatus, EngineWorker
from cockpit.config import AsrSettings
from cockpit.errors import ModelError, RecognitionError
from cockpit.ports import Expectation, Recognizer
from cockpit.types import LANGS, Lang, Pcm, Transcript, Utterance

SURE = 0.7
"""Confidence from which an engine of one language is believed without asking which language was spoken.
Measured with Moonshine on synthetic speech: 14 English commands 0.75 to 0.96; 56 Mandarin ones gave no word or up
to 0.63. In noise English falls lower, and Whisper is asked."""

FALLBACK = "whisper"
"""Hears every language, so it stands in where a language's own engine has no model; also tells languages apart."""


class _LanguageDetector(Protocol):
    def detect(self, pcm: Pcm) -> dict[Lang, float]: ...


class Expectations(Protocol):
    """What is likely to be said in one language."""

    def expected(self, expecting: str = "", offered: Sequence[str] = ()) -> Expectation:
        """While a question waits for the slot `expecting`, about which the names `offered` were told."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The question that waits: its slot, and the names that were offered."""

    slot: str = ""
    offered: tuple[str, ...] = ()


class Recognition:
    """Turns utterances into text. Engines load at first use, or all of them by `warm`.

    Each language has its engine from the settings, and behind it the fallback. Calls to one engine queue for its
    thread; the queue is as long as the number of callers, which the turns of the zones bound.
    """

    def __init__(self, settings: AsrSettings, models: Path, engines: Mapping[str, EngineRow] = ENGINES) -> None:
        self._settings = settings
        chosen: dict[Lang, str] = {"zh": settings.zh, "en": settings.en}
        names = dict.fromkeys((*chosen.values(), FALLBACK))
        self._workers = {name: _worker(name, engines[name], settings, models) for name in names}
        self._chains = {
            lang: [self._workers[name] for name in dict.fromkeys((name, FALLBACK))] for lang, name in chosen.items()
        }
        self._fallback = self._workers[FALLBACK]
        self._expectations: Mapping[Lang, Expectations] = {}

    def lean_on(self, expectations: Mapping[Lang, Expectations]) -> None:
        """From now on, hear with what is likely to be said in mind; nothing to hear without."""
        self._expectations = expectations

    async def transcribe(
        self,
        utterance: Utterance,
        lang: Lang | None = None,
        expecting: str = "",
        offered: Sequence[str] = (),
    ) -> Transcript:
        """The text of `utterance`, empty when nothing was said, and others that it may have been.

        Leans on what is likely to be said, all the more on what answers the question that waits: its slot is
        `expecting`, and `offered` are the names it was asked about. `lang` overrides the language fixed for the
        utterance's zone; with neither it is detected. Raises `ModelError` when no engine for the language has a usable
        model, and `RecognitionError`: `asr-late` after `deadline_s` of the settings (the engine still finishes; its
        result is dropped), `asr-engine`.
        """
        wanted = lang or self._settings.zone_language.get(utterance.zone)
        asked = Asked(expecting, tuple(offered))
        try:
            async with asyncio.timeout(self._settings.deadline_s):
                if wanted is not None:
                    return await self._hear(utterance.pcm, wanted, asked)
                return await self._hear_any(utterance.pcm, asked)
        except TimeoutError as error:
            message = f"recognition took longer than {self._settings.deadline_s:g} s"
            raise RecognitionError("late", message) from error

    async def partial(self, pcm: Pcm, lang: Lang) -> Transcript:
        """What was said so far, as quickly as it can be told: the likeliest text, leaning on nothing.

        Its engine is loaded at first use. Raises as `transcribe`.
        """
        try:
            async with asyncio.timeout(self._settings.deadline_s):
                worker = await self._usable(lang)
                heard = await worker.call(lambda engine: engine.recognise(pcm, lang))
        except TimeoutError as error:
            raise RecognitionError("late", "recognition of what was said so far took too long") from error
        return replace(heard, final=False)

    async def second_opinion(
        self, utterance: Utterance, first: Transcript, expecting: str = "", offered: Sequence[str] = ()
    ) -> Transcript | None:
        """What the engine of every language hears, for when `first` makes no sense; None where that was it already.

        Keeps to a language that is fixed for the zone, and else tells it anew. None too when that engine cannot be
        used, or is late.
        """
        if first.engine == FALLBACK:
            return None
        fixed, asked = self._settings.zone_language.get(utterance.zone), Asked(expecting, tuple(offered))

        def hear(engine: Recognizer) -> Transcript:
            lang = fixed or _spoken(cast("_LanguageDetector", engine).detect(utterance.pcm))
            return self._leaning(engine, utterance.pcm, lang, asked)

        try:
            async with asyncio.timeout(self._settings.deadline_s):
                return await self._fallback.call(hear)
        except (ModelError, RecognitionError, TimeoutError):
            return None

    async def warm(self) -> None:
        """Load every engine that will be used. What cannot be loaded shows in `status`, and raises when used."""
        await asyncio.gather(*(self._usable(lang) for lang in LANGS), return_exceptions=True)

    def ready(self) -> dict[str, bool]:
        """Per language: whether an engine is loaded, or has its model and has not failed to load it."""
        return {
            lang: any(worker.status().state in ("loaded", "idle") for worker in chain)
            for lang, chain in self._chains.items()
        }

    def status(self) -> list[EngineStatus]:
        return [worker.status() for worker in self._workers.values()]

    def close(self) -> None:
        """Free all models. Not usable afterwards."""
        for worker in self._workers.values():
            worker.close()

    async def _usable(self, lang: Lang) -> EngineWorker:
        """The first engine for `lang` that loads. Raises the first engine's `ModelError` when none does."""
        first: ModelError | None = None
        for worker in self._chains[lang]:
            try:
                await worker.load()
            except ModelError as error:
                first = first or error
            else:
                return worker
        raise first or ModelError("missing", f"no engine is set for {lang}")

    async def _hear(self, pcm: Pcm, lang: Lang, asked: Asked) -> Transcript:
        worker = await self._usable(lang)
        return await worker.call(lambda engine: self._leaning(engine, pcm, lang, asked))

    def _leaning(self, engine: Recognizer, pcm: Pcm, lang: Lang, asked: Asked) -> Transcript:
        """On the engine's thread: what is expected may have to be made first."""
        known = self._expectations.get(lang)
        expected = known.expected(asked.slot, asked.offered) if known is not None else None
        return engine.recognise(pcm, lang, expected)

    async def _hear_any(self, pcm: Pcm, asked: Asked) -> Transcript:
        """Detect the language, cheapest evidence first.

        An English-only engine that is sure of its text has heard English, and one that finds no word has not:
        that costs less than Whisper's encoder. Whisper is asked only between the two, or where there is no such
        engine, and decodes from the encoder pass with which it told the language.
        """
        english = await self._usable_or_none("en")
        if english is None:
            return await self._hear(pcm, "zh", asked)
        if english is self._fallback:
            return await self._hear(pcm, "zh" if await self._is_chinese(pcm) else "en", asked)
        guess = await english.call(lambda engine: engine.recognise(pcm, "en"))
        if guess.text and (guess.confidence >= SURE or not await self._is_chinese(pcm)):
            return await self._hear(pcm, "en", asked) if "en" in self._expectations else guess
        if await self._usable_or_none("zh"):
            return await self._hear(pcm, "zh", asked)
        return guess

    async def _usable_or_none(self, lang: Lang) -> EngineWorker | None:
        try:
            return await self._usable(lang)
        except ModelError:
            return None

    async def _is_chinese(self, pcm: Pcm) -> bool:
        try:
            languages = await self._fallback.call(lambda engine: cast("_LanguageDetector", engine).detect(pcm))
        except ModelError:
            return False
        return languages["zh"] > languages["en"]


def _spoken(languages: Mapping[Lang, float]) -> Lang:
    """The likeliest."""
    return max(languages, key=lambda lang: languages[lang])


def _worker(name: str, row: EngineRow, settings: AsrSettings, models: Path) -> EngineWorker:
    folder = models / row.model(settings)
    return EngineWorker(name, folder, lambda: row.make(settings, folder))
