"""The real voices, and how they are chosen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cockpit.config import Settings, SpeechSettings
from cockpit.errors import ModelError, SpeechError
from cockpit.ports import Synthesizer
from cockpit.tts.kokoro import MAX_PHONEMES, KokoroSynthesizer
from cockpit.tts.piper import PiperSynthesizer
from cockpit.tts.voices import configured
from cockpit.types import Lang

MODELS = Settings().models_dir


@pytest.fixture(scope="module")
def piper() -> Iterator[PiperSynthesizer]:
    voice = PiperSynthesizer(MODELS, "piper-en-joe", "en")
    voice.load()
    yield voice
    voice.close()


@pytest.fixture(scope="module")
def kokoro() -> Iterator[KokoroSynthesizer]:
    voice = KokoroSynthesizer(MODELS)
    voice.load()
    yield voice
    voice.close()


def seconds(voice: Synthesizer, text: str, lang: Lang) -> float:
    pieces = list(voice.synthesise(text, lang))
    assert all(piece.dtype == np.float32 and np.abs(piece).max() <= 1 for piece in pieces if piece.size)
    pcm = np.concatenate([np.zeros(1, np.float32), *pieces])
    if pcm.size > 1:
        assert np.sqrt(np.mean(pcm**2)) > 0.01
    return pcm.size / voice.capabilities.rate_hz


@pytest.mark.models
def test_piper_speaks_at_a_plausible_pace(piper: PiperSynthesizer) -> None:
    piper.load()
    assert 1.5 < seconds(piper, "the temperature is twenty two point five degrees", "en") < 5
    assert "GPL" in piper.capabilities.licence
    with pytest.raises(SpeechError):
        list(piper.synthesise("好的", "zh"))


@pytest.mark.models
def test_a_higher_rate_is_shorter() -> None:
    text = "the temperature is twenty two point five degrees"
    lengths = []
    for rate in (0.7, 1.5):
        voice = PiperSynthesizer(MODELS, "piper-en-joe", "en", rate)
        voice.load()
        lengths.append(seconds(voice, text, "en"))
    assert lengths[0] > 1.5 * lengths[1]


@pytest.mark.models
def test_kokoro_speaks_chinese_and_english(kokoro: KokoroSynthesizer) -> None:
    assert 1.2 < seconds(kokoro, "空调已经打开了，温度二十二度。", "zh") < 6
    assert 0.8 < seconds(kokoro, "The window is open.", "en") < 4
    assert seconds(kokoro, "正在播放 Adele 的歌，来自 USB", "zh") > seconds(kokoro, "正在播放的歌，来自", "zh")


@pytest.mark.models
@pytest.mark.parametrize("text", ["", "。", "…", "😀", "한국어 ру́сский", "\x00", "—"])
def test_what_cannot_be_said_is_silence_not_an_error(
    kokoro: KokoroSynthesizer, piper: PiperSynthesizer, text: str
) -> None:
    assert seconds(kokoro, text, "zh") < 4
    assert seconds(piper, text, "en") < 4


@pytest.mark.models
def test_a_very_long_sentence_comes_in_pieces(kokoro: KokoroSynthesizer) -> None:
    pieces = kokoro.synthesise("一二三四五六七八九十" * (MAX_PHONEMES // 40), "zh")
    assert next(pieces).size > 0
    assert next(pieces).size > 0


def kokoro_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "kokoro-v1.0"
    folder.mkdir()
    for file in ("kokoro-v1.0.int8.onnx", "vocab.json", "voices_ja.npz"):
        (folder / file).symlink_to(MODELS / "kokoro-v1.0" / file)
    return folder


@pytest.mark.models
@pytest.mark.parametrize("wanted", ["jf_alpha", "jm_kumo"])
def test_a_native_speaker_is_preferred_where_there_is_one(tmp_path: Path, wanted: str) -> None:
    folder = kokoro_folder(tmp_path)
    with np.load(folder / "voices_ja.npz") as tables:
        table = tables["jf_nezumi"]
    voice = KokoroSynthesizer(tmp_path, wanted)
    voice.load()
    assert voice.speakers == {"zh": wanted, "en": wanted}
    table.astype("<f4").tofile(folder / "zf_xiaobei.bin")
    with (folder / "voices-v1.0.bin").open("wb") as archive:
        np.savez(archive, af_heart=table, zm_yunxi=table)
    voice = KokoroSynthesizer(tmp_path, wanted)
    voice.load()
    assert voice.speakers == {"zh": "zf_xiaobei", "en": "af_heart"}
    assert seconds(voice, "好的。", "zh") > 0.3
    chosen = KokoroSynthesizer(tmp_path, "zm_yunxi")
    chosen.load()
    assert chosen.speakers == {"zh": "zm_yunxi", "en": "af_heart"}


@pytest.mark.models
def test_without_native_speakers_two_are_mixed(tmp_path: Path) -> None:
    kokoro_folder(tmp_path)
    voice = KokoroSynthesizer(tmp_path)
    voice.load()
    assert voice.speakers == {"zh": "jf_tebukuro+jm_kumo", "en": "jf_tebukuro+jm_kumo"}
    assert seconds(voice, "好的。", "zh") > 0.3


@pytest.mark.models
def test_each_language_can_have_a_speaker_of_its_own(tmp_path: Path) -> None:
    kokoro_folder(tmp_path)
    voice = KokoroSynthesizer(tmp_path, "jf_nezumi", speakers={"zh": "jm_kumo"})
    voice.load()
    assert voice.speakers == {"zh": "jm_kumo", "en": "jf_nezumi"}


@pytest.mark.models
@pytest.mark.parametrize(
    "settings",
    [SpeechSettings(kokoro_voice="zf_nobody"), SpeechSettings(kokoro_voices={"zh": "jm_kumo+zf_nobody"})],
)
async def test_a_speaker_that_is_not_there_is_an_error_with_the_choices(
    tmp_path: Path, settings: SpeechSettings
) -> None:
    kokoro_folder(tmp_path)
    fallback = configured(settings, tmp_path)["zh"]
    with pytest.raises(ModelError) as caught:
        await fallback.choose()
    assert caught.value.code == "model-unknown-speaker"
    assert "zf_nobody" in caught.value.message
    assert "jf_nezumi, jf_tebukuro, jm_kumo" in caught.value.message


@pytest.mark.models
def test_a_piper_voice_that_is_not_there_is_an_error_with_the_choices() -> None:
    with pytest.raises(ModelError) as caught:
        PiperSynthesizer(MODELS, "piper-en-nobody", "en").load()
    assert caught.value.code == "model-missing"
    assert "piper-en-joe" in caught.value.message


@pytest.mark.models
def test_a_folder_without_speakers_is_a_missing_model(tmp_path: Path) -> None:
    folder = kokoro_folder(tmp_path)
    (folder / "voices_ja.npz").unlink()
    with pytest.raises(ModelError) as caught:
        KokoroSynthesizer(tmp_path).load()
    assert caught.value.code == "model-missing"


@pytest.mark.parametrize("engine", ["piper", "kokoro"])
def test_a_missing_model_is_named(tmp_path: Path, engine: str) -> None:
    voices: dict[str, Synthesizer] = {
        "piper": PiperSynthesizer(tmp_path, "piper-en-joe", "en"),
        "kokoro": KokoroSynthesizer(tmp_path),
    }
    with pytest.raises(ModelError) as caught:
        voices[engine].load()
    assert caught.value.code == "model-missing"
    assert voices[engine].capabilities.model in caught.value.message
    with pytest.raises(SpeechError):
        next(voices[engine].synthesise("good", "en"))


@pytest.mark.parametrize("engine", ["piper", "kokoro"])
def test_a_corrupt_model_is_named(tmp_path: Path, engine: str) -> None:
    for folder, files in {
        "piper-en-joe": ["voice.onnx", "voice.onnx.json"],
        "kokoro-v1.0": ["kokoro-v1.0.int8.onnx", "vocab.json", "voices_ja.npz"],
    }.items():
        (tmp_path / folder).mkdir()
        for file in files:
            (tmp_path / folder / file).write_bytes(b"{}")
    voices: dict[str, Synthesizer] = {
        "piper": PiperSynthesizer(tmp_path, "piper-en-joe", "en"),
        "kokoro": KokoroSynthesizer(tmp_path),
    }
    with pytest.raises(ModelError) as caught:
        voices[engine].load()
    assert caught.value.code == "model-corrupt"


def test_the_settings_choose_the_engines() -> None:
    voices = configured(SpeechSettings(zh="piper", en="piper"), MODELS)
    names = {lang: [voice.engine.capabilities.name for voice in one.voices] for lang, one in voices.items()}
    assert names == {"zh": ["piper", "kokoro"], "en": ["piper", "kokoro"]}
    assert voices["zh"].voices[-1] is voices["en"].voices[-1]
    assert list(configured(SpeechSettings(zh="none"), MODELS)) == ["en"]


@pytest.mark.models
async def test_chinese_piper_that_was_not_pulled_gives_way_to_kokoro(tmp_path: Path) -> None:
    kokoro_folder(tmp_path)
    fallback = configured(SpeechSettings(zh="piper"), tmp_path)["zh"]
    voice = await fallback.choose()
    assert voice.engine.capabilities.name == "kokoro"
    assert [error.code for error in fallback.errors] == ["model-missing"]
    for one in fallback.voices:
        await one.close()
