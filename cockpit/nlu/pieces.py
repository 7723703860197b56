"""Text to the pieces that the network reads, and back to the tokens that everything else speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from cockpit.errors import ModelError
from cockpit.nlu.tokens import Token

BOS, PAD, EOS, UNK = 0, 1, 2, 3
EXPECT = "<expect:{}>"
"""Stands before an utterance that may answer a question, with the slot that was asked for."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """`ids` of `<s> [<expect:…>] pieces </s>`; `tokens[n]` are the tokens (first, last + 1) that piece n is made of,
    (0, 0) for the special ones."""

    ids: list[int]
    tokens: list[tuple[int, int]]


class PieceReader:
    """A SentencePiece unigram tokenizer cut to Chinese and English (`tokenizer.json`)."""

    def __init__(self, file: Path) -> None:
        try:
            self._tokenizer = Tokenizer.from_file(str(file))
        except Exception as error:  # the library raises nothing narrower
            raise ModelError("corrupt" if file.is_file() else "missing", f"{file}: {error}") from error

    @property
    def size(self) -> int:
        return int(self._tokenizer.get_vocab_size())

    def id(self, piece: str) -> int | None:
        """The id of a piece; None when it is not in the vocabulary."""
        found: int | None = self._tokenizer.token_to_id(piece)
        return found

    def piece(self, number: int) -> str:
        return str(self._tokenizer.id_to_token(number))

    def read(self, tokens: Sequence[Token], expecting: str = "") -> Pieces:
        """The pieces of `tokens`, which are written anew: folded, one space between words of letters or digits."""
        text, owners = written([token.text for token in tokens])
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        head = [BOS]
        if expecting and (marker := self.id(EXPECT.format(expecting))) is not None:
            head.append(marker)
        spans = [_owners(owners, start, end) for start, end in encoded.offsets]
        return Pieces([*head, *encoded.ids, EOS], [*[(0, 0)] * len(head), *spans, (0, 0)])


def written(words: Sequence[str]) -> tuple[str, list[int]]:
    """The text that the network reads, and for each character the word it belongs to (a space to the next one)."""
    text, owners = "", []
    for place, word in enumerate(words):
        if text and _spaced(text[-1]) and _spaced(word[0]):
            text += " "
            owners.append(place)
        text += word
        owners += [place] * len(word)
    return text, owners


def _spaced(character: str) -> bool:
    return character.isalnum() and character < "\u3400"


def _owners(owners: list[int], start: int, end: int) -> tuple[int, int]:
    if start >= len(owners) or end <= start:
        return 0, 0
    return owners[start], owners[end - 1] + 1
