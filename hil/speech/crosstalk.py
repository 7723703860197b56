"""Four microphones, one person or two at once: who is answered? `python -m hil.speech.crosstalk [--count 60]`.

Voices of the project speak at their own seat's microphone and are heard by the others 6 to 20 dB weaker, 1 to 5 ms
later and over another made-up room, with car noise of each channel's own. Each channel goes through the VAD and the
endpointer as in the car; right is an utterance for each person at his seat and none besides.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

import numpy as np

from cockpit.audio.crosstalk import Heard, winners
from cockpit.audio.vad import SileroVad
from cockpit.types import LANGS, SAMPLE_RATE_HZ, ZONES, Pcm, Zone
from hil import noise, room
from hil.speech.echo import segments, voiced
from hil.speech.suppression import commands, recordings

SPEECH_DB = -25.0
SNRS_DB = (25, 15, 8)
LASTS_S = 6.0
UNLIKE_DB = {"alike": (0.0, 0.0), "gains": (6.0, 0.0), "floors": (0.0, 6.0)}
"""How far (gain, noise) of the channels lie from each other at most: one device; four of unlike gain; a window open."""

Said = tuple[Zone, Pcm, float]
"""Who says what, from how many seconds on."""


def channels(said: list[Said], snr_db: float, unlike: str, rng: np.random.Generator) -> dict[Zone, Pcm]:
    """What each microphone hears."""
    gain_db, floor_db = UNLIKE_DB[unlike]
    samples = round(LASTS_S * SAMPLE_RATE_HZ)
    made: dict[Zone, Pcm] = {}
    for zone in ZONES:
        sound = room.at_level(noise.car(samples, rng), SPEECH_DB - snr_db + rng.uniform(-floor_db, floor_db))
        for seat, voice, at_s in said:
            weaker_db, delay_s = (0.0, 0.001) if seat == zone else (rng.uniform(6, 20), rng.uniform(0.002, 0.006))
            there = room.at_level(room.heard(voice, room.response(delay_s, rng)), SPEECH_DB - weaker_db)
            begin = round(at_s * SAMPLE_RATE_HZ)
            sound[begin : begin + len(there)] += there[: samples - begin]
        made[zone] = sound * np.float32(10 ** (rng.uniform(-gain_db, gain_db) / 20))
    return made


def answered(heard: dict[Zone, Pcm], vad: SileroVad) -> list[Zone]:
    """The seats whose utterance is answered."""
    found = [
        Heard(zone, pcm[begin:end], begin / SAMPLE_RATE_HZ)
        for zone, pcm in heard.items()
        for begin, end in segments(pcm, vad)[1]
    ]
    return sorted(one.zone for one in winners(found))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m hil.speech.crosstalk", description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=60, help="trials of one person, and as many of two")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--unlike", choices=tuple(UNLIKE_DB), nargs="+", default=[*UNLIKE_DB])
    parser.add_argument("--out", type=Path, default=Path("out/suppression"))
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    speech = {lang: [voiced(pcm) for pcm in recordings(lang, commands(lang, 30), options.out)] for lang in LANGS}
    vad = SileroVad()
    for unlike in options.unlike:
        rng = np.random.default_rng(options.seed)
        right: Counter[tuple[int, int]] = Counter()
        total: Counter[tuple[int, int]] = Counter()
        for number in range(2 * options.count):
            people, snr = 1 + number % 2, SNRS_DB[number // 2 % len(SNRS_DB)]
            voices = speech[LANGS[number // 6 % 2]]
            seats = [ZONES[at] for at in rng.permutation(len(ZONES))[:people]]
            said: list[Said] = [
                (seat, voices[2 * int(rng.integers(len(voices) // 2)) + who], 1.0 + who * float(rng.uniform(0, 0.8)))
                for who, seat in enumerate(seats)
            ]
            got = answered(channels(said, snr, unlike, rng), vad)
            total[people, snr] += 1
            right[people, snr] += got == sorted(seats)
        for people, snr in sorted(total):
            share = f"{right[people, snr]} of {total[people, snr]} right"
            sys.stdout.write(f"{unlike:<7} {people} speaking, speech {snr:>2} dB over noise: {share}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
