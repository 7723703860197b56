"""The phrases of a skill: every template compiled on its own, so that each mistake is found where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from cockpit.errors import ConfigError
from cockpit.nlu.grammar import VALUE_KINDS, Compiler, Node, Slot, slots_of
from cockpit.skillfile import Mistake, Place
from cockpit.skillset import ControlPhrases, Phrases, Skill, SkillSet, Templates
from cockpit.types import LANGS, Lang

Placed = tuple[Place, Node]


@dataclass(frozen=True, slots=True)
class Compiled:
    """Per language the sentences of each intent with where they stand."""

    sentences: dict[Lang, dict[str, list[Placed]]] = field(default_factory=lambda: {lang: {} for lang in LANGS})

    def nodes(self, lang: Lang, intent: str) -> list[Node]:
        return [node for _, node in self.sentences[lang].get(intent, [])]

    def slots(self, lang: Lang, intent: str) -> dict[str, list[Slot]]:
        """Name to what fills it, in the sentences of an intent."""
        found: dict[str, list[Slot]] = {}
        for node in self.nodes(lang, intent):
            for slot in slots_of(node):
                found.setdefault(slot.name, []).append(slot)
                if slot.kind in VALUE_KINDS:
                    found.setdefault(f"{slot.name}_unit", []).append(slot)
        return found


def compile_phrases(skill: Skill, folder: Path, others: SkillSet) -> tuple[Compiled, list[Mistake]]:
    """Everything that `skill` hears, compiled beside the rules and lists of `others`."""
    compiled, mistakes = Compiled(), []
    for lang in LANGS:
        reading = _Reading(skill, folder / f"{lang}.yaml", lang, others)
        compiled.sentences[lang] = reading.sentences
        mistakes += reading.mistakes
    return compiled, mistakes


def shared_words(others: SkillSet, lang: Lang) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """The rules and lists that the language and `others` have."""
    grammar = others.grammars[lang]
    rules, lists = dict(grammar.rules), dict(grammar.lists)
    for other in others.skills.values():
        rules.update(other.phrases[lang].rules)
        lists.update(other.phrases[lang].lists)
    return rules, lists


class _Reading:
    """Compiles one language of a skill and collects what is wrong with it."""

    def __init__(self, skill: Skill, file: Path, lang: Lang, others: SkillSet) -> None:
        self._skill, self._file, self._lang, self._others = skill, file, lang, others
        self._phrases: Phrases = skill.phrases[lang]
        rules, lists = shared_words(others, lang)
        self._rules: dict[str, str] = {**rules, **self._phrases.rules}
        self._lists: dict[str, Mapping[str, str]] = {**lists, **self._phrases.lists}
        self._compiler = Compiler(self._rules, self._lists)
        self._told: set[str] = set()
        self.sentences: dict[str, list[Placed]] = {}
        self.mistakes: list[Mistake] = [*self._taken_names(), *self._strangers()]
        self._shared_pieces()
        for control in self._phrases.controls:
            self._control(control)
        for reading, templates in self._phrases.readings.items():
            self._templates(f"{reading}.read", templates, ("readings", reading), {})
        for intent, templates in self._phrases.intents.items():
            self._templates(intent, templates, ("intents", intent), {})
        self.mistakes += self._unspoken()

    def _wrong(self, place: Place, text: str) -> Mistake:
        return Mistake(self._file, place, text)

    def _taken_names(self) -> Iterator[Mistake]:
        """Rules and lists have one namespace for all skills: the last to take a name takes it from all."""
        own, name = self._phrases, self._skill.manifest.name
        grammar = self._others.grammars[self._lang]
        holders = [("the language itself", grammar.rules, grammar.lists)]
        for other, skill in self._others.skills.items():
            holders.append((f"the skill {other}", skill.phrases[self._lang].rules, skill.phrases[self._lang].lists))
        for holder, rules, lists in holders:
            taken = [("rules", key) for key in own.rules if key in rules]
            taken += [("lists", key) for key in own.lists if key in lists]
            for place in taken:
                yield self._wrong(place, f"{holder} has {place[1]!r} too and would lose it; try '{name}_{place[1]}'")

    def _strangers(self) -> Iterator[Mistake]:
        """Phrases for what the manifest does not have."""
        own, manifest = self._phrases, self._skill.manifest
        parts: tuple[tuple[str, Iterable[str], Iterable[str]], ...] = (
            ("controls", own.controls, manifest.controls),
            ("readings", own.readings, manifest.readings),
            ("intents", own.intents, manifest.intents),
        )
        for part, said, known in parts:
            for name in said:
                if name not in known:
                    near = get_close_matches(name, list(known), 1)
                    hint = f"; did you mean {near[0]!r}?" if near else ""
                    yield self._wrong((part, name), f"skill.yaml has no such thing under {part}{hint}")

    def _unspoken(self) -> Iterator[Mistake]:
        """What the manifest has and nobody can say in this language."""
        manifest = self._skill.manifest
        for control in manifest.controls:
            if control not in self._phrases.controls:
                yield self._wrong(("controls",), f"nothing is said here for the control {control} of skill.yaml")
        for reading in manifest.readings:
            if not self._phrases.readings.get(reading):
                yield self._wrong(("readings",), f"there is no sentence for {reading}")
        for intent in manifest.intents:
            if not self._phrases.intents.get(intent):
                yield self._wrong(("intents",), f"there is no sentence for {intent}")

    def _shared_pieces(self) -> None:
        for name, text in self._phrases.rules.items():
            self._node(text, ("rules", name), {})
        for name, values in self._phrases.lists.items():
            for value, text in values.items():
                self._node(text, ("lists", name, value), {})

    def _control(self, control: str) -> None:
        """The names of a control, the sentences of its shape and its own."""
        spoken, place = self._phrases.controls[control], ("controls", control)
        local = self._local(spoken, place)
        shape = self._skill.manifest.controls.get(control, "own")
        for operation, templates in self._others.grammars[self._lang].shapes.get(shape, {}).items():
            self._templates(f"{control}.{operation}", templates, place, local, numbered=False)
        for operation, templates in spoken.sentences.items():
            self._templates(f"{control}.{operation}", templates, (*place, "sentences", operation), local)

    def _local(self, spoken: ControlPhrases, place: Place) -> dict[str, Node]:
        local = {"it": self._node(spoken.it, (*place, "it"), {})}
        choices = spoken.choices
        if isinstance(choices, str) and choices not in self._lists:
            self.mistakes.append(self._wrong((*place, "choices"), f"there is no list {choices!r}"))
        elif choices:
            values = self._lists[choices] if isinstance(choices, str) else choices
            nodes = [(value, self._node(text, (*place, "choices", value), {})) for value, text in values.items()]
            local["choice"] = Slot("choice", "choice", tuple((value, node) for value, node in nodes if node))
        return {name: node for name, node in local.items() if node is not None}

    def _templates(
        self, intent: str, templates: Templates, place: Place, local: Mapping[str, Node], *, numbered: bool = True
    ) -> None:
        for number, text in enumerate(templates):
            where = (*place, number) if numbered else place
            if (node := self._node(text, where, local)) is not None:
                self.sentences.setdefault(intent, []).append((where, node))

    def _node(self, text: str, place: Place, local: Mapping[str, Node]) -> Node | None:
        try:
            return self._compiler.template(text, local)
        except ConfigError as error:
            self._compiler = Compiler(self._rules, self._lists)
            if error.message not in self._told:
                self._told.add(error.message)
                self.mistakes.append(self._wrong(place, error.message))
        return None
