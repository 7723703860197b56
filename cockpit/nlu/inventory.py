"""The intents that can be said, with their slots: what a language model may propose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cockpit.nlu.grammar import VALUE_KINDS, Slot, slots_of
from cockpit.nlu.language import Language
from cockpit.nlu.reading import MENTION
from cockpit.skillset import SkillSet
from cockpit.types import LANGS

SHOWN_VALUES = 12
"""A closed list that is longer is not listed in the prompt; its values are words of the sentence then."""
READ_BY_NOBODY = frozenset({"topic", "talk"})
NUMBER = "number"
FREE = "words"
SlotKinds = Mapping[str, str | tuple[str, ...]]
"""Slot to `NUMBER`, `FREE` or its closed values."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """Every intent that can be said, with its slots; `names` are what a control or reading is called in Chinese."""

    intents: Mapping[str, SlotKinds]
    names: Mapping[str, str]

    @classmethod
    def of(cls, skills: SkillSet) -> Inventory:
        found: dict[str, dict[str, str | tuple[str, ...]]] = {}
        for lang in LANGS:
            for sentence in Language(skills, lang).sentences:
                if not sentence.intent.endswith(f".{MENTION}"):
                    slots = found.setdefault(sentence.intent, {})
                    for slot in slots_of(sentence.node):
                        if slot.name not in READ_BY_NOBODY:
                            slots[slot.name] = _merged(slots.get(slot.name), slot)
        families = {intent.rpartition(".")[0] for intent in found}
        return cls(dict(sorted(found.items())), {family: skills.name("zh", family) for family in families})


def _merged(known: str | tuple[str, ...] | None, slot: Slot) -> str | tuple[str, ...]:
    """What a slot can hold, given what other sentences let it hold."""
    if slot.kind in VALUE_KINDS:
        return NUMBER
    values = tuple(dict.fromkeys(value for value, _ in slot.choices))
    if known is None:
        return values or FREE
    if isinstance(known, tuple) and values:
        return tuple(dict.fromkeys((*known, *values)))
    return known if known == NUMBER else FREE
