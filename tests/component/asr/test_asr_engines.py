"""The real engines on real sound."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from cockpit.asr.moonshine import DECODER, ENCODER, TOKENIZER, MoonshineRecognizer
from cockpit.asr.vosk import VoskRecognizer
from cockpit.asr.whisper import FILES, WhisperRecognizer
from cockpit.errors import ModelError, RecognitionError
from cockpit.ports import Recognizer
from cockpit.types import Pcm

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def moonshine(models: Path) -> Iterator[MoonshineRecognizer]:
    engine = MoonshineRecognizer(models / "moonshine-base-en", threads=2)
    engine.load()
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def whisper(models: Path) -> Iterator[WhisperRecognizer]:
    engine = WhisperRecognizer(models / "whisper-base", threads=2)
    engine.load()
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def vosk(models: Path) -> Iterator[VoskRecognizer]:
    """A Korean model stands in for a Chinese one: it is the one Vosk model that a package carries."""
    engine = VoskRecognizer(models / "vosk-ko", ("zh",))
    engine.load()
    yield engine
    engine.close()


def words(text: str) -> str:
    return re.sub(r"[^a-z0-9 ]", "", text.lower())


SAID = {
    "air": "turn on the air conditioning",
    "temperature": "set the temperature to 22 degrees",
    "windows": "close all the windows",
    "airport": "navigate to the airport",
    "cold": "im cold",
}


@pytest.mark.parametrize("name", SAID)
def test_moonshine_hears_english(moonshine: MoonshineRecognizer, english: dict[str, Pcm], name: str) -> None:
    transcript = moonshine.recognise(english[name], "en")
    assert words(transcript.text) == SAID[name]
    assert transcript.confidence > 0.6
    assert (transcript.lang, transcript.engine, transcript.final) == ("en", "moonshine", True)


@pytest.mark.parametrize("name", ["air", "temperature", "windows"])
def test_whisper_hears_english_and_knows_that_it_is(
    whisper: WhisperRecognizer, english: dict[str, Pcm], name: str
) -> None:
    assert whisper.detect(english[name])["en"] > 0.9
    transcript = whisper.recognise(english[name], None)
    assert words(transcript.text) == SAID[name]
    assert transcript.lang == "en"


def test_nothing_said_is_no_text(moonshine: MoonshineRecognizer, whisper: WhisperRecognizer, nothing_said: Pcm) -> None:
    assert moonshine.recognise(nothing_said, "en").text == ""
    assert whisper.recognise(nothing_said, "zh").text == ""
    assert whisper.recognise(nothing_said, "en").text == ""


@pytest.mark.parametrize("samples", [1, 1000, 5000])
def test_a_scrap_of_sound_is_no_text(
    moonshine: MoonshineRecognizer, whisper: WhisperRecognizer, vosk: VoskRecognizer, samples: int
) -> None:
    scrap = np.zeros(samples, np.float32)
    engines: tuple[Recognizer, ...] = (moonshine, whisper, vosk)
    assert [engine.recognise(scrap, engine.capabilities.languages[0]).text for engine in engines] == ["", "", ""]


def test_whisper_takes_the_longest_wav(whisper: WhisperRecognizer, english: dict[str, Pcm]) -> None:
    minute = np.pad(english["windows"], (0, 60 * 16_000 - len(english["windows"])))
    assert words(whisper.recognise(minute, "en").text) == SAID["windows"]


def test_whisper_writes_simplified_characters(whisper: WhisperRecognizer, english: dict[str, Pcm]) -> None:
    text = whisper.recognise(english["temperature"], "zh").text
    text.encode("gb2312")


def test_vosk_gives_partial_texts_and_a_final_one(vosk: VoskRecognizer, english: dict[str, Pcm]) -> None:
    stream = vosk.stream("zh")
    sound = np.concatenate((english["temperature"], english["windows"]))
    partials = [stream.accept(sound[at : at + 1600]) for at in range(0, len(sound), 1600)]
    texts = [partial.text for partial in partials if partial is not None]
    final = stream.finish()
    assert len(texts) > 2
    assert len(set(texts)) == len(texts)
    assert not any(partial.final for partial in partials if partial is not None)
    assert final.final
    assert final.text
    assert " " not in final.text
    assert 0 < final.confidence <= 1


def test_vosk_hears_only_its_grammar(models: Path, english: dict[str, Pcm]) -> None:
    engine = VoskRecognizer(models / "vosk-ko", ("en",), grammar=("하나 둘", "셋"))
    engine.load()
    assert set(engine.recognise(english["air"], "en").text.split()) <= {"하나", "둘", "셋"}
    engine.close()


def test_moonshine_refuses_another_language(moonshine: MoonshineRecognizer, english: dict[str, Pcm]) -> None:
    with pytest.raises(RecognitionError) as error:
        moonshine.recognise(english["air"], "zh")
    assert error.value.code == "asr-language"


MODELS: dict[str, tuple[Callable[[Path], Recognizer], tuple[str, ...]]] = {
    "moonshine-base-en": (lambda folder: MoonshineRecognizer(folder, 1), (ENCODER, DECODER, TOKENIZER)),
    "whisper-base": (lambda folder: WhisperRecognizer(folder, 1), FILES),
    "vosk-ko": (lambda folder: VoskRecognizer(folder, ("zh",)), ("am/final.mdl", "conf/model.conf")),
}
FILES_OF_MODELS = [(model, file) for model, (_, files) in MODELS.items() for file in files]


@pytest.mark.parametrize(("model", "file"), FILES_OF_MODELS)
def test_a_missing_file_is_named(models: Path, tmp_path: Path, model: str, file: str) -> None:
    folder = copied(models / model, tmp_path)
    (folder / file).unlink()
    with pytest.raises(ModelError, match=re.escape(file)) as error:
        MODELS[model][0](folder).load()
    assert error.value.code == "model-missing"
    assert f"cockpit models pull {model}" in error.value.message


@pytest.mark.parametrize(
    ("model", "file"),
    [
        ("moonshine-base-en", ENCODER),
        ("moonshine-base-en", DECODER),
        ("moonshine-base-en", TOKENIZER),
        ("whisper-base", "model.bin"),
        ("whisper-base", "tokenizer.json"),
        ("vosk-ko", "am/final.mdl"),
    ],
)
def test_a_file_cut_in_half_is_a_broken_model(models: Path, tmp_path: Path, model: str, file: str) -> None:
    folder = copied(models / model, tmp_path)
    whole = (folder / file).read_bytes()
    (folder / file).unlink()
    (folder / file).write_bytes(whole[: len(whole) // 2 - 1])
    with pytest.raises(ModelError) as error:
        MODELS[model][0](folder).load()
    assert error.value.code == "model-corrupt"
    assert f"cockpit models pull {model}" in error.value.message


def copied(model: Path, to: Path) -> Path:
    """A copy whose files are links, so that one can be taken away or replaced."""
    copy = to / model.name
    shutil.copytree(model, copy, copy_function=lambda source, target: Path(target).symlink_to(source))
    return copy
