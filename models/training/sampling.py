"""Sentences sampled from the skills' templates and the paraphrase grammars, with their slots marked."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cockpit.nlu.grammar import EMPTY, Alternative, Literal, Node, Sequence, Slot, slots_of
from cockpit.nlu.labels import kind_of, slot_stem
from cockpit.nlu.language import Language
from cockpit.nlu.tokens import clean, tokenise
from cockpit.skillset import SkillSet
from cockpit.types import Lang
from cockpit.yamlfile import read_yaml
from models.training.examples import ActSpan, Example, SlotSpan
from models.training.names import Names
from models.training.spoken import Speaker

PRIVATE_SKILLS = frozenset({"phone", "calendar", "navigation"})
BESIDE = ("negatives", "reasons", "frames")
"""Phrases that belong to no intent."""
LEFT_UNTAGGED = frozenset({"topic", "talk"})
"""Slots that no one reads."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Where an intent's sentences come from: `plain` the skill's own templates, `loose` the paraphrases."""

    plain: list[Node]
    loose: list[Node]


class Sampler:
    """Samples utterances of one language. `units` maps a control to the unit of its values."""

    def __init__(
        self,
        skills: SkillSet,
        language: Language,
        phrases: Path,
        names: Names,
        units: Mapping[str, str],
        rng: random.Random,
    ) -> None:
        self.lang: Lang = language.lang
        self.skills = skills
        self._language = language
        self._rng, self._names, self._units = rng, names, units
        self._speaker = Speaker(self.lang, rng)
        pools: dict[str, Pool] = defaultdict(lambda: Pool([], []))
        for sentence in language.sentences:
            pools[sentence.intent].plain.append(sentence.node)
        for sentences in language.answers.values():
            for sentence in sentences:
                pools[sentence.intent].plain.append(sentence.node)
        for intent, templates in _paraphrases(phrases / self.lang):
            pools[intent].loose.extend(language.compiled(text, intent) for text in templates)
        self.pools = {intent: pool for intent, pool in pools.items() if pool.plain or pool.loose}
        self.intents = [intent for intent in self.pools if not intent.endswith(".mention")]
        nodes = (node for pool in self.pools.values() for node in (*pool.plain, *pool.loose))
        self.slots = frozenset(slot_stem(slot.name) for node in nodes for slot in slots_of(node)) - LEFT_UNTAGGED
        self.weights = [self._weight(intent) for intent in self.intents]

    def _weight(self, intent: str) -> float:
        """How often an intent is practised: more where there are more ways to say it, none for plain talk."""
        pool = self.pools[intent]
        return float(min(40, 4 + len(pool.plain) + 2 * len(pool.loose)))

    def compiled(self, template: str) -> Node:
        """A template that belongs to no intent."""
        return self._language.compiled(template, "")

    def words(self, node: Node) -> tuple[str, ...]:
        """One sentence of `node`, without its slots."""
        words: list[str] = []
        self._walk(node, "", words, [])
        return tuple(words)

    def any(self) -> Example:
        return self.sentence(self._rng.choices(self.intents, self.weights)[0])

    def sentence(self, intent: str, *, plainly: bool = False) -> Example:
        """One utterance with the act `intent`, `plainly` one of the skill's own templates if it has any."""
        pool = self.pools[intent]
        loose = not pool.plain or (not plainly and self._rng.random() < 0.55)
        nodes = pool.loose if pool.loose and loose else pool.plain
        control = intent.rpartition(".")[0]
        while True:
            words: list[str] = []
            slots: list[SlotSpan] = []
            self._walk(self._rng.choice(nodes), self._units.get(control, ""), words, slots)
            if words and len(words) < 60:
                break
        family = intent.partition(".")[0]
        act = ActSpan(intent, 0, len(words), tuple(slot for slot in slots if slot.name not in LEFT_UNTAGGED))
        talk = intent in ("dialog.chat", "dialog.talk")
        return Example(
            self.lang,
            tuple(words),
            () if talk else (act,),
            kind="chat" if intent == "dialog.chat" else kind_of([intent]),
            complexity="talk" if talk else "simple",
            private=None if family in ("dialog", "answer") else self.skills.owner(intent) in PRIVATE_SKILLS,
            expecting=intent.partition(".")[2] if family == "answer" else "",
            source="templates",
        )

    def _walk(self, node: Node, unit: str, words: list[str], slots: list[SlotSpan]) -> None:
        if isinstance(node, Literal):
            words += node.words
        elif isinstance(node, Sequence):
            for item in node.items:
                self._walk(item, unit, words, slots)
        elif isinstance(node, Alternative):
            self._walk(self._alternative(node), unit, words, slots)
        else:
            begun = len(words)
            if node.choices:
                self._walk(self._rng.choice(node.choices)[1], unit, words, slots)
            else:
                words += self._value(node, unit)
            if len(words) > begun:
                slots.append(SlotSpan(slot_stem(node.name), begun, len(words)))

    def _alternative(self, node: Alternative) -> Node:
        """One of the alternatives: an option is left out more often than not, a second place nearly always, and Chinese
        seldom mixed with English words."""
        if EMPTY in node.items:
            others = [item for item in node.items if item is not EMPTY]
            if self._rng.random() < (0.9 if any(_second_zone(item) for item in others) else 0.6):
                return EMPTY
            return self._rng.choice(others)
        chosen = self._rng.choice(node.items)
        if self.lang == "zh" and isinstance(chosen, Literal) and chosen.words[0].isascii() and self._rng.random() < 0.9:
            chosen = self._rng.choice(node.items)
        return chosen

    def _value(self, slot: Slot, unit: str) -> Iterable[str]:
        if slot.name in ("command", "thing"):
            return self._quoted(slot.name)
        amount = slot.name == "amount"
        if slot.kind == "value":
            text = self._speaker.quantity(unit or self._rng.choice(("percent", "celsius", "level")), amount=amount)
        elif slot.kind == "degrees":
            text = self._speaker.degrees(amount=amount)
        elif slot.kind in ("day", "time", "digits"):
            text = getattr(self._speaker, slot.kind)()
        else:
            return self._names.words(slot_stem(slot.name), verbatim=slot.kind == "verbatim")
        return [token.text for token in tokenise(clean(text)) if not token.punctuation]

    def _quoted(self, what: str) -> tuple[str, ...]:
        """A whole command, or the name of a thing in the car, to be talked about."""
        intents = [i for i in self.pools if i.endswith(".mention") == (what == "thing")]
        return self.sentence(self._rng.choice(intents)).words


def _second_zone(node: Node) -> bool:
    items = node.items if isinstance(node, Sequence) else (node,)
    return any(isinstance(item, Slot) and item.name in ("zone2", "zone3") for item in items)


def _paraphrases(folder: Path) -> Iterable[tuple[str, list[str]]]:
    for file in sorted(folder.glob("*.yaml")):
        if file.stem not in BESIDE:
            yield from read_yaml(file).items()
