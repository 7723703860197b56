"""Moonshine's vocabulary: the bytes of its tokens."""

from __future__ import annotations

from collections.abc import Sequence

_SPACE = "▁".encode()
SPECIAL = 2
"""Ids up to this one are no text."""


def read_tokens(data: bytes) -> list[bytes]:
    """Moonshine's `tokenizer.bin`: entries of a length and that many bytes, in the order of their ids.

    A length from 128 on takes two bytes, low seven bits first. Raises `ValueError` when the file breaks off.
    """
    tokens: list[bytes] = []
    at = 0
    while at < len(data):
        size = data[at]
        at += 1
        if size >= 128:
            size = data[at] * 128 + size - 128
            at += 1
        if at + size > len(data):
            raise ValueError(f"the vocabulary breaks off in entry {len(tokens)}")
        tokens.append(data[at : at + size])
        at += size
    return tokens


def text_of(ids: Sequence[int], tokens: Sequence[bytes]) -> str:
    """The text of token ids; bytes of characters that have no token of their own come together again here."""
    joined = b"".join(tokens[i] for i in ids if SPECIAL < i < len(tokens))
    return joined.replace(_SPACE, b" ").decode("utf-8", "replace").strip()


def texts_of(tokens: Sequence[bytes]) -> list[str]:
    """The text of each token, a leading space where a word begins."""
    return [token.replace(_SPACE, b" ").decode("utf-8", "replace") for token in tokens]


def bytes_of(tokens: Sequence[bytes]) -> list[bytes]:
    """The bytes of each token, a leading space where a word begins; none of those that are no text."""
    return [b"" if n <= SPECIAL else token.replace(_SPACE, b" ") for n, token in enumerate(tokens)]
