"""The sounds of a run for its page, inside it while there is room and beside it otherwise, and the shapes of their
waves."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict
from urllib.parse import quote

import numpy as np

from hil.scenario.outcome import RunOutcome

INSIDE_BYTES = 2_500_000
"""Of WAV files inside a page, together; base64 makes 3.3 MB of it."""
PEAKS_PER_S, MOST_PEAKS = 25, 300
LOUDEST = 99


class Sound(TypedDict):
    """`src` is a data URI, an address relative to the page, or empty where the file is missing; `peaks` are 0 .. 99."""

    src: str
    inside: bool
    peaks: list[int]


def sounds_of(run: RunOutcome, folder: Path, page: Path) -> tuple[dict[str, str], dict[str, Sound]]:
    """The key of every sound file that a trace names, and the sounds by key; files that are alike have one key.

    Sounds of failed attempts come inside first, then those of first attempts. A file outside `folder` counts as
    missing.
    """
    keys: dict[str, str] = {}
    sounds: dict[str, Sound] = {}
    room = INSIDE_BYTES
    for name in dict.fromkeys(_names(run)):
        file = folder / name
        body = file.read_bytes() if _is_within(file, folder) else b""
        key = keys[name] = hashlib.sha256(body or name.encode()).hexdigest()[:12]
        if key in sounds:
            continue
        inside = 0 < len(body) <= room
        room -= len(body) if inside else 0
        beside = quote(os.path.relpath(file, page.parent)) if body else ""
        src = f"data:audio/wav;base64,{base64.b64encode(body).decode()}" if inside else beside
        sounds[key] = Sound(src=src, inside=inside, peaks=peaks(body))
    return keys, sounds


def _names(run: RunOutcome) -> Iterator[str]:
    attempts = [attempt for scenario in run.scenarios for attempt in scenario.attempts]
    firsts = sorted(attempts, key=lambda attempt: (attempt.passed, attempt.number))
    return (
        str(entry.data["file"])
        for attempt in firsts
        for entry in attempt.entries
        if entry.source == "audio" and entry.data.get("file")
    )


def _is_within(file: Path, folder: Path) -> bool:
    return file.is_file() and file.resolve().is_relative_to(folder.resolve())


def peaks(wav: bytes) -> list[int]:
    """The loudest sample of each of up to 300 equal pieces, relative to the loudest of all; empty for what is no PCM16
    WAV."""
    try:
        with wave.open(io.BytesIO(wav)) as file:
            if file.getsampwidth() != 2:
                return []
            seconds = file.getnframes() / file.getframerate()
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    except (wave.Error, EOFError, ValueError, ZeroDivisionError):
        return []
    count = min(MOST_PEAKS, len(samples), max(1, round(seconds * PEAKS_PER_S)))
    pieces = np.array_split(samples.astype(np.int32), count) if count else []
    loud = [int(np.abs(piece).max()) for piece in pieces]
    return [round(LOUDEST * value / max(1, *loud)) for value in loud]
