"""Folders of recordings, sentences evenly taken, streams with a pause, and noise that is the same for all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cockpit.audio.wav import decode_wav, encode_wav
from cockpit.config import ROOT, load_settings
from cockpit.types import LANGS, SAMPLE_RATE_HZ, Pcm
from cockpit.yamlfile import read_yaml
from hil.speech import corpus, endings
from hil.speech.corpus import Clip
from hil.speech.errors import Condition, conditions, under
from hil.speech.human import _folder_of, joined, read_texts
from hil.speech.overheard import PAUSES_S, Played
from hil.speech.workbench import Workbench

RNG = np.random.default_rng(5)


def burst(seconds: float) -> Pcm:
    return (0.3 * RNG.standard_normal(int(seconds * SAMPLE_RATE_HZ))).astype(np.float32)


def clip(name: str = "a", text: str = "go forward ten meters", source: str = "somebody") -> Clip:
    return Clip(Path(f"{name}.wav"), text, "en", source, human=True)


def test_a_folder_of_recordings(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.wav").write_bytes(encode_wav(burst(0.5)))
    (tmp_path / "b.wav").write_bytes(b"no sound")
    lines = [
        "one/a.wav\thello there\tmore",
        "one/a.wav\t打开空调",
        "one/a.wav\tㄅㄚ",
        "b.wav\tnever",
        "c.wav\tnot there",
    ]
    (tmp_path / corpus.TRANSCRIPTS).write_text("\n".join(lines), "utf-8")
    found = corpus.human(tmp_path)
    assert [(one.text, one.lang, one.source, one.human) for one in found] == [
        ("hello there", "en", "one", True),
        ("打开空调", "zh", "one", True),
    ]
    assert len(found[0].pcm) == SAMPLE_RATE_HZ // 2


def test_what_was_voiced_once_is_not_voiced_again(tmp_path: Path) -> None:
    texts = ["turn on the light", "call Emily"]
    clips = [corpus._clip(text, take, "en", tmp_path) for text, take in zip(texts, corpus.TAKES["en"], strict=False)]
    for one in clips:
        one.file.parent.mkdir(exist_ok=True)
        one.file.write_bytes(encode_wav(burst(0.2)))
    steps: list[int] = []
    found = corpus.voiced(texts, "en", tmp_path / "no models", tmp_path, lambda: steps.append(1))
    assert found == clips
    assert len(steps) == 2
    assert clips[0].source != clips[1].source


def test_a_cabin_and_a_level_hang_on_the_seed_alone() -> None:
    sound = burst(0.5)
    assert np.array_equal(corpus.placed(sound, "0a"), corpus.placed(sound, "0a"))
    assert not np.array_equal(corpus.placed(sound, "0a"), corpus.placed(sound, "0b"))


def test_items_are_taken_evenly() -> None:
    assert corpus.spread(range(10), 5) == [0, 2, 4, 6, 8]
    assert corpus.spread("abc", 9) == ["a", "b", "c"]


@pytest.mark.parametrize("lang", LANGS)
def test_there_is_enough_to_say(lang: corpus.Lang) -> None:
    assert len({*corpus.commands(lang, 100)}) == 100
    assert len({*corpus.other_speech(lang, 400)}) == 400
    assert all(sentence.count("|") == 1 for sentence in read_yaml(endings.SENTENCES)[lang])


@pytest.mark.parametrize("kind", ["car", "babble"])
def test_noise_is_the_same_at_every_ratio_and_as_loud_as_asked(kind: str) -> None:
    speech, others = burst(1.0), [burst(1.0) for _ in range(6)]
    added = {snr_db: under(clip(), speech, Condition(kind, snr_db), others) - speech for snr_db in (10.0, 0.0)}
    for snr_db, noise in added.items():
        ratio_db = 10 * np.log10(np.mean(np.square(speech)) / np.mean(np.square(noise)))
        assert ratio_db == pytest.approx(snr_db, abs=0.01)
    assert np.allclose(added[0.0], added[10.0] * 10**0.5, atol=1e-5)
    assert under(clip(), speech, Condition("none", None), others) is speech


def test_every_noise_is_tried_at_every_ratio() -> None:
    assert len(conditions(quick=False)) == 11
    assert conditions(quick=True)[0] == Condition("none", None)


def test_a_stream_ends_where_its_speech_does() -> None:
    first, last = burst(0.5), burst(0.4)
    stream = endings.streamed(clip(), first, last, 0.3)
    assert stream.end_s == pytest.approx(endings.BEFORE_S + 0.5 + 0.3 + 0.4, abs=0.001)
    assert len(stream.pcm) / SAMPLE_RATE_HZ == pytest.approx(stream.end_s + endings.AFTER_S, abs=0.001)
    heard = np.flatnonzero(endings.loud_frames(stream.pcm)) * endings.FRAME / SAMPLE_RATE_HZ
    assert (heard[0], heard[-1]) == (pytest.approx(endings.BEFORE_S, abs=0.03), pytest.approx(stream.end_s, abs=0.03))


def test_a_recording_is_drawn_apart_where_it_is_quiet(tmp_path: Path) -> None:
    quiet = np.zeros(SAMPLE_RATE_HZ // 5, np.float32)
    (tmp_path / "a.wav").write_bytes(encode_wav(np.concatenate((quiet, burst(0.5), quiet, burst(0.3), quiet))))
    (tmp_path / "b.wav").write_bytes(encode_wav(burst(0.8)))
    clips = [Clip(tmp_path / name, "one two three", "en", "x", human=True) for name in ("a.wav", "b.wav")]
    two_sentences = Clip(tmp_path / "a.wav", "One. Two three.", "en", "x", human=True)
    ((found, first, last),) = endings.in_two([*clips, two_sentences], 9)
    assert found is clips[0]
    assert len(first) / SAMPLE_RATE_HZ == pytest.approx(0.6, abs=0.03)
    assert len(last) / SAMPLE_RATE_HZ == pytest.approx(0.4, abs=0.03)


def test_syllables_are_joined_with_silence_between() -> None:
    sound = joined([burst(0.2), 0.1 * burst(0.3)])
    assert len(sound) / SAMPLE_RATE_HZ == pytest.approx(0.6 + 0.5 + 0.16, abs=0.01)
    first, second = np.split(np.abs(sound), [int(0.55 * SAMPLE_RATE_HZ)])
    assert first.max() == pytest.approx(second.max(), abs=0.01)
    assert [_folder_of(zhuyin) for zhuyin in ("ㄉㄚˇ", "ㄎㄞ", "˙ㄇㄚ")] == ["ㄉㄚ3", "ㄎㄞ", "ㄇㄚ1"]


def test_the_texts_of_the_prompts(tmp_path: Path) -> None:
    file = tmp_path / "texts"
    file.write_text("; a comment: no\nhello-world: Hello world.\nbeep: [a beep]\n\ntime: at: three\n", "utf-8")
    assert read_texts(file) == {"hello-world": "Hello world.", "time": "at: three"}


def test_the_end_of_a_recording_is_noticed_once_and_a_long_pause_cuts_it(tmp_path: Path) -> None:
    bench = Workbench(load_settings(), tmp_path)
    pcm = endings.spoken(decode_wav(ROOT / "hil" / "speech" / "en-02.wav"))
    whole = endings.streamed(clip(), pcm[:0], pcm, 0.0)
    (decided,) = endings.endpointing(bench, whole, None)
    assert decided > whole.end_s
    assert len(endings.endpointing(bench, endings.streamed(clip(), pcm, pcm, 2.0), None)) == 2


async def test_conversation_is_played_with_pauses(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(encode_wav(burst(1.0)))
    shares: list[float] = []
    one = Clip(tmp_path / "a.wav", "", "en", "", human=True)
    source = Played([one, one], shares.append)
    frames = [frame async for frame in source.frames()]
    assert sum(map(len, frames)) / SAMPLE_RATE_HZ == pytest.approx(source.seconds)
    assert 2 * (1 + PAUSES_S[0]) <= source.seconds <= 2 * (1 + PAUSES_S[1])
    assert shares == [0.5, 1.0]
