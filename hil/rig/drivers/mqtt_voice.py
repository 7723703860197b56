"""A person on a seat, over MQTT: typed, recorded, or as the live sound of a microphone."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal
from uuid import uuid4

import numpy as np
from pydantic import Field

from cockpit.audio.wav import encode_wav
from cockpit.bus import topics
from cockpit.types import SAMPLE_RATE_HZ, Lang, Pcm, Zone
from hil.rig.driver import Driver, Resource
from hil.rig.errors import RigError
from hil.rig.sounds import keep_sound
from hil.trace import Seen

FRAME_SAMPLES = 512
"""32 ms, within the contract's 20 to 100."""


class MqttVoiceResource(Resource):
    sound: Literal["whole", "live"] = "whole"
    """`whole`: an utterance as one WAV, as `request/audio` takes it; `live`: frames at the pace of speech."""
    tail_s: Annotated[float, Field(ge=0, le=60)] = 3.0
    """`live`: how long the quiet room is heard after an utterance, for its end to be noticed."""
    floor_db: Annotated[float, Field(ge=-120, le=-20)] = -66.0
    """`live`: level of that quiet, against full scale."""
    answer_s: Annotated[float, Field(gt=0)] = 10.0
    """For a reset to be answered."""


class MqttVoice(Driver[MqttVoiceResource]):
    """Protocol `Voice`."""

    role = "voice"
    resource = MqttVoiceResource

    async def open(self) -> None:
        self._tail: asyncio.Task[None] | None = None
        self._rng = np.random.default_rng(1)
        self.held.push_async_callback(self._quiet)

    async def text(self, turn: str, text: str, zone: Zone, lang: Lang | None) -> None:
        body = {"id": turn, "text": text, "zone": zone, **({"lang": lang} if lang else {})}
        await self.site.bus.publish(topics.REQUEST_TEXT.build(self.site.vid), body)

    async def sound(self, turn: str, pcm: Pcm, zone: Zone) -> None:
        keep_sound(self.site, "said", turn, pcm, zone=zone)
        if self.where.sound == "whole":
            topic = topics.REQUEST_AUDIO.build(self.site.vid, zone=zone, id=turn)
            await self.site.bus.publish(topic, encode_wav(pcm))
            return
        await self._quiet()
        await self._stream(zone, pcm)
        self._tail = asyncio.create_task(self._stream(zone, self._room()), name="quiet room")

    async def cancel(self, zone: Zone | None) -> None:
        await self.site.bus.publish(topics.REQUEST_CANCEL.build(self.site.vid), {"zone": zone} if zone else {})

    async def reset(self) -> None:
        """Raises `RigError` (`rig-late`)."""
        token, begun_s = uuid4().hex, self.site.trace.now_s()
        event = topics.EVENT.build(self.site.vid, type="reset")

        def answered(seen: Seen) -> bool:
            return seen.source == "bus" and seen.name == event and seen.data.get("id") == token

        await self.site.bus.publish(topics.REQUEST_RESET.build(self.site.vid), {"id": token})
        if await self.site.trace.until(answered, self.where.answer_s, begun_s) is None:
            raise RigError("late", f"the assistant did not forget within {self.where.answer_s:g} s")

    async def _quiet(self) -> None:
        """End what is still heard of the room after the utterance before."""
        if self._tail is not None:
            self._tail.cancel()
            await asyncio.wait({self._tail})
            self._tail = None

    async def _stream(self, zone: Zone, pcm: Pcm) -> None:
        """Frames, each when a microphone would have it."""
        topic = topics.AUDIO_STREAM.build(self.site.vid, zone=zone)
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        for begin in range(0, len(pcm), FRAME_SAMPLES):
            await asyncio.sleep(began_s + (begin + FRAME_SAMPLES) / SAMPLE_RATE_HZ - loop.time())
            frame = (np.clip(pcm[begin : begin + FRAME_SAMPLES], -1, 1) * 32767).astype("<i2")
            await self.site.bus.publish(topic, frame.tobytes(), qos=0)

    def _room(self) -> Pcm:
        level = 10 ** (self.where.floor_db / 20)
        return self._rng.normal(0, level, int(self.where.tail_s * SAMPLE_RATE_HZ)).astype(np.float32)
