"""Sentences that two skills claim: sampled from the templates of one and read word for word with those of the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cockpit.nlu.grammar import Node
from cockpit.nlu.language import Language
from cockpit.nlu.lint.phrases import Compiled, shared_words
from cockpit.nlu.matcher import FREE_TEXT, Matcher
from cockpit.nlu.reading import MENTION, Reader, Route
from cockpit.nlu.samples import Samples
from cockpit.nlu.tokens import clean, tokenise
from cockpit.skillfile import Mistake, Place
from cockpit.skillset import Skill, SkillSet
from cockpit.types import LANGS, Lang

PER_TEMPLATE = 20
"""Sentences drawn from each template of the new skill."""
PER_OTHER = 2
"""The same for the templates of the other skills."""
WORDY = 0.1
"""How much dearer a reading may be and still be a claim: some fillers, but no free text."""


@dataclass(frozen=True, slots=True)
class Claim:
    """`text`, a sentence of `intent`, is one of `other` too, with `slots`."""

    intent: str
    other: str
    place: Place
    text: str
    slots: tuple[tuple[str, object], ...]


def overlaps(skill: Skill, folder: Path, others: SkillSet, compiled: Compiled) -> Iterator[Mistake]:
    """One mistake for each pair of intents that claim the same sentences, per language.

    What is a follow-up too ("a bit more") is a warning: it is the skill's then, and no follow-up any longer.
    """
    for lang in LANGS:
        alone = Language(_sharing({skill.manifest.name: skill}, skill, others, lang), lang)
        rest = Language(_sharing(others.skills, skill, others, lang), lang)
        own = {sentence.intent for sentence in alone.sentences if not sentence.intent.startswith("dialog.")}
        ours = ((i, place, node) for i, placed in compiled.sentences[lang].items() for place, node in placed)
        claims = list(_claims(ours, rest, alone, PER_TEMPLATE))
        theirs: list[tuple[str, Place, Node]] = [(s.intent, (), s.node) for s in rest.sentences]
        for claim in _claims(theirs, alone, rest, PER_OTHER):
            if claim.other in own:
                place: Place = ("intents", claim.other)
                claims.append(Claim(claim.other, claim.intent, place, claim.text, ()))
        yield from _told(claims, folder / f"{lang}.yaml", others, lang)


def _sharing(skills: Mapping[str, Skill], new: Skill, others: SkillSet, lang: Lang) -> SkillSet:
    """`skills` alone, with the rules and lists of all to use."""
    rules, lists = shared_words(others, lang)
    words = {"rules": {**rules, **new.phrases[lang].rules}, "lists": {**lists, **new.phrases[lang].lists}}
    grammar = others.grammars[lang].model_copy(update=words)
    return SkillSet(skills=dict(skills), grammars={**others.grammars, lang: grammar}, replies=others.replies)


def _claims(
    sentences: Iterable[tuple[str, Place, Node]], other: Language, own: Language, count: int
) -> Iterator[Claim]:
    samples = Samples(other.lang)
    for intent, place, node in sentences:
        if intent.endswith(f".{MENTION}"):
            continue
        for text in samples.draw(node, count):
            found = _read(other, text)
            if found is None or len(found.steps) != 1 or found.steps[0].match.guesses & FREE_TEXT:
                continue
            step, meant = found.steps[0], _read(own, text)
            if meant is None or found.cost <= meant.cost + WORDY:
                yield Claim(intent, step.intent, place, text, step.match.slots)


def _read(language: Language, text: str) -> Route | None:
    """The cheapest reading of `text` by its very words."""
    cleaned = clean(text)
    tokens = tokenise(cleaned)
    return Reader(language, Matcher(cleaned, tokens, language.lang, language.skips), "").best()


def _told(claims: list[Claim], file: Path, others: SkillSet, lang: Lang) -> Iterator[Mistake]:
    groups: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        groups.setdefault((claim.other, _hint(claim, others, lang)), []).append(claim)
    for (other, hint), found in groups.items():
        intents = list(dict.fromkeys(claim.intent for claim in found))
        texts = list(dict.fromkeys(claim.text for claim in found))
        examples = ", ".join(f"'{text}'" for text in texts[:3])
        more = f" and {len(texts) - 3} more that were tried" if len(texts) > 3 else ""
        whose = f"{other} of the skill {owner}" if (owner := others.owner(other)) else other
        text = f"{examples}{more} ({', '.join(intents)}) can be {whose} as well{hint}"
        yield Mistake(file, found[0].place, text, warning=other.startswith("dialog."))


def _hint(claim: Claim, others: SkillSet, lang: Lang) -> str:
    """Where the other skill has the word from, when that is a list of its own."""
    if owner := others.owner(claim.other):
        for name, values in others.skills[owner].phrases[lang].lists.items():
            if found := [str(value) for _, value in claim.slots if str(value) in values]:
                return f", by {found[0]!r} in the list {name!r} of {owner}/{lang}.yaml"
    return "; word one of them differently"
