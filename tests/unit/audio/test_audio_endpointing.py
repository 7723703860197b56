from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.audio.endpointing import (
    TAIL_MS,
    Endpointer,
    EndpointEvent,
    FalseStart,
    SpeechEnd,
    SpeechOnset,
    SpeechResumed,
    SpeechSoFar,
    SpeechStart,
    trim,
)
from cockpit.audio.vad import CHUNK_MS, CHUNK_SAMPLES
from cockpit.config import AudioSettings
from cockpit.types import Pcm

SETTINGS = AudioSettings(min_speech_ms=96, end_silence_ms=320, pre_roll_ms=160, max_utterance_s=2)
SPEECH, SILENCE, BETWEEN = 0.9, 0.1, 0.4


def everything(*spans: tuple[float, int], patience_ms: int | None = None) -> list[tuple[int, EndpointEvent]]:
    """Events with the number of the chunk that brought them; each chunk is filled with its own number. In a pause the
    patience becomes `patience_ms`."""
    endpointer, events, number = Endpointer(SETTINGS), [], 0
    for probability, count in spans:
        for _ in range(count):
            event = endpointer.feed(np.full(CHUNK_SAMPLES, number, np.float32), probability)
            if event is not None:
                events.append((number, event))
            if isinstance(event, SpeechSoFar) and event.paused and patience_ms is not None:
                endpointer.patience_ms = patience_ms
            number += 1
    return events


def run(*spans: tuple[float, int]) -> list[tuple[int, SpeechStart | SpeechEnd]]:
    """Where utterances begin and end."""
    return [(number, event) for number, event in everything(*spans) if isinstance(event, SpeechStart | SpeechEnd)]


def ends(*spans: tuple[float, int]) -> list[SpeechEnd]:
    return [event for _, event in run(*spans) if isinstance(event, SpeechEnd)]


def chunks(end: SpeechEnd) -> list[int]:
    return [int(value) for value in end.pcm[::CHUNK_SAMPLES]]


def test_an_utterance_keeps_its_pre_roll_and_a_tail() -> None:
    (begun, start), (over, end) = run((SILENCE, 20), (SPEECH, 10), (SILENCE, 20))
    assert (begun, start) == (22, SpeechStart())
    assert over == 39
    assert isinstance(end, SpeechEnd)
    assert chunks(end) == list(range(15, 30 + TAIL_MS // CHUNK_MS))
    assert end.silence_s == pytest.approx(0.32)
    assert not end.cut


def test_speech_from_the_first_chunk() -> None:
    (end,) = ends((SPEECH, 10), (SILENCE, 10))
    assert chunks(end)[0] == 0


def test_a_click_is_no_speech() -> None:
    assert run((SILENCE, 10), (SPEECH, 2), (SILENCE, 30)) == []


def test_the_sound_of_a_click_stays_in_the_pre_roll() -> None:
    (end,) = ends((SILENCE, 10), (SPEECH, 1), (SILENCE, 1), (SPEECH, 5), (SILENCE, 10))
    assert chunks(end)[:5] == [7, 8, 9, 10, 11]


def test_a_hesitation_shorter_than_the_end_silence_does_not_cut() -> None:
    (end,) = ends((SPEECH, 10), (SILENCE, 9), (SPEECH, 10), (SILENCE, 10))
    assert chunks(end)[:29] == list(range(29))


def test_two_utterances() -> None:
    first, second = ends((SPEECH, 10), (SILENCE, 15), (SPEECH, 8), (SILENCE, 15))
    assert chunks(first)[-1] < chunks(second)[0]
    assert 25 in chunks(second)


def test_between_the_thresholds_speech_goes_on_but_does_not_begin() -> None:
    assert run((BETWEEN, 50)) == []
    (end,) = ends((SPEECH, 5), (BETWEEN, 20), (SILENCE, 10))
    assert chunks(end)[:25] == list(range(25))


def test_what_never_ends_is_cut_and_goes_on() -> None:
    first, second = ends((SPEECH, 100), (SILENCE, 10))
    assert first.cut
    assert len(chunks(first)) == 62
    assert chunks(second)[0] == 62


def kinds(*spans: tuple[float, int], patience_ms: int | None = None) -> list[tuple[int, type]]:
    return [(number, type(event)) for number, event in everything(*spans, patience_ms=patience_ms)]


def test_an_onset_is_told_before_it_is_sure_to_be_speech() -> None:
    assert kinds((SILENCE, 10), (SPEECH, 2), (SILENCE, 5)) == [(11, SpeechOnset), (12, FalseStart)]
    assert kinds((SILENCE, 10), (SPEECH, 1), (SILENCE, 5)) == []
    assert kinds((SILENCE, 10), (SPEECH, 3)) == [(11, SpeechOnset), (12, SpeechStart)]


def test_a_pause_is_told_with_all_that_was_said_and_ends_when_speech_goes_on() -> None:
    events = everything((SPEECH, 10), (SILENCE, 6), (SPEECH, 3), (SILENCE, 12))
    paused = [event for _, event in events if isinstance(event, SpeechSoFar)]
    assert [(number, type(event)) for number, event in events[2:]] == [
        (13, SpeechSoFar),
        (16, SpeechResumed),
        (22, SpeechSoFar),
        (28, SpeechEnd),
    ]
    assert [len(event.pcm) // CHUNK_SAMPLES for event in paused] == [14, 23]
    assert all(event.paused for event in paused)


@pytest.mark.parametrize(("patience_ms", "over"), [(160, 14), (256, 17), (640, 29)])
def test_patience_set_in_a_pause_moves_the_end(patience_ms: int, over: int) -> None:
    assert kinds((SPEECH, 10), (SILENCE, 40), patience_ms=patience_ms)[-1] == (over, SpeechEnd)


def test_patience_is_the_usual_one_again_when_speech_goes_on() -> None:
    endpointer = Endpointer(SETTINGS)
    chunk = np.zeros(CHUNK_SAMPLES, np.float32)
    for probability in [SPEECH] * 5 + [SILENCE] * 5:
        endpointer.feed(chunk, probability)
    endpointer.patience_ms = 3000
    assert endpointer.feed(chunk, SPEECH) == SpeechResumed()
    assert endpointer.patience_ms == SETTINGS.end_silence_ms


def test_long_speech_is_told_now_and_then() -> None:
    told = [event for _, event in everything((SPEECH, 62)) if isinstance(event, SpeechSoFar)]
    assert [len(event.pcm) // CHUNK_SAMPLES for event in told] == [28, 53]
    assert not any(event.paused for event in told)


@pytest.mark.parametrize("keep_chunks", [0, 1, 4])
def test_what_came_before_a_wake_word_is_left_out(keep_chunks: int) -> None:
    endpointer, number = Endpointer(SETTINGS), 0
    for number in range(10):
        endpointer.feed(np.full(CHUNK_SAMPLES, number, np.float32), SPEECH)
    endpointer.start_over(keep_chunks * CHUNK_SAMPLES)
    end = None
    for number in range(10, 40):
        event = endpointer.feed(np.full(CHUNK_SAMPLES, number, np.float32), SPEECH if number < 15 else SILENCE)
        end = event if isinstance(event, SpeechEnd) else end
    assert end is not None
    assert chunks(end)[0] == 10 - keep_chunks


def test_what_is_never_quite_speech_is_not_kept_for_ever() -> None:
    endpointer = Endpointer(SETTINGS)
    for probability in [SPEECH] + [BETWEEN] * 1000:
        endpointer.feed(np.zeros(CHUNK_SAMPLES, np.float32), probability)
    assert len(endpointer._heard) <= 63


def test_finish_gives_what_was_under_way() -> None:
    endpointer = Endpointer(SETTINGS)
    assert endpointer.finish() is None
    for _ in range(5):
        endpointer.feed(np.zeros(CHUNK_SAMPLES, np.float32), SPEECH)
    end = endpointer.finish()
    assert end is not None
    assert len(end.pcm) == 5 * CHUNK_SAMPLES


@given(st.lists(st.sampled_from([SPEECH, BETWEEN, SILENCE]), max_size=300))
def test_starts_and_ends_alternate_and_no_chunk_is_told_twice(probabilities: list[float]) -> None:
    events = run(*((probability, 1) for probability in probabilities))
    kinds = [type(event) for _, event in events]
    assert kinds == [SpeechStart, SpeechEnd] * (len(kinds) // 2) + [SpeechStart] * (len(kinds) % 2)
    told = [number for _, event in events if isinstance(event, SpeechEnd) for number in chunks(event)]
    assert told == sorted(set(told))
    assert all(len(event.pcm) <= 63 * CHUNK_SAMPLES for _, event in events if isinstance(event, SpeechEnd))


class LoudnessVad:
    """Takes for speech what is loud."""

    def probability(self, chunk: Pcm) -> float:
        return SPEECH if np.abs(chunk).max() > 0.1 else SILENCE

    def reset(self) -> None:
        pass


@pytest.mark.parametrize("lead_s", [0.0, 0.1, 3.0])
@pytest.mark.parametrize("tail_s", [0.0, 0.1, 4.0])
def test_trim_keeps_the_speech_and_little_else(lead_s: float, tail_s: float) -> None:
    speech = np.full(32_000, 0.5, np.float32)
    sound = np.pad(speech, (int(lead_s * 16_000), int(tail_s * 16_000)))
    trimmed = trim(sound, LoudnessVad(), SETTINGS)
    assert trimmed is not None
    assert (trimmed == 0.5).sum() == 32_000
    assert len(trimmed) <= 32_000 + 16 * (160 + TAIL_MS + 2 * CHUNK_MS)


def test_trim_keeps_a_pause_inside() -> None:
    word = np.full(8_000, 0.5, np.float32)
    sound = np.concatenate((word, np.zeros(48_000, np.float32), word, np.zeros(30_000, np.float32)))
    trimmed = trim(sound, LoudnessVad(), SETTINGS)
    assert trimmed is not None
    assert (trimmed == 0.5).sum() == 16_000


@pytest.mark.parametrize("length", [1, 511, 16_000])
def test_trim_of_silence_is_none(length: int) -> None:
    assert trim(np.zeros(length, np.float32), LoudnessVad(), SETTINGS) is None
