"""Where the time goes from the last word to the first sound of the reply, seen on the bus by one who speaks live."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import numpy as np

from cockpit.audio.wav import decode_wav
from cockpit.bus import Bus, topics
from cockpit.types import LANGS, SAMPLE_RATE_HZ, Lang, Pcm
from hil.bench import Bench, serving
from hil.demo import Utterance, script
from hil.speech.endings import FRAME, loud_frames
from hil.speech.workbench import Json, Workbench, median, percentile

FRAME_SAMPLES = 512
"""32 ms, as a sound card gives them."""
DEADLINE_S = 20.0
"""From the end of speech to the end of the turn; a turn that takes longer is counted as lost."""
STAGES = ("endpoint", "transcript", "understood", "set", "done", "reply", "sound")
"""In this order; one that is not there, as a set where only a question was answered, takes no time."""
FLOOR = 30
"""What a silent microphone still gives, of 32768."""


class Witness:
    """Sees everything that the bus tells of turns, and when it came (loop time)."""

    def __init__(self, bus: Bus, vid: str) -> None:
        self.seen: dict[str, float] = {}
        self.ended = asyncio.Event()
        bus.subscribe(topics.EVENT.filter(vid), self._on_event, qos=0)
        bus.subscribe(topics.SET.filter(vid), self._on_set)
        bus.subscribe(topics.APP_REQUEST.filter(vid), self._on_set)
        bus.subscribe(topics.REPLY_AUDIO.filter(vid), lambda *_: self._note("sound"), qos=0)

    def forget(self) -> None:
        self.seen.clear()
        self.ended.clear()

    def _note(self, stage: str) -> None:
        self.seen.setdefault(stage, asyncio.get_running_loop().time())

    def _on_set(self, topic: str, payload: bytes, retained: bool) -> None:
        del payload
        if not retained and not topic.endswith("/status"):
            self._note("set")

    def _on_event(self, topic: str, payload: bytes, retained: bool) -> None:
        del topic, retained
        event = json.loads(payload)
        kind = event.get("type")
        if kind == "transcript" and event.get("final", True):
            self._note("transcript")
        elif kind == "action" and event.get("status") in ("done", "succeeded"):
            self.seen["done"] = asyncio.get_running_loop().time()
        elif kind in ("understood", "reply"):
            self._note(kind)
        elif kind == "speech_end":
            self._note("endpoint")
        elif kind == "turn_end":
            self.ended.set()


def measure(bench: Workbench) -> Json:
    """`rows` by language: milliseconds of each stage by the mean, so that they add up, and of the whole."""
    return {"rows": asyncio.run(_measure(bench))}


async def _measure(bench: Workbench) -> list[Json]:
    rows = []
    async with serving(bench.settings) as stand, _witness(stand) as witness:
        for lang in LANGS:
            said = [utterance for utterance in script() if utterance.lang == lang]
            turns = (said * 2)[: bench.count(2 * len(said), 4)]
            await _turn(stand, witness, said[0])
            found = [await _turn(stand, witness, one) for one in bench.each(turns, f"live turns, {lang}")]
            rows.append(_row(lang, found))
    return rows


@asynccontextmanager
async def _witness(stand: Bench) -> AsyncIterator[Witness]:
    """On a connection of its own."""
    bus = Bus(stand.broker)
    witness, task = Witness(bus, stand.vid), asyncio.create_task(bus.run())
    try:
        await bus.wait_connected()
        yield witness
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _row(lang: Lang, found: Sequence[dict[str, float] | None]) -> Json:
    turns = [one for one in found if one is not None]
    totals = [sum(one.values()) for one in turns]
    means = {stage: round(float(np.mean([one[stage] for one in turns])), 1) for stage in STAGES} if turns else {}
    return {
        "lang": lang, "speech": "synthesised", "turns": len(turns), "lost": len(found) - len(turns), "stages": means,
        "transcript_ms": median(one["endpoint"] + one["transcript"] for one in turns),
        "sound_ms": median(totals), "sound_p95_ms": percentile(totals, 95),
    }  # fmt: skip


async def _turn(stand: Bench, witness: Witness, utterance: Utterance) -> dict[str, float] | None:
    """Milliseconds of each stage; None where there was no reply in time."""
    for path, value in utterance.expect.before.items():
        await stand.vehicle.put(path, value)
    await stand.person.reset()
    witness.forget()
    pcm = decode_wav(utterance.file)
    end = int(np.flatnonzero(loud_frames(pcm))[-1] + 1) * FRAME
    begun_s = await _stream(stand, utterance, pcm, witness.ended.is_set)
    return stages(witness.seen, begun_s + end / SAMPLE_RATE_HZ) if "sound" in witness.seen else None


async def _stream(stand: Bench, utterance: Utterance, pcm: Pcm, over: Callable[[], bool]) -> float:
    """Speak live, then be silent until the turn is over; gives the loop time at which the first sample was spoken."""
    topic = topics.AUDIO_STREAM.build(stand.vid, zone=utterance.zone)
    rng, loop = np.random.default_rng(1), asyncio.get_running_loop()
    spoken = (np.clip(pcm, -1, 1) * 32767).astype("<i2")
    begun_s, at = loop.time(), 0
    while not over() and at < len(pcm) + DEADLINE_S * SAMPLE_RATE_HZ:
        frame = rng.normal(0, FLOOR, FRAME_SAMPLES).astype("<i2")
        part = spoken[at : at + FRAME_SAMPLES]
        frame[: len(part)] += part
        at += FRAME_SAMPLES
        await asyncio.sleep(max(0.0, begun_s + at / SAMPLE_RATE_HZ - loop.time()))
        await stand.bus.publish(topic, frame.tobytes(), qos=0)
    return begun_s


def stages(seen: dict[str, float], end_s: float) -> dict[str, float]:
    """Milliseconds from each stage to the next, by when each was seen; none ends later than the first sound."""
    found, before = {}, end_s
    for stage in STAGES:
        at = max(before, min(seen.get(stage, before), seen["sound"]))
        found[stage] = 1000 * (at - before)
        before = at
    return found
