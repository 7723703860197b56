from __future__ import annotations

import struct
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.audio.wav import MAX_S, decode_wav, encode_wav
from cockpit.errors import AudioError


def wav(body: bytes, *, tag: int = 1, channels: int = 1, rate_hz: int = 16_000, bits: int = 16) -> bytes:
    width = channels * bits // 8
    form = struct.pack("<HHIIHH", tag, channels, rate_hz, rate_hz * width, width, bits)
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def tone(rate_hz: int, seconds: float = 0.5) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(int(rate_hz * seconds)) / rate_hz)).astype(np.float32)


def code(data: bytes | Path) -> str:
    with pytest.raises(AudioError) as error:
        decode_wav(data)
    return error.value.code


STORED = {
    (1, 8): lambda x: (x * 127 + 128).astype(np.uint8).tobytes(),
    (1, 16): lambda x: (x * 32767).astype("<i2").tobytes(),
    (1, 24): lambda x: (x * (2**23 - 1)).astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes(),
    (1, 32): lambda x: (x.astype(np.float64) * (2**31 - 1)).astype("<i4").tobytes(),
    (3, 32): lambda x: x.astype("<f4").tobytes(),
}


@pytest.mark.parametrize(("tag", "bits"), STORED)
def test_every_encoding_gives_the_same_samples(tag: int, bits: int) -> None:
    samples = tone(16_000)
    decoded = decode_wav(wav(STORED[tag, bits](samples), tag=tag, bits=bits))
    assert decoded.dtype == np.float32
    assert np.abs(decoded - samples).max() < 2 / 2 ** min(bits - 1, 20)


def test_stereo_is_averaged() -> None:
    left_only = np.column_stack((tone(16_000), np.zeros(8000, np.float32))).ravel()
    assert np.abs(decode_wav(wav(STORED[1, 16](left_only), channels=2)) - tone(16_000) / 2).max() < 1e-3


@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 48_000])
def test_other_rates_are_resampled(rate_hz: int) -> None:
    decoded = decode_wav(wav(STORED[1, 16](tone(rate_hz)), rate_hz=rate_hz))
    assert abs(len(decoded) - 8000) <= 2
    assert np.abs(decoded[1000:7000] - tone(16_000)[1000:7000]).max() < 0.02


def test_floats_beyond_one_and_not_numbers_are_tamed() -> None:
    decoded = decode_wav(wav(np.array([9.0, -9.0, np.nan, np.inf], "<f4").tobytes(), tag=3, bits=32))
    assert decoded.tolist() == [1.0, -1.0, 0.0, 1.0]


def test_a_path_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    file.write_bytes(encode_wav(tone(16_000)))
    assert len(decode_wav(file)) == 8000
    assert code(tmp_path / "none.wav") == "audio-missing"


def test_what_was_encoded_is_decoded() -> None:
    assert np.abs(decode_wav(encode_wav(tone(16_000))) - tone(16_000)).max() < 1e-4
    assert decode_wav(encode_wav(np.array([2.0, -2.0], np.float32))).tolist() == pytest.approx([1, -1], abs=1e-4)


def test_half_a_wav_is_cut_short() -> None:
    whole = encode_wav(tone(16_000))
    assert code(whole[: len(whole) // 2]) == "audio-cut-short"
    assert code(whole[:40]) == "audio-cut-short"
    assert code(whole[:30]) == "audio-cut-short"


@pytest.mark.parametrize("data", [b"", b"RIFF", b"\x00" * 100, b"OggS" + b"\x00" * 100])
def test_what_is_no_wav(data: bytes) -> None:
    assert code(data) == "audio-not-wav"


def test_no_samples() -> None:
    assert code(wav(b"")) == "audio-empty"


def test_too_long() -> None:
    assert code(wav(b"\x00\x00" * int(MAX_S * 16_000 + 1))) == "audio-too-long"


@pytest.mark.parametrize(
    "changes", [{"tag": 85}, {"bits": 12}, {"channels": 0}, {"channels": 6}, {"rate_hz": 0}, {"rate_hz": 4_000_000}]
)
def test_what_is_not_supported(changes: dict[str, int]) -> None:
    assert code(wav(b"\x00" * 64, **changes)) == "audio-unsupported"


def test_a_streamed_wav_without_a_size_runs_to_its_end() -> None:
    data = bytearray(encode_wav(tone(16_000)))
    data[40:44] = b"\xff\xff\xff\xff"
    assert len(decode_wav(bytes(data))) == 8000


@given(st.binary(max_size=80), st.integers(0, 43))
def test_garbage_is_an_audio_error_or_samples(garbage: bytes, at: int) -> None:
    data = encode_wav(tone(16_000, 0.01))
    with suppress(AudioError):
        assert decode_wav(data[:at] + garbage + data[at + len(garbage) :]).dtype == np.float32
