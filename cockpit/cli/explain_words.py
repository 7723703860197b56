"""The words of explanations: requests, values and likelihoods as people say them, from `explain.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cockpit.dialog.wording import Wording
from cockpit.profile import VehicleProfile
from cockpit.skillset import LANGUAGE_DIR, SkillSet
from cockpit.types import Act, Lang, Scalar, SlotValue
from cockpit.yamlfile import read_yaml


class Words:
    """Texts of one language."""

    def __init__(self, skills: SkillSet, profile: VehicleProfile, lang: Lang) -> None:
        self._skills, self._profile, self.lang = skills, profile, lang
        self._texts: Mapping[str, str] = read_yaml(LANGUAGE_DIR / lang / "explain.yaml")
        self._wording = Wording(skills, profile, lang)

    def say(self, key: str, **fields: object) -> str:
        """The text of `key`; the key itself where there is none."""
        return self._texts.get(key, key).format_map(fields)

    def has(self, key: str) -> bool:
        return key in self._texts

    def join(self, parts: Iterable[str]) -> str:
        return self._texts["join"].join(parts)

    def intent(self, intent: str) -> str:
        """ "air conditioning (turn on)": by a skill's own name for it, the texts here, or control and operation."""
        own = self._skills.name(self.lang, intent)
        if own != intent:
            return own
        if self.has(f"intent.{intent}"):
            return self.say(f"intent.{intent}")
        control, _, operation = intent.rpartition(".")
        if not control:
            return intent
        named = self.say(f"operation.{operation}") if self.has(f"operation.{operation}") else operation
        return self.say("quote.act", name=self._skills.name(self.lang, control), operation=named)

    def intents(self, intents: Iterable[str]) -> str:
        return self.join(self.intent(intent) for intent in intents)

    def act(self, act: Act) -> str:
        """A request with its values."""
        control = act.intent.rpartition(".")[0]
        shown = []
        for name, value in act.slots.items():
            if not name.endswith("_unit"):
                said = self.value(control, name, value, str(act.slots.get(f"{name}_unit", "")))
                shown.append(self.say("templates.pair", slot=self.slot(name), value=said))
        words = self.intent(act.intent)
        return self.say("templates.values", act=words, values=self.join(shown)) if shown else words

    def slot(self, name: str) -> str:
        stem = name.rstrip("0123456789")
        return self.say(f"slot.{stem}") if self.has(f"slot.{stem}") else name

    def value(self, control: str, slot: str, value: SlotValue, unit: str = "") -> str:
        """A slot's value: a number with its unit, a seat, the name of a choice."""
        if isinstance(value, bool | int | float):
            return self.scalar(value) if isinstance(value, bool) else self._quantity(value, unit)
        if isinstance(value, list | tuple):
            return self.join(self.value(control, slot, part) for part in value)
        text = str(value)
        if slot.startswith("zone") and self.has(f"zone.{text}"):
            return self.say(f"zone.{text}")
        for key in (f"{control}.{text}", f"{slot}.{text}"):
            if (name := self._skills.name(self.lang, key)) != key:
                return name
        return next((self._wording.say(key) for key in (f"{slot}.{text}",) if self._wording.has(key)), text)

    def _quantity(self, number: float, unit: str) -> str:
        key = f"quantity.{unit or 'none'}"
        return self.say(key if self.has(key) else "quantity.none", n=Wording.number(number))

    def scalar(self, value: Scalar | None) -> str:
        """A signal's value as it goes over the bus."""
        if value is None:
            return "?"
        if isinstance(value, bool):
            return str(value).lower()
        return value if isinstance(value, str) else Wording.number(value)

    @staticmethod
    def percent(probability: float) -> str:
        """A likelihood; one that is not quite certain is never said to be."""
        if 0.995 <= probability < 1.0:
            return ">99%"
        return "<1%" if 0.0 < probability < 0.005 else f"{probability:.0%}"

    def reason(self, reason: str, status: str) -> str:
        """Why the gate stopped something."""
        stem = reason.partition("-")[0]
        for key in (f"reason.{reason}", f"reason.{stem}", f"reason.{status}"):
            if self.has(key):
                return self.say(key)
        return reason
