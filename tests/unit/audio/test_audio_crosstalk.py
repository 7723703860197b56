from __future__ import annotations

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from cockpit.audio.crosstalk import Heard, louder, same_voice, winners
from cockpit.audio.wav import decode_wav
from cockpit.types import SAMPLE_RATE_HZ, ZONES, Pcm, Zone
from hil import noise, room

RECORDINGS = Path(import_module("hil.speech").__file__ or "").parent
CROSSTALK_DB = {"driver": -6.0, "front_passenger": -8.0, "rear_left": -12.0, "rear_right": -18.0}


def cabin(said: dict[Zone, str], seed: int = 1, samples: int = 40_000) -> dict[Zone, Heard]:
    """What each seat's microphone hears of the recordings, which begin 0.3 s apart."""
    rng = np.random.default_rng(seed)
    made = {}
    for zone in ZONES:
        sound = room.at_level(noise.car(samples, rng), -45)
        for number, (seat, name) in enumerate(said.items()):
            level_db, delay_s = (0.0, 0.001) if seat == zone else (CROSSTALK_DB[zone], rng.uniform(0.002, 0.006))
            voice = room.at_level(decode_wav(RECORDINGS / f"{name}.wav"), -25 + level_db)
            begin = number * 4_800
            there = room.heard(voice, room.response(delay_s, rng))[: samples - begin]
            sound[begin : begin + len(there)] += there
        made[zone] = Heard(zone, sound, 10.0)
    return made


@pytest.mark.parametrize("name", ["en-02", "en-05", "zh-02", "zh-05"])
@pytest.mark.parametrize("seat", ["driver", "rear_right"])
def test_one_person_is_answered_once_at_his_seat(name: str, seat: Zone) -> None:
    heard = cabin({seat: name})
    assert [one.zone for one in winners(list(heard.values()))] == [seat]
    assert all(same_voice(heard[seat], heard[zone]) for zone in ZONES)


@pytest.mark.parametrize("names", [("en-02", "zh-05"), ("zh-02", "zh-03"), ("en-05", "en-08")])
def test_two_people_at_once_are_both_answered(names: tuple[str, str]) -> None:
    heard = cabin({"driver": names[0], "rear_left": names[1]})
    assert not same_voice(heard["driver"], heard["rear_left"])
    assert {one.zone for one in winners(list(heard.values()))} == {"driver", "rear_left"}


def test_one_after_the_other_are_two_utterances() -> None:
    heard = cabin({"driver": "en-02"})
    later = Heard("rear_left", heard["rear_left"].pcm, 13.0)
    assert [one.zone for one in winners([heard["driver"], later])] == ["driver", "rear_left"]


def test_channels_that_were_cut_at_other_places_are_laid_over_each_other() -> None:
    heard = cabin({"driver": "en-02"})
    late = Heard("front_passenger", heard["front_passenger"].pcm[3_000:-4_000], 10.0 + 3_000 / SAMPLE_RATE_HZ)
    assert same_voice(heard["driver"], late)
    shifted = Heard("front_passenger", late.pcm, 10.5)
    assert not same_voice(heard["driver"], shifted)


def test_a_window_open_at_the_speaker_does_not_move_him() -> None:
    heard = cabin({"driver": "en-02"})
    wind = room.at_level(noise.car(40_000, np.random.default_rng(4)), -40)
    open_window = Heard("driver", heard["driver"].pcm + wind, 10.0)
    assert louder(open_window, heard["front_passenger"]).zone == "driver"


def test_a_microphone_of_more_gain_does_not_win_by_it() -> None:
    heard = cabin({"driver": "en-02"})
    gained = Heard("rear_left", heard["rear_left"].pcm * 2, 10.0)
    assert louder(heard["driver"], gained).zone == "driver"


def test_a_clean_channel_goes_before_one_that_clips() -> None:
    heard = cabin({"driver": "en-02"})
    clipping = Heard("driver", heard["driver"].pcm, 10.0, clipped=True)
    assert louder(clipping, heard["rear_left"]).zone == "rear_left"
    assert [one.zone for one in winners([clipping, heard["rear_left"]])] == ["rear_left"]


@pytest.mark.parametrize("pcm", [np.zeros(0, np.float32), np.zeros(100, np.float32), np.zeros(16_000, np.float32)])
def test_nothing_at_all_is_no_error(pcm: Pcm) -> None:
    heard = cabin({"driver": "en-02"})["driver"]
    assert winners([Heard("rear_left", pcm, 10.0), heard])[0] is heard
