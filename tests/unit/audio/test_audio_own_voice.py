from __future__ import annotations

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from cockpit.audio.own_voice import MAX_LAG_S, own_voice
from cockpit.audio.wav import decode_wav
from cockpit.types import SAMPLE_RATE_HZ, Pcm
from hil import noise, room

RECORDINGS = Path(import_module("hil.speech").__file__ or "").parent
BEFORE = round(MAX_LAG_S * SAMPLE_RATE_HZ)


def recording(name: str) -> Pcm:
    return room.at_level(decode_wav(RECORDINGS / f"{name}.wav"), -20)


def echo_of(sound: Pcm, delay_s: float, floor_db: float = -60.0, drive: float = 2.0) -> Pcm:
    rng = np.random.default_rng(6)
    heard = room.at_level(room.heard(room.loudspeaker(sound, drive), room.response(delay_s, rng)), -25)
    return heard + room.at_level(noise.car(len(heard), rng), floor_db)


def before(sound: Pcm) -> Pcm:
    return np.concatenate((np.zeros(BEFORE, np.float32), sound))


@pytest.mark.parametrize("name", ["en-02", "en-10", "zh-01", "zh-05"])
@pytest.mark.parametrize(("delay_s", "floor_db"), [(0.02, -60), (0.15, -40), (0.5, -60)])
def test_an_echo_is_its_own_voice(name: str, delay_s: float, floor_db: float) -> None:
    sound = recording(name)
    assert own_voice(echo_of(sound, delay_s, floor_db), before(sound))


@pytest.mark.parametrize("ratio_db", [10, 0, -6])
@pytest.mark.parametrize("names", [("en-02", "zh-02"), ("zh-05", "en-05")])
def test_a_person_over_it_is_not(names: tuple[str, str], ratio_db: float) -> None:
    sound = recording(names[0])
    person = room.at_level(recording(names[1]), -25 + ratio_db)[: len(sound)]
    heard = echo_of(sound, 0.06)
    heard[: len(person)] += person
    assert not own_voice(heard, before(sound))


def test_a_person_after_it_is_not() -> None:
    sound, person = recording("en-02"), room.at_level(recording("zh-01"), -35)
    heard = echo_of(np.concatenate((sound, np.zeros_like(person))), 0.06)
    heard[-len(person) :] += person
    assert not own_voice(heard, before(np.concatenate((sound, np.zeros_like(person)))))


def test_another_sound_than_what_is_played_is_not() -> None:
    assert not own_voice(recording("zh-02"), before(recording("en-02"))[: BEFORE + len(recording("zh-02"))])


def test_nothing_is_played_or_nothing_heard() -> None:
    sound = recording("en-02")
    assert not own_voice(sound, np.zeros(BEFORE + len(sound), np.float32))
    assert not own_voice(np.zeros(0, np.float32), before(sound))
    assert not own_voice(np.zeros_like(sound), before(sound))
