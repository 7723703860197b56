"""A real voice: said through a loudspeaker to the board's microphone, and the board's answer heard by one.

The same for a USB sound card whose cables run to the board, and for ALSA's loopback (`modprobe snd-aloop`), where what
is played at one end is heard at the other.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import soxr
from numpy.typing import NDArray
from pydantic import Field

from cockpit.audio.microphone import Microphone
from cockpit.audio.ring import Ring
from cockpit.bus import topics
from cockpit.errors import AudioError
from cockpit.types import SAMPLE_RATE_HZ, Pcm, Zone
from hil.rig.driver import Driver, Resource
from hil.rig.drivers.mqtt_voice import MqttVoice, MqttVoiceResource
from hil.rig.errors import RigError
from hil.rig.sounds import keep_sound, sound_name, write_wav
from hil.trace import Seen

KEPT_S = 120.0
"""How much of what was heard is kept."""
AROUND_S = 0.3
"""Kept before and after a reply, whose begin and end the board tells over the bus."""


class SoundCardVoiceResource(MqttVoiceResource):
    device: str | int | None = None
    """PortAudio's name or number of the loudspeaker; null is the system's default."""
    zones: dict[Zone, Annotated[int, Field(ge=1, le=64)]] = {"driver": 1}  # noqa: RUF012 (pydantic copies it)
    """The output channel by which each seat is reached, counted from 1."""


class SoundCardVoice(MqttVoice):
    """Protocol `Voice`: sounds are played; what is typed, cancelled and reset goes over MQTT. The turn that a sound
    leads to has an id of the assistant's own, as with any microphone."""

    role = "voice"
    resource = SoundCardVoiceResource
    where: SoundCardVoiceResource

    async def open(self) -> None:
        await super().open()
        self._device = _sounddevice()
        try:
            found = self._device.query_devices(self.where.device, "output")
            self._channels = max(self.where.zones.values())
            self._rate_hz = await asyncio.to_thread(self._rate, found)
        except (ValueError, self._device.PortAudioError) as error:
            raise RigError("unsupported", f"the loudspeaker {self.where.device!r} cannot be used: {error}") from error

    async def sound(self, turn: str, pcm: Pcm, zone: Zone) -> None:
        """Raises `RigError` (`rig-unsupported`) for a seat that no channel leads to, or a device that is gone."""
        if zone not in self.where.zones:
            raise RigError("unsupported", f"no channel of the sound card leads to {zone}")
        keep_sound(self.site, "said", turn, pcm, zone=zone)
        try:
            await asyncio.to_thread(self._play, pcm, self.where.zones[zone] - 1)
        except self._device.PortAudioError as error:
            raise RigError("unsupported", f"the loudspeaker {self.where.device!r} is gone: {error}") from error

    def _rate(self, found: dict[str, Any]) -> int:
        """16 kHz where the device can, else its own rate."""
        try:
            self._device.check_output_settings(
                self.where.device, channels=self._channels, dtype="float32", samplerate=SAMPLE_RATE_HZ
            )
        except self._device.PortAudioError:
            return int(found["default_samplerate"])
        return SAMPLE_RATE_HZ

    def _play(self, pcm: Pcm, column: int) -> None:
        """All of it on one channel; returns when it has been heard."""
        sound = pcm if self._rate_hz == SAMPLE_RATE_HZ else soxr.resample(pcm, SAMPLE_RATE_HZ, self._rate_hz)
        block: NDArray[np.float32] = np.zeros((len(sound), self._channels), np.float32)
        block[:, column] = sound
        with self._device.OutputStream(
            samplerate=self._rate_hz, device=self.where.device, channels=self._channels, dtype="float32"
        ) as stream:
            stream.write(block)


class SoundCardMicrophonesResource(Resource):
    device: str | None = None
    """PortAudio's name or number of what hears the board's loudspeaker; null is the system's default."""
    channel: Annotated[int, Field(ge=1, le=64)] = 1


class SoundCardMicrophones(Driver[SoundCardMicrophonesResource]):
    """Protocol `Microphones`: everything is heard, and a reply is what was heard between its `speaking` events."""

    role = "microphones"
    resource = SoundCardMicrophonesResource

    async def open(self) -> None:
        self._ring = Ring(round(KEPT_S * SAMPLE_RATE_HZ))
        self._loop = asyncio.get_running_loop()
        self._began_s = self._loop.time()
        microphone = Microphone(self.where.device, {"driver": self.where.channel})
        try:
            [source] = await self.held.enter_async_context(microphone.opened())
        except AudioError as error:
            raise RigError("unsupported", str(error)) from error
        listening = asyncio.create_task(self._listen(source.frames()), name="rig microphone")
        self.held.callback(listening.cancel)

    async def heard(self, turn: str, folder: Path) -> Path | None:
        """None where the turn did not speak, or too long ago."""
        speaking = topics.EVENT.build(self.site.vid, type="speaking")
        entries = [seen for seen in self.site.trace.since(source="bus") if self._is(seen, speaking, turn)]
        times = {str(seen.data.get("state")): seen.at_s for seen in entries}
        end_s = times.get("end", times.get("interrupted"))
        if "start" not in times or end_s is None:
            return None
        offset_s = self._loop.time() - self.site.trace.now_s() - self._began_s
        begin = round((times["start"] + offset_s - AROUND_S) * SAMPLE_RATE_HZ)
        samples = round((end_s - times["start"] + 2 * AROUND_S) * SAMPLE_RATE_HZ)
        pcm = self._ring.read(begin, samples)
        if not pcm.any():
            return None
        file = folder / sound_name("reply", turn)
        await asyncio.to_thread(write_wav, file, pcm)
        seconds = {"duration_s": round(len(pcm) / SAMPLE_RATE_HZ, 3), "began_s": times["start"] - AROUND_S}
        self.site.trace.add("audio", "reply", {"turn": turn, "file": file.name, **seconds})
        return file

    @staticmethod
    def _is(seen: Seen, topic: str, turn: str) -> bool:
        return seen.name == topic and seen.data.get("turn") == turn

    async def _listen(self, frames: Any) -> None:
        """Each frame where it belongs by the clock, so that a gap stays one."""
        async for frame in frames:
            now = round((self._loop.time() - self._began_s) * SAMPLE_RATE_HZ) - len(frame)
            at = self._ring.end
            self._ring.write(frame, now if abs(now - at) > SAMPLE_RATE_HZ // 4 else at)


def _sounddevice() -> Any:
    try:
        import sounddevice  # noqa: PLC0415 (needs the PortAudio library, which not every machine has)
    except OSError as error:
        raise RigError("unsupported", f"the PortAudio library cannot be loaded: {error}") from error
    return sounddevice
