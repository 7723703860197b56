from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cockpit.audio.wav import encode_wav
from cockpit.types import LANGS, SAMPLE_RATE_HZ
from cockpit.yamlfile import read_yaml
from hil.speech import wake_corpus
from hil.speech.timed import Timed
from hil.speech.wake import table
from hil.speech.wake_corpus import HELD_OUT, PHRASES, SPEAKERS
from hil.speech.wake_scenes import levelled, mixed, recordings, scene, stream


def tables(part: wake_corpus.Part) -> set[str]:
    return {name for lang in LANGS for speaker in SPEAKERS[part][lang] for name in speaker.split("+")}


def test_every_voice_that_is_measured_with_has_a_table_in_it_that_no_training_hears() -> None:
    every = [speaker for lang in LANGS for speaker in SPEAKERS["test"][lang]]
    assert [speaker for speaker in every if not HELD_OUT & set(speaker.split("+"))] == []
    assert not HELD_OUT & (tables("train") | tables("dev"))


@pytest.mark.parametrize("kind", ["then", "alike"])
def test_no_words_of_one_part_are_in_another(kind: str) -> None:
    said = read_yaml(PHRASES)[kind]
    for lang in LANGS:
        train, dev, test = (set(said[part][lang]) for part in ("train", "dev", "test"))
        assert not train & dev
        assert not dev & test
        assert not (train & test) - {"你好"}


def test_no_near_miss_holds_a_wake_word() -> None:
    said = read_yaml(PHRASES)["alike"]
    every = [text.lower() for part in said.values() for texts in part.values() for text in texts]
    assert [text for text in every for _, word in wake_corpus.words().values() if word in text] == []


def test_each_voice_says_each_word_alone_and_in_one_breath_with_a_command() -> None:
    lines = wake_corpus.woken("test")
    assert {line.word for line in lines} == set(wake_corpus.words())
    for word, (lang, say) in wake_corpus.words().items():
        own = [line for line in lines if line.word == word]
        assert {line.speaker for line in own} == set(SPEAKERS["test"][lang])
        assert {line.first for line in own} == {say}
        assert any(line.then for line in own)
        assert any(not line.then for line in own)


def tone(seconds: float) -> np.ndarray:
    return (0.5 * np.sin(np.arange(int(seconds * SAMPLE_RATE_HZ)) * 0.1)).astype(np.float32)


@pytest.mark.parametrize("seed", range(8))
def test_a_scene_knows_where_its_word_ends(seed: int) -> None:
    """The word is a tone, all else is silent: the tone's end is the word's."""
    rng = np.random.default_rng(seed)
    silent = [np.zeros(SAMPLE_RATE_HZ, np.float32)]
    word = Timed(np.concatenate((tone(0.6), np.zeros(6000, np.float32))), int(0.6 * SAMPLE_RATE_HZ))
    made = scene(word, silent, rng)
    loud = float(np.abs(made.pcm).max())
    around = made.pcm[made.end - 400 : made.end]
    after = made.pcm[made.end + 4000 : made.end + 5000]
    assert float(np.abs(around).max()) > 0.3 * loud
    assert len(made.pcm) > made.end + SAMPLE_RATE_HZ // 2
    assert float(np.sqrt(np.mean(around**2))) > float(np.sqrt(np.mean(after**2)))


def test_noise_is_as_much_weaker_as_asked_than_the_speech_alone() -> None:
    speech = tone(1.0)
    sound = np.concatenate((np.zeros(SAMPLE_RATE_HZ * 3, np.float32), speech))
    under = np.random.default_rng(1).standard_normal(len(sound)).astype(np.float32)
    added = mixed(sound, speech, under, 10) - sound
    assert 10 * np.log10(np.mean(speech**2) / np.mean(added**2)) == pytest.approx(10, abs=0.01)


def test_levels_vary_and_never_clip() -> None:
    peaks = [float(np.abs(levelled(tone(0.2), np.random.default_rng(seed))).max()) for seed in range(20)]
    assert max(peaks) <= 1
    assert max(peaks) > 3 * min(peaks)


def test_a_stream_holds_every_clip_with_gaps_between() -> None:
    sound = stream([tone(0.5), tone(0.5)], np.random.default_rng(1))
    assert len(sound) > 1.1 * SAMPLE_RATE_HZ
    assert float(np.abs(sound[-800:]).max()) < 0.01


def test_recordings_fall_into_two_halves_and_broken_ones_are_left_out(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"{number}.wav").write_bytes(encode_wav(tone(0.001 * (number + 1))))
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    halves = [{len(clip) for clip in recordings(tmp_path, held_out)} for held_out in (False, True)]
    assert min(map(len, halves)) > 10
    assert not halves[0] & halves[1]
    assert halves[0] | halves[1] == {len(clip) for clip in recordings(tmp_path, None)}
    assert len(halves[0] | halves[1]) == 40


def test_the_table_counts_near_misses_apart() -> None:
    words = [{"word": "hey", "condition": "clean", "said": 20, "missed": 1, "errors_ms": [-100.0, -20.0]}]
    false = [
        {"kind": "near misses", "hours": 0.5, "wakes": ["a", "b"], "core": 0.01},
        {"kind": "music", "hours": 2.0, "wakes": ["a"], "core": 0.012},
    ]
    lines = table({"words": words, "false": false}).splitlines()
    assert "5.0%" in lines[1]
    assert lines[-1].split()[-3:] == ["2.00", "1", "0.50"]
