"""Pieces and tokens: whatever is said, every piece knows the tokens that it was made of."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.errors import ModelError
from cockpit.nlu.pieces import BOS, EOS, UNK, PieceReader, written
from cockpit.nlu.tokens import Token, clean, tokenise
from tests.unit.training.small_training import PIECES, piece_reader

words = st.lists(
    st.sampled_from([*PIECES, "22.5", "%", "。", "zebra", "ß", "龘", "naïve", "18:30"]), min_size=1, max_size=12
)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> PieceReader:
    return piece_reader(tmp_path_factory.mktemp("pieces"))


def tokens_of(said: list[str]) -> list[Token]:
    return [Token(word, 0, 0) for word in said]


@given(words)
def test_each_character_is_owned_by_its_word(said: list[str]) -> None:
    text, owners = written(said)
    assert len(text) == len(owners)
    for place, word in enumerate(said):
        owned = "".join(letter for letter, owner in zip(text, owners, strict=True) if owner == place)
        assert owned.removeprefix(" ") == word
    assert owners == sorted(owners)


@given(words)
def test_every_token_is_covered_by_pieces_in_order(reader: PieceReader, said: list[str]) -> None:
    pieces = reader.read(tokens_of(said))
    assert len(pieces.ids) == len(pieces.tokens)
    assert (pieces.ids[0], pieces.ids[-1]) == (BOS, EOS)
    assert pieces.tokens[0] == pieces.tokens[-1] == (0, 0)
    spans = [span for span in pieces.tokens[1:-1] if span != (0, 0)]
    assert {token for first, last in spans for token in range(first, last)} == {*range(len(said))}
    assert all(a[0] <= b[0] and a[1] <= b[1] for a, b in pairwise(spans))


@given(st.text(max_size=40))
def test_no_text_is_too_strange(reader: PieceReader, text: str) -> None:
    tokens = tokenise(clean(text))
    pieces = reader.read(tokens)
    assert all(0 <= first <= last <= len(tokens) for first, last in pieces.tokens)


def test_words_of_letters_stand_apart_and_chinese_together(reader: PieceReader) -> None:
    assert written(["打", "开", "ac"])[0] == "打开ac"
    assert written(["turn", "on", "22", "%"])[0] == "turn on 22%"
    pieces = reader.read(tokens_of(["打", "开", "空", "调"]))
    assert [reader.piece(number) for number in pieces.ids] == ["<s>", "▁打开", "空调", "</s>"]
    assert pieces.tokens == [(0, 0), (0, 2), (2, 4), (0, 0)]


def test_what_the_vocabulary_lacks_is_unknown(reader: PieceReader) -> None:
    assert UNK in reader.read(tokens_of(["龘"])).ids


def test_a_waiting_question_has_a_marker_if_it_is_known(reader: PieceReader) -> None:
    marked = reader.read(tokens_of(["二", "十"]), "value")
    assert reader.piece(marked.ids[1]) == "<expect:value>"
    assert marked.tokens[:2] == [(0, 0), (0, 0)]
    assert reader.read(tokens_of(["二"]), "colour") == reader.read(tokens_of(["二"]))


def test_pieces_have_numbers_and_numbers_pieces(reader: PieceReader) -> None:
    assert all(reader.id(reader.piece(number)) == number for number in range(reader.size))
    assert reader.id("nowhere") is None


@pytest.mark.parametrize(("content", "code"), [(None, "model-missing"), (b"{}", "model-corrupt")])
def test_a_tokenizer_that_cannot_be_read(tmp_path: Path, content: bytes | None, code: str) -> None:
    file = tmp_path / "tokenizer.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ModelError) as raised:
        PieceReader(file)
    assert raised.value.code == code
