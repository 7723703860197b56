from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.asr.decoding import loop_length, token_limit
from cockpit.asr.moonshine_tokens import read_tokens, text_of


@pytest.mark.parametrize(
    ("tokens", "length"),
    [
        ([], 0),
        ([1, 2, 3, 4], 0),
        ([5, 5, 5], 0),
        ([5] * 6, 1),
        ([1, 2, 1, 2], 0),
        ([9, 1, 2, 1, 2, 1, 2], 2),
        ([1, 2, 3] * 3, 3),
        ([*range(12)] * 3, 12),
    ],
)
def test_a_loop_is_three_rounds_of_a_piece_or_six_of_a_token(tokens: list[int], length: int) -> None:
    assert loop_length(tokens) == length


@given(st.lists(st.integers(0, 3), max_size=40))
def test_a_loop_is_really_there(tokens: list[int]) -> None:
    length = loop_length(tokens)
    assert length == 0 or tokens[-length:] == tokens[-2 * length : -length] == tokens[-3 * length : -2 * length]


def test_the_token_limit_grows_with_the_sound() -> None:
    assert token_limit(np.zeros(0, np.float32), 6.5) == 12
    assert token_limit(np.zeros(32_000, np.float32), 6.5) == 25


def entry(token: bytes) -> bytes:
    size = len(token)
    return (bytes([size]) if size < 128 else bytes([size % 128 + 128, size // 128])) + token


TOKENS = [b"<unk>", b"<s>", b"</s>", b"\xe6", b"\xb8", b"\xa9", "▁turn".encode(), "▁it".encode(), b"x" * 300, b""]


def test_a_token_list_is_read_with_its_long_and_empty_entries() -> None:
    assert read_tokens(b"".join(map(entry, TOKENS))) == TOKENS


def test_a_token_list_that_breaks_off_is_an_error() -> None:
    with pytest.raises(ValueError, match="breaks off"):
        read_tokens(b"".join(map(entry, TOKENS))[:-5])


def test_pieces_and_bytes_become_text() -> None:
    assert text_of([1, 6, 7, 2], TOKENS) == "turn it"
    assert text_of([3, 4, 5], TOKENS) == "温"
    assert text_of([3, 99], TOKENS) == "�"
