"""How long after the end of speech an utterance is held to be over, and how often too early, in a pause for thought."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from cockpit.asr.recognition import Recognition
from cockpit.audio.endpointing import Endpointer, SpeechEnd, SpeechResumed, SpeechSoFar
from cockpit.audio.vad import CHUNK_SAMPLES, SileroVad
from cockpit.runtime.drafts import Draft
from cockpit.runtime.hearing import believed
from cockpit.runtime.patience import Patience
from cockpit.runtime.understanding import understanding
from cockpit.types import LANGS, SAMPLE_RATE_HZ, Lang, Pcm, Utterance
from cockpit.yamlfile import read_yaml
from hil import noise
from hil.speech.corpus import Clip, spread
from hil.speech.workbench import Json, Workbench, median, percentile, seeded, share, speech_of

SENTENCES = Path(__file__).with_name("pauses.yaml")
PAUSES_S = (0.0, 0.3, 0.5, 0.7, 1.0)
NOISES: tuple[tuple[str, float | None], ...] = (("none", None), ("car", 10.0))
BEFORE_S, AFTER_S = 0.6, 2.0
"""Silence around the speech of a stream."""
FLOOR_DB = -60.0
"""Under full level: what a microphone has in a silent car."""
QUIET_DB = -32.0
"""Under the loudest 20 ms of a clip: nobody speaks."""
FRAME = SAMPLE_RATE_HZ // 50
LEAST_GAP = 3
"""Frames of quiet inside a recording at which somebody could as well have stopped for longer."""
HUMAN = 16


@dataclass(frozen=True, slots=True)
class Stream:
    """One sentence with a pause in it, and the second at which its last word is over."""

    clip: Clip
    pcm: Pcm
    end_s: float


WAYS = ("silence", "sentence")
"""When an utterance is over: after a silence that is always the same, or one as long as what was said asks for."""


class Judge:
    """How patient the service is with what was said so far, and how long it takes to know. Blocking."""

    def __init__(self, bench: Workbench) -> None:
        settings = bench.settings
        self._recognition = Recognition(settings.asr, settings.models_dir)
        self._recognition.lean_on(bench.expectations)
        self._understander = bench.understander
        self._patience = Patience(settings.audio, understanding(settings).skills)
        self._loop = asyncio.new_event_loop()

    def patience(self, pcm: Pcm, lang: Lang) -> tuple[int, float]:
        """Milliseconds of silence, and the seconds that it took to tell."""
        begun = time.monotonic()
        said = self._loop.run_until_complete(self._recognition.transcribe(Utterance(pcm, "driver", 0.0), lang))
        draft = Draft(believed(self._understander, said), "")
        return self._patience.milliseconds(draft), time.monotonic() - begun

    def close(self) -> None:
        self._recognition.close()
        self._loop.close()


def endpointing(bench: Workbench, stream: Stream, judge: Judge | None) -> list[float]:
    """Seconds from the stream's begin at which an utterance was held to be over. What `judge` says of a pause counts
    from the moment at which it would have said it."""
    endpointer, vad = Endpointer(bench.settings.audio), SileroVad()
    decided: list[float] = []
    told: tuple[float, int] | None = None
    for at in range(0, len(stream.pcm) - CHUNK_SAMPLES + 1, CHUNK_SAMPLES):
        chunk, now_s = stream.pcm[at : at + CHUNK_SAMPLES], (at + CHUNK_SAMPLES) / SAMPLE_RATE_HZ
        if told is not None and now_s >= told[0]:
            endpointer.patience_ms, told = told[1], None
        event = endpointer.feed(chunk, vad.probability(chunk))
        if isinstance(event, SpeechSoFar) and event.paused and judge is not None:
            patience_ms, seconds = judge.patience(event.pcm, stream.clip.lang)
            told = now_s + seconds, patience_ms
        elif isinstance(event, SpeechResumed):
            told = None
        elif isinstance(event, SpeechEnd):
            decided.append(now_s)
    return decided


def measure(bench: Workbench) -> Json:
    """`rows` by language, speech, noise, length of the pause and way of telling the end. `early` is the share of
    sentences cut in two, the delay is from the end of the last word to the decision, of all others."""
    rows, judge = [], Judge(bench)
    for lang in LANGS:
        halves = [sentence.split("|") for sentence in read_yaml(SENTENCES)[lang]][: bench.count(100, 4)]
        firsts = bench.voiced([f"{first.strip()}{',' if lang == 'en' else '，'}" for first, _ in halves], lang)
        lasts = bench.voiced([last.strip() for _, last in halves], lang)
        voiced = [(clip, spoken(clip.pcm), spoken(last.pcm)) for clip, last in zip(firsts, lasts, strict=True)]
        people = [*in_two(bench.people(lang, 10**6), bench.count(HUMAN, 4))]
        work = [*product([group for group in (voiced, people) if group], NOISES, PAUSES_S)]
        for group, (kind, snr_db), pause_s in bench.each(work, f"ends of speech, {lang}"):
            streams = [_noisy(streamed(clip, first, last, pause_s), kind, snr_db) for clip, first, last in group]
            facts = {"lang": lang, "speech": speech_of(group[0][0]), "noise": kind, "pause_s": pause_s}
            for way, asked in zip(WAYS, (None, judge), strict=True):
                found = [(stream, endpointing(bench, stream, asked)) for stream in streams]
                rows.append({**facts, "way": way, **_row(found)})
    judge.close()
    return {"rows": rows}


def _row(found: Sequence[tuple[Stream, list[float]]]) -> Json:
    early = [any(at < stream.end_s for at in decided) for stream, decided in found]
    delays = [
        1000 * (decided[-1] - stream.end_s)
        for (stream, decided), cut in zip(found, early, strict=True)
        if decided and not cut
    ]
    unheard = sum(not decided for _, decided in found)
    return {
        "streams": len(found), "early": share(sum(early), len(found)), "unheard": unheard,
        "delay_ms": median(delays), "delay_p95_ms": percentile(delays, 95),
    }  # fmt: skip


def streamed(clip: Clip, first: Pcm, last: Pcm, pause_s: float) -> Stream:
    """Two pieces of speech with a pause, silence before and after them, over the noise of a quiet microphone."""
    parts = [_silence(BEFORE_S), first, _silence(pause_s), last, _silence(AFTER_S)]
    pcm = np.concatenate(parts)
    floor = seeded(clip, "floor").standard_normal(len(pcm)) * 10 ** (FLOOR_DB / 20)
    return Stream(clip, (pcm + floor).astype(np.float32), (len(pcm) - len(parts[-1])) / SAMPLE_RATE_HZ)


def _noisy(stream: Stream, kind: str, snr_db: float | None) -> Stream:
    if snr_db is None:
        return stream
    return Stream(stream.clip, noise.mixed(stream.pcm, noise.car(len(stream.pcm), seeded(stream.clip, kind)), snr_db),
                  stream.end_s)  # fmt: skip


def _silence(seconds: float) -> Pcm:
    return np.zeros(int(seconds * SAMPLE_RATE_HZ), np.float32)


def loud_frames(pcm: Pcm) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Per 20 ms, whether somebody speaks."""
    frames = pcm[: len(pcm) // FRAME * FRAME].reshape(-1, FRAME)
    power = np.square(frames).mean(axis=1)
    loud: np.ndarray[tuple[int], np.dtype[np.bool_]] = power > power.max() * 10 ** (QUIET_DB / 10)
    return loud


def spoken(pcm: Pcm) -> Pcm:
    """Without the silence at both ends."""
    at = np.flatnonzero(loud_frames(pcm))
    return pcm[at[0] * FRAME : (at[-1] + 1) * FRAME]


def in_two(clips: Sequence[Clip], count: int) -> Iterator[tuple[Clip, Pcm, Pcm]]:
    """Recordings of people at whose longest quiet place a pause can be: of one sentence, with such a place inside."""
    found = []
    for clip in clips:
        if clip.source == "gcin-voice" or len(clip.text.split()) < 3 or any(mark in clip.text[:-1] for mark in ",.;!?"):
            continue
        pcm = spoken(clip.pcm)
        quiet = _quiet_place(loud_frames(pcm))
        if quiet is not None:
            found.append((clip, pcm[: quiet * FRAME], pcm[quiet * FRAME :]))
    yield from spread(found, count)


def _quiet_place(loud: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int | None:
    """The middle of the longest run of quiet frames; None where none is long enough."""
    edges = np.flatnonzero(np.diff(np.concatenate(([1], loud.astype(np.int8), [1]))))
    runs = [(end - begin, (begin + end) // 2) for begin, end in zip(edges[::2], edges[1::2], strict=True)]
    longest, middle = max(runs, default=(0, 0))
    return int(middle) if longest >= LEAST_GAP else None
