"""Sampled sentences: every intent has some, their slots lie inside, and none is a line of the held-out tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.config import ROOT
from cockpit.nlu.labels import slot_stem
from cockpit.nlu.matcher import Matcher, Skips
from cockpit.nlu.tokens import Token, clean, tokenise
from cockpit.types import LANGS, Lang
from cockpit.yamlfile import read_yaml
from models.training.dataset import HERE
from models.training.examples import Example
from models.training.sampling import LEFT_UNTAGGED
from tests.unit.nlu.small_skills import UNDERSTANDER
from tests.unit.training.conftest import Shipped
from tests.unit.training.small_training import mixer

PHRASES = HERE / "phrases"
FILES = sorted(file for file in PHRASES.glob("*/*.yaml") if file.stem not in ("reasons", "frames"))
NOTHING_SKIPPED = Skips({}, {}, {})
WEEKENDS = ("周末", "weekend")
"""Read by lists that the small skills do not have."""


def check_spans(example: Example) -> None:
    for act in example.acts:
        assert 0 <= act.start < act.end <= len(example.words)
        assert all(act.start <= slot.start < slot.end <= act.end for slot in act.slots), example
        places = [n for slot in act.slots for n in range(slot.start, slot.end)]
        assert len(places) == len(set(places)), example


@pytest.mark.parametrize("lang", LANGS)
def test_every_intent_of_the_skills_has_sentences_whose_slots_lie_inside(shipped: Shipped, lang: Lang) -> None:
    sampler = shipped.mixers[lang].sampler
    known = {sentence.intent for sentence in shipped.languages[lang].sentences}
    assert {intent for intent in known if not intent.endswith(".mention")} <= {*sampler.intents}
    for intent in sampler.intents:
        for _ in range(3):
            example = sampler.sentence(intent)
            assert example.words
            assert intent in ("dialog.chat", "dialog.talk") or [act.intent for act in example.acts] == [intent]
            assert {slot.name for act in example.acts for slot in act.slots} <= sampler.slots
            check_spans(example)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_every_paraphrase_compiles_and_belongs_to_an_intent(shipped: Shipped, file: Path) -> None:
    lang: Lang = "zh" if file.parent.name == "zh" else "en"
    language = shipped.languages[lang]
    known = {sentence.intent for one in shipped.languages.values() for sentence in one.sentences}
    for intent, templates in read_yaml(file).items():
        assert file.stem == "negatives" or intent in known, intent
        for text in templates:
            assert language.compiled(text, intent), text


def held_out(lang: Lang) -> list[str]:
    return [row["say"] for row in read_yaml(ROOT / "tests" / "data" / f"no_command.{lang}.yaml")]


def plain(text: str) -> tuple[Token, ...]:
    """The words of a text without its punctuation."""
    return tuple(token for token in tokenise(clean(text)) if not token.punctuation)


@pytest.mark.parametrize("lang", LANGS)
def test_no_sampled_command_is_a_line_of_the_held_out_tests(shipped: Shipped, lang: Lang) -> None:
    lines = {tuple(token.text for token in plain(text)) for text in held_out(lang)}
    mixer = shipped.mixers[lang]
    made = {tuple(token.text for token in plain(mixer.single().text)) for _ in range(4000)}
    assert not made & lines


@pytest.mark.parametrize("lang", LANGS)
def test_no_training_phrase_could_say_a_line_of_the_held_out_tests(shipped: Shipped, lang: Lang) -> None:
    phrases = [*read_yaml(PHRASES / lang / "negatives.yaml").values(), read_yaml(PHRASES / lang / "reasons.yaml")]
    nodes = [(text, shipped.languages[lang].compiled(text, "")) for templates in phrases for text in templates]
    found = []
    for line in held_out(lang):
        tokens = plain(line)
        matcher = Matcher(clean(line), tokens, lang, NOTHING_SKIPPED)
        found += [(line, text) for text, node in nodes if any(m.end == len(tokens) for m in matcher.match(node, 0))]
    assert found == []


@pytest.mark.parametrize("lang", LANGS)
def test_small_skills_are_understood_as_they_are_sampled(lang: Lang, tmp_path: Path) -> None:
    sampler = mixer(lang, tmp_path).sampler
    for _ in range(300):
        example = sampler.any()
        check_spans(example)
        if any(weekend in example.text for weekend in WEEKENDS):
            continue
        act = example.acts[0]
        found = UNDERSTANDER.understand(example.text, lang, example.expecting).acts
        assert found, example.text
        spoken = {slot_stem(name).removesuffix("_unit") for name in found[0].slots}
        if [other.intent for other in found] == [act.intent]:
            assert {slot.name for slot in act.slots} == spoken, example.text
        if example.expecting:
            assert act.intent == f"answer.{example.expecting}"


def test_units_come_from_the_controls(tmp_path: Path) -> None:
    sampler = mixer("en", tmp_path).sampler
    for _ in range(50):
        assert "percent" not in sampler.sentence("temperature.set").words


def test_what_no_one_reads_is_no_slot(shipped: Shipped) -> None:
    for lang in LANGS:
        assert not shipped.mixers[lang].sampler.slots & LEFT_UNTAGGED
