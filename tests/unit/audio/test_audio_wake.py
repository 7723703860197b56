from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from cockpit.audio.embedding import CHUNK, SIZE, Array, SpeechEmbedding
from cockpit.audio.wake import EARLY_S, REFRACTORY_S, WINDOW, Head, WakeWords, read_head
from cockpit.errors import ModelError
from cockpit.types import SAMPLE_RATE_HZ, Lang, Pcm

REFRACTORY = int(REFRACTORY_S * SAMPLE_RATE_HZ) // CHUNK
"""Chunks, rounded down."""
EARLY = int(EARLY_S * SAMPLE_RATE_HZ)


class Numbered(SpeechEmbedding):
    """Embeds the n-th chunk as n, from 1 on."""

    def __init__(self) -> None:
        super().__init__(Path())
        self.loads = 0

    def load(self) -> None:
        self.loads += 1

    def reset(self) -> None:
        self._sound: Pcm = np.zeros(0, np.float32)
        self._number = 0

    def take(self, frame: Pcm) -> Iterator[Array]:
        self._sound = np.concatenate((self._sound, frame))
        while len(self._sound) >= CHUNK:
            self._sound = self._sound[CHUNK:]
            self._number += 1
            yield np.full(SIZE, self._number, np.float32)


def head(word: str, scores: dict[int, float], lang: Lang = "en", threshold: float = 0.5, ago_s: float = 0.0) -> Head:
    """A head that gives the chunk n `scores[n]`, nothing to the others."""
    return Head(word, lang, threshold, lambda window: (scores.get(int(window[-1, 0]), 0.0), ago_s))


def listening(*heads: Head, threshold: float | None = None) -> WakeWords:
    wake = WakeWords(Path(), Path(), threshold=threshold)
    wake._embedding = Numbered()
    wake._heads = heads
    wake.reset()
    return wake


def chunks(count: int) -> Pcm:
    return np.zeros(count * CHUNK, np.float32)


def found(wake: WakeWords, count: int) -> list[tuple[str, int]]:
    return [(woken.word, woken.end_sample) for woken in wake.take(chunks(count))]


@pytest.mark.parametrize("size", [1, 160, 512, 1279, 1280, 1281, 5000, 40 * CHUNK])
def test_a_word_is_found_once_and_at_the_same_sample_however_sound_is_cut(size: int) -> None:
    wake = listening(head("hey", {20: 0.7, 21: 0.9, 22: 0.9}, ago_s=0.1))
    sound = chunks(40)
    woken = [one for at in range(0, len(sound), size) for one in wake.take(sound[at : at + size])]
    assert [(one.word, one.lang, one.score) for one in woken] == [("hey", "en", 0.7)]
    assert woken[0].end_sample == 20 * CHUNK - EARLY - SAMPLE_RATE_HZ // 10


def test_a_head_sees_the_last_embeddings_in_their_order() -> None:
    seen: list[Array] = []

    def judge(window: Array) -> tuple[float, float]:
        seen.append(window[:, 0].copy())
        return 0.0, 0.0

    assert listening(Head("hey", "en", 0.5, judge)).take(chunks(30)) == []
    assert seen[-1].tolist() == [*range(30 - WINDOW + 1, 31)]
    assert len(seen[0]) == WINDOW


def test_a_word_that_goes_on_sounding_is_found_once_and_said_again_twice() -> None:
    every = dict.fromkeys(range(10, 14), 0.9) | dict.fromkeys(range(30, 34), 0.9)
    assert [end for _, end in found(listening(head("hey", every)), 50)] == [10 * CHUNK - EARLY, 30 * CHUNK - EARLY]


def test_it_is_the_second_that_counts_between_two_words() -> None:
    soon, later = 10 + REFRACTORY, 10 + REFRACTORY + 1
    assert len(found(listening(head("hey", {10: 0.9, soon: 0.9})), 40)) == 1
    assert len(found(listening(head("hey", {10: 0.9, later: 0.9})), 40)) == 2


def test_of_two_words_at_once_the_likelier_one_is_meant_and_no_other_follows_soon() -> None:
    wake = listening(head("hey", {10: 0.8, 12: 0.99}), head("okay", {10: 0.9}))
    assert [word for word, _ in found(wake, 20)] == ["okay"]


def test_each_head_has_its_own_threshold_and_a_given_one_goes_before() -> None:
    heads = head("hey", {10: 0.6}, threshold=0.7), head("okay", {40: 0.6}, threshold=0.5)
    assert [word for word, _ in found(listening(*heads), 50)] == ["okay"]
    assert [word for word, _ in found(listening(*heads, threshold=0.6), 50)] == ["hey", "okay"]
    assert found(listening(*heads, threshold=0.65), 50) == []


def test_a_word_never_ends_before_the_sound_begins() -> None:
    assert found(listening(head("hey", {1: 0.9}, ago_s=1.0)), 2) == [("hey", 0)]


def test_a_word_never_ends_after_what_was_heard() -> None:
    assert found(listening(head("hey", {10: 0.9}, ago_s=-3.0)), 12) == [("hey", 10 * CHUNK - EARLY)]


def test_after_a_reset_samples_count_anew_and_nothing_keeps_quiet() -> None:
    wake = listening(head("hey", {10: 0.9}))
    first = found(wake, 11)
    wake.reset()
    assert found(wake, 11) == first == [("hey", 10 * CHUNK - EARLY)]


def test_words_are_told_in_their_order() -> None:
    assert listening(head("b", {}), head("a", {})).words == ("b", "a")


def broken(folder: Path, names: Sequence[str]) -> Path:
    for name in names:
        folder.joinpath(name).write_bytes(b"no graph")
    return folder


def test_features_that_were_not_pulled_and_broken_ones_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as raised:
        WakeWords(tmp_path, tmp_path).load()
    assert raised.value.code == "model-missing"
    with pytest.raises(ModelError) as raised:
        WakeWords(broken(tmp_path, ["melspectrogram.onnx", "embedding_model.onnx"]), tmp_path).load()
    assert raised.value.code == "model-corrupt"


def test_a_head_that_is_not_there_and_a_broken_one_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as raised:
        read_head(tmp_path / "hey.onnx")
    assert raised.value.code == "model-missing"
    with pytest.raises(ModelError) as raised:
        read_head(broken(tmp_path, ["hey.onnx"]) / "hey.onnx")
    assert raised.value.code == "model-corrupt"


def test_no_heads_at_all_are_told(tmp_path: Path) -> None:
    wake = WakeWords(tmp_path, tmp_path)
    wake._embedding = Numbered()
    with pytest.raises(ModelError, match="no wake word") as raised:
        wake.load()
    assert raised.value.code == "model-missing"
