"""False actions: conversation streamed through the whole way of live speech, and what would be done after it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import numpy as np

from cockpit.asr.recognition import Recognition
from cockpit.audio.endpointing import SpeechEnd
from cockpit.audio.listening import Detectors, Listener
from cockpit.audio.sources import FRAME_SAMPLES
from cockpit.audio.vad import SileroVad
from cockpit.ports import SourceCapabilities
from cockpit.runtime.hearing import hear
from cockpit.types import LANGS, SAMPLE_RATE_HZ, Act, Lang, Pcm, Utterance, Zone
from hil.speech import corpus
from hil.speech.corpus import Clip
from hil.speech.workbench import Json, Workbench, seeded, speech_of

LINES = 240
"""Of each language: about a quarter of an hour."""
PAUSES_S = (0.4, 1.6)
"""Between two lines, so much silence beside the clips' own."""
HARMLESS = frozenset({"dialog.chat", "dialog.talk", "dialog.yes", "dialog.no", "dialog.cancel"})
"""Intents that change nothing where nothing is pending."""


class Played:
    """An `AudioSource` of clips with pauses, as fast as it is read; `seconds` counts what was played, `tell` is told
    which share."""

    def __init__(self, clips: Sequence[Clip], tell: Callable[[float], None] = lambda _: None) -> None:
        self.capabilities = SourceCapabilities("played", live=False)
        self.zone: Zone = "driver"
        self.dropped = 0
        self.seconds = 0.0
        self._clips, self._tell = clips, tell

    async def frames(self) -> AsyncIterator[Pcm]:
        for number, clip in enumerate(self._clips, start=1):
            pause = seeded(clip, "pause").uniform(*PAUSES_S)
            sound = np.concatenate((clip.pcm, np.zeros(int(pause * SAMPLE_RATE_HZ), np.float32)))
            self.seconds += len(sound) / SAMPLE_RATE_HZ
            for at in range(0, len(sound), FRAME_SAMPLES):
                yield sound[at : at + FRAME_SAMPLES]
            self._tell(number / len(self._clips))


def measure(bench: Workbench) -> Json:
    """`rows` by language and kind of speech; `acts` has all that would be done or asked."""
    rows: list[Json] = []
    acts: list[Json] = []
    for lang in LANGS:
        lines = bench.voiced(corpus.other_speech(lang, bench.count(LINES, 8)), lang)
        people = [clip for clip in bench.people(lang, bench.count(10**6, 8)) if clip.source != "gcin-voice"]
        for clips in (lines, people):
            if clips:
                row, found = asyncio.run(_overhear(bench, clips, lang))
                rows.append(row)
                acts += found
    return {"rows": rows, "acts": acts}


async def _overhear(bench: Workbench, clips: Sequence[Clip], lang: Lang) -> tuple[Json, list[Json]]:
    recognition = Recognition(bench.settings.asr, bench.settings.models_dir)
    source, count = Played(clips, lambda share: bench.tell(f"overhearing, {lang}", share)), 0
    found: list[Json] = []
    recognition.lean_on(bench.expectations)
    try:
        async for event in Listener(source, Detectors(SileroVad()), bench.settings.audio).events():
            if not isinstance(event, SpeechEnd):
                continue
            count += 1
            meant = await hear(recognition, bench.understander, Utterance(event.pcm, source.zone, 0.0))
            heard, understood = meant.transcript.text, meant.understanding
            deeds = [act for act in understood.acts if act.intent not in HARMLESS]
            if deeds:
                asked = any(act.doubtful for act in deeds)
                found.append({"lang": lang, "heard": heard, "asked": asked, "acts": [*map(_named, deeds)]})
    finally:
        recognition.close()
    acted, hours = sum(not one["asked"] for one in found), source.seconds / 3600
    row = {
        "lang": lang, "speech": speech_of(clips[0]), "lines": len(clips), "utterances": count,
        "hours": round(hours, 4), "acted": acted, "asked": len(found) - acted,
        "acted_per_hour": round(acted / hours, 1), "asked_per_hour": round((len(found) - acted) / hours, 1),
    }  # fmt: skip
    return row, found


def _named(act: Act) -> str:
    slots = ", ".join(f"{name}={value}" for name, value in act.slots.items())
    return f"{act.intent}({slots}) {act.confidence:.2f}"
