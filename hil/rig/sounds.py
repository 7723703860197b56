"""Sounds of a run: WAV files in its folder, each with its entry in the trace."""

from __future__ import annotations

import re
from pathlib import Path

from cockpit.audio.wav import encode_wav
from cockpit.types import SAMPLE_RATE_HZ, Pcm
from hil.rig.driver import Site
from hil.trace import Seen


def sound_name(kind: str, turn: str) -> str:
    """A file name for a sound of a turn, whatever characters the turn's id is made of."""
    return f"{kind}-{re.sub(r'[^A-Za-z0-9_-]', '_', turn)[:80]}.wav"


def keep_sound(site: Site, kind: str, turn: str, pcm: Pcm, **more: str) -> Seen:
    """Write a sound of 16 kHz into the run's folder and tell the trace that it begins now."""
    file = site.folder / sound_name(kind, turn)
    write_wav(file, pcm)
    seconds = round(len(pcm) / SAMPLE_RATE_HZ, 3)
    return site.trace.add("audio", kind, {"turn": turn, "file": file.name, "duration_s": seconds, **more})


def write_wav(file: Path, pcm: Pcm, rate_hz: int = SAMPLE_RATE_HZ) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(encode_wav(pcm, rate_hz))
