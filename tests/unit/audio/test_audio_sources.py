from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from cockpit.audio.endpointing import SpeechEnd, SpeechOnset, SpeechStart
from cockpit.audio.listening import Detectors, Listener
from cockpit.audio.microphone import Microphone
from cockpit.audio.sources import PushSource, WavSource
from cockpit.audio.vad import CHUNK_SAMPLES
from cockpit.audio.wake import Woken
from cockpit.audio.wav import encode_wav
from cockpit.config import AudioSettings
from cockpit.errors import AudioError
from cockpit.types import Pcm

LOUD, QUIET = np.full(CHUNK_SAMPLES, 0.5, np.float32), np.zeros(CHUNK_SAMPLES, np.float32)


class LoudnessVad:
    """Takes for speech what is loud; remembers on which threads it ran."""

    def probability(self, chunk: Pcm) -> float:
        return 0.9 if np.abs(chunk).max() > 0.1 else 0.1

    def reset(self) -> None:
        pass


def frame(pcm: Pcm) -> bytes:
    return (pcm * 32767).astype("<i2").tobytes()


async def test_a_wav_comes_whole_and_in_small_frames() -> None:
    pcm = np.linspace(-0.5, 0.5, 5000, dtype=np.float32)
    frames = [piece async for piece in WavSource(encode_wav(pcm), "driver").frames()]
    assert max(map(len, frames)) <= 1600
    assert np.abs(np.concatenate(frames) - pcm).max() < 1e-4


async def test_a_paced_wav_does_not_run_ahead() -> None:
    loop = asyncio.get_running_loop()
    begin_s = loop.time()
    count = 0
    async for _ in WavSource(encode_wav(np.zeros(2048, np.float32)), "driver", paced=True).frames():
        count += 1
        assert loop.time() - begin_s >= count * 0.032 - 0.001
    assert count == 4


async def test_a_broken_wav_is_an_error_of_its_source() -> None:
    with pytest.raises(AudioError, match="not a WAV"):
        _ = [piece async for piece in WavSource(b"nonsense", "driver").frames()]


@pytest.mark.parametrize("bad", [b"", b"\x00" * 639, b"\x00" * (PushSource.MAX_FRAME_BYTES + 2)])
async def test_a_bad_frame_is_refused_counted_and_loses_nothing_else(bad: bytes) -> None:
    source = PushSource("rear_left")
    source.push(frame(LOUD))
    with pytest.raises(AudioError) as error:
        source.push(bad)
    assert error.value.code == "audio-bad-frame"
    source.push(frame(LOUD))
    source.close()
    assert len([piece async for piece in source.frames()]) == 2
    assert source.rejected == 1
    assert source.dropped == 0


async def test_a_full_stream_drops_the_oldest_and_counts() -> None:
    source = PushSource("driver", capacity=3)
    for level in (0.1, 0.2, 0.3, 0.4, 0.5):
        source.push(frame(np.full(320, level, np.float32)))
    source.close()
    levels = [float(piece[0]) async for piece in source.frames()]
    assert levels == pytest.approx([0.3, 0.4, 0.5], abs=1e-3)
    assert source.dropped == 2


async def heard(source: Any, **settings: Any) -> tuple[list[SpeechEnd], int]:
    listener = Listener(source, Detectors(LoudnessVad()), AudioSettings(**settings))
    events = [event async for event in listener.events()]
    return [event for event in events if isinstance(event, SpeechEnd)], events.count(SpeechStart())


async def test_a_stream_in_odd_pieces_gives_its_two_utterances() -> None:
    sound = np.concatenate([QUIET] * 15 + [LOUD] * 12 + [QUIET] * 30 + [LOUD] * 8 + [QUIET] * 30)
    source = PushSource("front_passenger", capacity=1000)
    for at in range(0, len(sound), 700):
        source.push(frame(sound[at : at + 700]))
    source.close()
    found, starts = await heard(source)
    assert starts == 2
    assert [int((end.pcm > 0.4).sum()) for end in found] == [12 * 512, 8 * 512]
    assert all(end.silence_s == pytest.approx(0.64) for end in found)


async def test_an_utterance_ends_when_its_end_is_told() -> None:
    source = PushSource("driver", capacity=1000)
    listener = Listener(source, Detectors(LoudnessVad()), AudioSettings())
    source.push(frame(np.concatenate([LOUD] * 10)))
    ends: list[SpeechEnd] = []
    async for event in listener.events():
        if isinstance(event, SpeechStart):
            listener.end()
            source.push(frame(LOUD))
            source.close()
        elif isinstance(event, SpeechEnd):
            ends.append(event)
    assert [int((end.pcm > 0.4).sum()) for end in ends] == [11 * 512]


class OwnVoiceUntil:
    """A front end that passes all, and takes the first so many questions to be about the assistant's own voice."""

    def __init__(self, times: int) -> None:
        self._left = times

    def take(self, frame: Pcm) -> Pcm:
        return frame

    def own_voice(self, length_s: float, ago_s: float = 0.0) -> bool:
        self._left -= 1
        return self._left >= 0


@pytest.mark.parametrize(("doubts", "onsets", "own"), [(0, 1, False), (2, 1, False), (100, 0, True)])
async def test_the_assistant_s_own_voice_is_no_onset_and_is_told(doubts: int, onsets: int, own: bool) -> None:
    source = PushSource("driver", capacity=1000)
    for piece in [QUIET] * 10 + [LOUD] * 20 + [QUIET] * 30:
        source.push(frame(piece))
    source.close()
    listener = Listener(source, Detectors(LoudnessVad(), front=lambda: OwnVoiceUntil(doubts)), AudioSettings())
    events = [event async for event in listener.events()]
    assert [type(event) for event in events].count(SpeechOnset) == onsets
    (end,) = [event for event in events if isinstance(event, SpeechEnd)]
    assert end.own_voice is own


class WordAtTheEnd:
    """A wake word that ends with the tenth chunk."""

    def __init__(self) -> None:
        self._taken = 0

    def take(self, frame: Pcm) -> list[Woken]:
        before, self._taken = self._taken, self._taken + len(frame)
        return [Woken("test", "en", 1.0, 10 * 512)] if before < 12 * 512 <= self._taken else []

    def reset(self) -> None:
        self._taken = 0


async def test_what_follows_a_wake_word_without_a_pause_is_all_that_is_heard() -> None:
    source = PushSource("driver", capacity=1000)
    for _ in range(20):
        source.push(frame(LOUD))
    for _ in range(30):
        source.push(frame(QUIET))
    source.close()
    listener = Listener(source, Detectors(LoudnessVad(), wake=WordAtTheEnd), AudioSettings())
    events = [event async for event in listener.events()]
    after = events[[isinstance(event, Woken) for event in events].index(True) :]
    (end,) = [event for event in after if isinstance(event, SpeechEnd)]
    assert int((end.pcm > 0.4).sum()) == 10 * 512


async def test_a_file_that_ends_in_speech_still_gives_it() -> None:
    found, _ = await heard(WavSource(encode_wav(np.concatenate([QUIET] * 10 + [LOUD] * 10)), "driver"))
    assert [int((end.pcm > 0.4).sum()) for end in found] == [5120]


async def test_silence_is_no_utterance() -> None:
    assert await heard(WavSource(encode_wav(np.concatenate([QUIET] * 40)), "driver")) == ([], 0)


class PortAudioError(Exception):
    pass


class FakeInput:
    """A sound card of 48 kHz that plays a tone when it is started."""

    def __init__(self, *, samplerate: int, blocksize: int, callback: Any, **_: Any) -> None:
        self._call = callback
        self._rate_hz, self._block = samplerate, blocksize
        self.closed = False
        OPENED.append(self)

    def start(self) -> None:
        time_s = np.arange(self._rate_hz) / self._rate_hz
        tone = (0.5 * np.sin(2 * np.pi * 440 * time_s)).astype(np.float32)
        for at in range(0, len(tone), self._block):
            self._call(tone[at : at + self._block, np.newaxis], self._block, None, None)

    def close(self) -> None:
        self.closed = True


OPENED: list[FakeInput] = []


def only_48_khz(*_: Any, samplerate: int, **__: Any) -> None:
    if samplerate != 48_000:
        raise PortAudioError("Invalid sample rate")


async def test_a_microphone_of_another_rate_is_resampled_and_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    sounddevice = SimpleNamespace(
        PortAudioError=PortAudioError,
        InputStream=FakeInput,
        check_input_settings=only_48_khz,
        query_devices=lambda *_: {"default_samplerate": 48_000.0},
    )
    monkeypatch.setitem(sys.modules, "sounddevice", sounddevice)
    pieces: list[Pcm] = []
    async with Microphone(None, {"driver": 1}).opened() as (source,), aclosing(source.frames()) as frames:
        while sum(map(len, pieces)) <= 12_000:
            pieces.append(await anext(frames))
    crossings = np.count_nonzero(np.diff(np.signbit(np.concatenate(pieces)[2000:10_000])))
    assert crossings == pytest.approx(440, abs=4)
    assert OPENED[-1].closed


async def test_no_portaudio(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise OSError("PortAudio library not found")

    monkeypatch.setattr("cockpit.audio.microphone.import_module", missing)
    with pytest.raises(AudioError) as error:
        await Microphone(None, {"driver": 1}).opened().__aenter__()
    assert error.value.code == "audio-no-portaudio"


async def test_no_such_microphone() -> None:
    with pytest.raises(AudioError) as error:
        await Microphone("no microphone has this name", {"driver": 1}).opened().__aenter__()
    assert error.value.code in ("audio-no-device", "audio-no-portaudio")
