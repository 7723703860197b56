"""Sampling and mixing from a handful of skills, and a tokenizer whose pieces are known."""

from __future__ import annotations

import random
from pathlib import Path

from cockpit.nlu.labels import Labels
from cockpit.nlu.pieces import EXPECT, PieceReader
from cockpit.types import Lang
from models.training import vocabulary
from models.training.mixing import Mixer
from models.training.names import Names
from models.training.sampling import Sampler
from tests.unit.nlu.small_skills import UNDERSTANDER, small_skills

VALUES = {
    "zh": {
        "contact": ["李雷", "韩梅梅"],
        "destination": ["人民广场", "三里屯"],
        "title": ["牙医"],
        "topic": ["月亮"],
    },
    "en": {
        "contact": ["anna", "robert miller"],
        "destination": ["central park"],
        "title": ["dentist"],
        "topic": ["the moon"],
    },
}
NEGATIVES = {
    "zh": 'radio: ["今天[下午]股市上涨"]\nrefused: ["别(开|打开)(窗户|空调)"]\nhalf: ["把那个"]\nchat: ["你好呀"]\n',
    "en": 'radio: ["stocks rose [sharply] today"]\nrefused: ["dont open it"]\nhalf: ["set the"]\nchat: ["hi you"]\n',
}
FRAMES = {"zh": '- "他说{text:command}"\n', "en": '- "he said {text:command}"\n'}
PIECES = ("打开", "空调", "二十", "度", "打", "开", "空", "调", "二", "十", ",", "turn", "on", "the", "ac", "a", "c")
SLOTS = ("value", "zone")


def mixer(lang: Lang, folder: Path, seed: int = 1) -> Mixer:
    """A mixer of the small skills; `folder` gets the negative sentences."""
    (folder / lang).mkdir(exist_ok=True)
    (folder / lang / "negatives.yaml").write_text(NEGATIVES[lang], "utf-8")
    (folder / lang / "frames.yaml").write_text(FRAMES[lang], "utf-8")
    rng = random.Random(seed)
    language = UNDERSTANDER.languages[lang]
    return Mixer(
        Sampler(small_skills(), language, folder, Names(VALUES[lang], rng), {"temperature": "celsius"}, rng),
        folder,
        rng,
    )


def labels(**changes: object) -> Labels:
    """Labels of four intents."""
    pairs = {
        "ac.on": ("ac", "on"),
        "temperature.set": ("temperature", "set"),
        "trip.go": ("trip.go", "do"),
        "answer.value": ("answer.value", "do"),
    }
    targets = ("ac", "answer.value", "temperature", "trip.go")
    given = {"targets": targets, "operations": ("do", "on", "set"), "slots": SLOTS, "pairs": pairs}
    return Labels(**{**given, **changes})  # type: ignore[arg-type]


def piece_reader(folder: Path) -> PieceReader:
    """Reads the words of `PIECES`, at the begin of a word or within, and the marker of a waiting `value`."""
    table = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -8.0)]
    table += [(f"{mark}{piece}", -2.0 if len(piece) > 1 else -5.0) for piece in PIECES for mark in ("", "▁")]
    vocabulary.save(vocabulary.tokenizer_of([*table, (EXPECT.format("value"), -99.0)]), folder / "tokenizer.json")
    return PieceReader(folder / "tokenizer.json")
