"""What the assistant says, taken down from the bus (`reply/audio`, where publishing is switched on)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np

from cockpit.audio.wav import decode_wav
from cockpit.bus import Bus, topics
from cockpit.errors import AudioError
from cockpit.types import SAMPLE_RATE_HZ, Pcm
from hil.rig.driver import Driver, Resource
from hil.rig.sounds import sound_name, write_wav
from hil.trace import Seen

KEPT_TURNS = 64
"""Replies whose sound is kept; that of the oldest goes."""


class MqttMicrophones(Driver[Resource]):
    """Protocol `Microphones`. The trace has an entry `reply` when a reply's first sound comes; its `duration_s` and
    `text` are filled in by `heard`, which is asked when the reply is over."""

    role = "microphones"

    async def open(self) -> None:
        self._slices: dict[str, list[bytes]] = {}
        self._entries: dict[str, Seen] = {}
        bus = Bus(self.site.connection("microphones"))
        bus.subscribe(topics.REPLY_AUDIO.filter(self.site.vid), self._take, qos=0)
        await self.held.enter_async_context(bus.running())
        await asyncio.wait_for(bus.wait_connected(), 10.0)

    async def heard(self, turn: str, folder: Path) -> Path | None:
        slices = self._slices.get(turn, ())
        pcm = await asyncio.to_thread(_joined, tuple(slices))
        if not len(pcm):
            return None
        file = folder / sound_name("reply", turn)
        await asyncio.to_thread(write_wav, file, pcm)
        self._entries[turn].data.update(duration_s=round(len(pcm) / SAMPLE_RATE_HZ, 3), text=self._text(turn))
        return file

    def _take(self, topic: str, payload: bytes, retained: bool) -> None:
        del retained
        turn = topics.REPLY_AUDIO.parse(topic)["turn"]
        if turn not in self._slices:
            self._entries[turn] = self.site.trace.add(
                "audio", "reply", {"turn": turn, "file": sound_name("reply", turn)}
            )
            while len(self._slices) >= KEPT_TURNS:
                oldest = next(iter(self._slices))
                del self._slices[oldest], self._entries[oldest]
        self._slices.setdefault(turn, []).append(payload)

    def _text(self, turn: str) -> str:
        event = topics.EVENT.build(self.site.vid, type="reply")
        replies = (seen.data for seen in self.site.trace.since(source="bus") if seen.name == event)
        return next((str(data.get("text", "")) for data in replies if data.get("turn") == turn), "")


def _joined(slices: tuple[bytes, ...]) -> Pcm:
    """All slices one after the other; one that is no WAV is left out."""
    sounds = []
    for wav in slices:
        try:
            sounds.append(decode_wav(wav))
        except AudioError:
            continue
    return np.concatenate(sounds) if sounds else np.zeros(0, np.float32)
