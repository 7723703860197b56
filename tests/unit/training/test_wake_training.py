"""The training of wake words, without voices: heads learn, thresholds follow their curve."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cockpit.audio.embedding import CHUNK, SIZE, Array, SpeechEmbedding
from cockpit.audio.wake import WINDOW, Head, read_head
from cockpit.types import Pcm

torch = pytest.importorskip("torch")

from models.training import wake_head, wake_hearing, wake_threshold  # noqa: E402


class Numbered(SpeechEmbedding):
    """Embeds the n-th chunk as n, from 1 on; silence is 0."""

    def __init__(self) -> None:
        super().__init__(Path())

    def spectra(self, frame: Pcm):  # type: ignore[no-untyped-def]
        for n in range(len(frame) // CHUNK):
            yield np.full((76, 32), n + 1, np.float32)

    def embed(self, spectra: Array) -> Array:
        return np.repeat(spectra[:, 0, :1], SIZE, axis=1)


@pytest.mark.parametrize("first", [0, 3, 15, 40])
def test_embeddings_are_those_that_the_windows_from_a_chunk_on_need(first: int) -> None:
    made = wake_hearing.embedded(np.zeros(60 * CHUNK, np.float32), Numbered(), first)
    assert made[:, 0].tolist() == [max(n + 1, 0) for n in range(first - WINDOW + 1, 60)]


def test_windows_know_how_long_ago_their_word_ended() -> None:
    ear = wake_hearing._Ear(Numbered())
    ear.hear(np.zeros(70 * CHUNK, np.float32))
    ear.hear(np.zeros(70 * CHUNK, np.float32), word=2, end=50 * CHUNK)
    heard = ear.heard()
    words = heard.word == 2
    newest = heard.embeddings[heard.at[words], 0]
    assert newest.tolist() == [50, 51, 52, 53, 54]
    assert heard.ago[words].tolist() == pytest.approx([0, 0.08, 0.16, 0.24, 0.32])
    assert int((~words[:70]).sum()) == 70
    before = heard.embeddings[heard.at[70:][~words[70:]], 0]
    assert before.min() > 40
    assert before.max() == 46


def test_a_head_learns_what_marks_its_word_and_is_the_same_from_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wake_head, "EPOCHS", 80)  # few words need more rounds
    torch.manual_seed(1)
    rng = np.random.default_rng(1)
    embeddings = rng.standard_normal((3000, SIZE)).astype(np.float32)
    marked = np.arange(WINDOW, 3000, 11)
    embeddings[marked, :8] += 4
    at = np.arange(WINDOW, 3000)
    lesson = wake_head.Lesson(torch.from_numpy(embeddings), torch.from_numpy(at))
    is_word = torch.from_numpy(np.isin(at, marked))
    network = wake_head.fit(lesson, is_word, torch.full((len(at),), 0.2), "test")
    scores = wake_head.scored(network, lesson, torch.arange(len(at)))
    assert float((scores[is_word] > 0).float().mean()) > 0.9
    assert float((scores[~is_word] > 0).float().mean()) < 0.1
    file = tmp_path / "test.onnx"
    wake_head.save(network, file, {"lang": "en", "phrase": "test"})
    wake_head.describe(file, {"threshold": "0.75"})
    head = read_head(file)
    assert (head.word, head.lang, head.threshold) == ("test", "en", 0.75)
    window = lesson.windows(torch.tensor([5]))
    score, ago_s = head.judge(window[0].numpy())
    with torch.no_grad():
        logit, ago = network(window)
    assert score == pytest.approx(float(torch.sigmoid(logit)[0]), abs=1e-5)
    assert ago_s == pytest.approx(float(ago[0]), abs=1e-5)
    assert file.stat().st_size < 200_000


def test_a_curve_counts_what_is_missed_and_each_false_wake_once() -> None:
    def judge(window: Array) -> tuple[float, float]:
        return float(window[-1, 0]), 0.0

    said = np.zeros((60, SIZE), np.float32)
    said[WINDOW - 1 + 20] = 0.8
    other = np.zeros((WINDOW - 1 + 3600, SIZE), np.float32)
    other[[100, 101, 200]] = 0.6
    words = [(said, 20 * CHUNK), (said, 40 * CHUNK)]
    near = np.zeros((WINDOW + 20, SIZE), np.float32)
    near[[30, 31]] = 0.6
    points = wake_threshold.curve(Head("hey", "en", 0.5, judge), words, {"talk": other, "near0": near}, 10)
    at = {point.threshold: point for point in points}
    assert [at[0.5].missed, at[0.8].missed, at[0.85].missed] == [0.5, 0.5, 1.0]
    hours = 3600 * CHUNK / 16_000 / 3600
    assert at[0.5].wakes_an_hour == pytest.approx(2 / hours)
    assert at[0.7].wakes_an_hour == 0
    assert (at[0.5].alike, at[0.7].alike) == (0.1, 0)


def test_a_threshold_weighs_what_is_missed_against_what_wakes_and_stays_in_bounds() -> None:
    point = wake_threshold.Point
    points = [point(0.3, 0, 0, 0), point(0.5, 0.01, 0, 4), point(0.6, 0.03, 0.2, 0), point(0.7, 0.05, 0, 0.5)]
    assert wake_threshold.chosen(points) == 0.7
    assert wake_threshold.chosen([*points, point(0.8, 0.05, 0, 0)]) == 0.8
    assert wake_threshold.chosen([*points, point(0.8, 0.2, 0, 0), point(0.99, 0, 0, 0)]) == 0.7
