"""WAV files to samples and back.

The layout is the RIFF/WAVE form of Microsoft's "Multimedia Programming Interface and Data Specifications 1.0"
with the extensible header of 2001. Read here and not with the `wave` module, which knows no floats and silently
accepts a file that ends before its header says.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from cockpit.errors import AudioError
from cockpit.types import SAMPLE_RATE_HZ, Pcm

MAX_S = 60.0
"""Longest WAV that is taken, in seconds."""

_RATES_HZ = range(4_000, 192_001)
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_UNKNOWN_SIZE = 0xFFFFFFFF
"""Written by programs that stream a WAV and cannot go back to fill the size in."""


@dataclass(frozen=True, slots=True)
class _Format:
    tag: int
    channels: int
    rate_hz: int
    bits: int


def decode_wav(wav: bytes | Path) -> Pcm:
    """Samples at 16 kHz, mono (channels are averaged), in -1..1, from 8/16/24/32-bit integers or 32-bit floats.

    Raises `AudioError`: `audio-missing` (no such file), `audio-not-wav`, `audio-unsupported` (another encoding,
    rate or number of channels), `audio-cut-short` (fewer bytes than the header promises), `audio-empty`,
    `audio-too-long` (over `MAX_S`).
    """
    data = wav if isinstance(wav, bytes) else _read(wav)
    form, body = _open(data)
    frames = len(body) // (form.channels * form.bits // 8)
    if frames == 0:
        raise AudioError("empty", "the WAV holds no samples")
    if frames > MAX_S * form.rate_hz:
        raise AudioError("too-long", f"the WAV lasts {frames / form.rate_hz:.0f} s, over the {MAX_S:.0f} s allowed")
    samples = _samples(body[: frames * form.channels * form.bits // 8], form)
    return resample(samples.reshape(-1, form.channels).mean(axis=1, dtype=np.float32), form.rate_hz)


def encode_wav(pcm: Pcm, rate_hz: int = SAMPLE_RATE_HZ) -> bytes:
    """A PCM16 mono WAV of `pcm`; what is outside -1..1 is clipped."""
    body = (np.clip(pcm, -1.0, 1.0) * 32767).astype("<i2").tobytes()
    form = struct.pack("<HHIIHH", _PCM, 1, rate_hz, rate_hz * 2, 2, 16)
    size = 4 + 8 + len(form) + 8 + len(body)
    head = struct.pack("<4sI4s4sI", b"RIFF", size, b"WAVE", b"fmt ", len(form))
    return head + form + struct.pack("<4sI", b"data", len(body)) + body


def resample(pcm: Pcm, rate_hz: int) -> Pcm:
    """`pcm` at `rate_hz` brought to 16 kHz."""
    if rate_hz == SAMPLE_RATE_HZ:
        return pcm
    return np.asarray(soxr.resample(pcm, rate_hz, SAMPLE_RATE_HZ), dtype=np.float32)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise AudioError("missing", f"cannot read {path}: {error.strerror}") from error


def _open(data: bytes) -> tuple[_Format, bytes]:
    """The format and the bytes of the samples."""
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise AudioError("not-wav", "this is not a WAV file")
    form: _Format | None = None
    for name, promised, body in _chunks(data):
        if name == b"fmt ":
            form = _format(body)
        elif name == b"data":
            if form is None:
                raise AudioError("not-wav", "the WAV has samples before it says how they are stored")
            if promised != _UNKNOWN_SIZE and len(body) < promised:
                message = f"the WAV breaks off: {len(body)} of {promised} bytes of samples are there"
                raise AudioError("cut-short", message)
            return form, body
    raise AudioError("cut-short", "the WAV ends before its samples")


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, bytes]]:
    """Name, promised size and body of each chunk; the last body may be shorter than promised."""
    at = 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        yield name, size, data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _format(body: bytes) -> _Format:
    if len(body) < 16:
        raise AudioError("cut-short", "the WAV ends before it says how its samples are stored")
    tag, channels, rate_hz, _, _, bits = struct.unpack_from("<HHIIHH", body)
    if tag == _EXTENSIBLE and len(body) >= 26:
        tag = struct.unpack_from("<H", body, 24)[0]
    known = (tag == _PCM and bits in (8, 16, 24, 32)) or (tag == _FLOAT and bits == 32)
    if not known or channels not in (1, 2) or rate_hz not in _RATES_HZ:
        message = f"WAV encoding {tag} with {bits} bits, {channels} channels at {rate_hz} Hz is not supported"
        raise AudioError("unsupported", message)
    return _Format(tag, channels, rate_hz, bits)


def _samples(body: bytes, form: _Format) -> Pcm:
    """Interleaved samples in -1..1."""
    if form.tag == _FLOAT:
        return np.clip(np.nan_to_num(np.frombuffer(body, "<f4").astype(np.float32)), -1.0, 1.0)
    if form.bits == 8:
        return np.frombuffer(body, np.uint8).astype(np.float32) / np.float32(128) - np.float32(1)
    if form.bits == 24:
        widened = np.zeros((len(body) // 3, 4), np.uint8)
        widened[:, 1:] = np.frombuffer(body, np.uint8).reshape(-1, 3)
        return widened.view("<i4").ravel().astype(np.float32) / np.float32(2**31)
    return np.frombuffer(body, f"<i{form.bits // 8}").astype(np.float32) / np.float32(2 ** (form.bits - 1))
