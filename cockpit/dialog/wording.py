"""The words of replies: names, zones, values and sentences from the language files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter

from cockpit.plan.plans import Deed
from cockpit.profile import Control, VehicleProfile
from cockpit.skillset import SkillSet
from cockpit.types import REAR_ZONES, ZONES, Lang, Scalar, SetSignal, Zone

FRONT_ZONES = frozenset(ZONES) - REAR_ZONES


_MOMENT = re.compile(r"\b\d{4}-\d\d-\d\dT(\d\d:\d\d)(?::\d\d)?\b")
"""A moment as apps write it; its time of day is what is said."""


class Wording:
    """Looks up and fills the reply texts of one language."""

    def __init__(self, skills: SkillSet, profile: VehicleProfile, lang: Lang) -> None:
        self._skills, self._profile, self.lang = skills, profile, lang

    def has(self, key: str) -> bool:
        return bool(self._skills.reply(self.lang, key))

    def say(self, key: str, fields: Mapping[str, object] | None = None) -> str:
        """The text of `key`, with the raw values of `fields` put into words.

        Of several texts the first whose fields are all known; an unknown key is said as it is, so that a missing
        text is seen in tests rather than an error in the car.
        """
        words = self._words(fields or {})
        for text in self._skills.reply(self.lang, key):
            if all(name is None or name in words for _, name, _, _ in Formatter().parse(text)):
                return text.format_map(words).strip()
        return key

    def fixed_keys(self, prefixes: tuple[str, ...]) -> list[str]:
        """Shared reply keys under `prefixes` whose text has no fields."""
        texts = self._skills.replies[self.lang]
        return [key for key, text in texts.items() if key.startswith(prefixes) and "{" not in str(text)]

    def join(self, key: str, parts: list[str]) -> str:
        return self._raw(key).join(parts)

    def first(self, keys: list[str], fields: Mapping[str, object]) -> str:
        """The text of the first of `keys` that there is."""
        return self.say(next((key for key in keys if self.has(key)), keys[-1]), fields)

    def _words(self, fields: Mapping[str, object]) -> dict[str, str]:
        words = {"zone": self.zones(fields.get("zones", ()))}
        control = self._profile.controls.get(str(fields.get("name", "")))
        for name, value in fields.items():
            if name == "name":
                words[name] = self.name(str(value))
            elif isinstance(value, tuple) and len(value) == 2 and name != "zones":
                words[name] = self.quantity(*value)
            elif name in ("value", "reached") and value is not None:
                words[name] = self.value(str(fields.get("name", "")), control, value)
            elif isinstance(value, str) and self.has(f"{name}.{value}"):
                words[name] = self._raw(f"{name}.{value}")
            elif name == "summary":
                words[name] = self._own_words(str(value))
            elif isinstance(value, list):
                words[name] = self._items(value)
            elif value is not None and name != "zones":
                words[name] = self._plain(value)
            if name.endswith("_m") and isinstance(value, int | float):
                words[f"{name[:-2]}_km"] = self.number(round(value / 1000, 1))
        return {name: text for name, text in words.items() if text or name == "zone"}

    def _own_words(self, text: str) -> str:
        """Of a text in both languages the part in this one; any other text as it is."""
        chinese = " ".join(re.findall(r"[\u3400-\u9fff，。、]+", text))
        latin = " ".join(re.findall(r"[A-Za-z][A-Za-z' ,-]*", text)).strip()
        return (chinese if self.lang == "zh" else latin) if chinese and latin else text

    def name(self, key: str) -> str:
        return self._skills.name(self.lang, key)

    def zones(self, zones: object) -> str:
        """ "driver's", "rear", "all" …; empty for no zones."""
        if not isinstance(zones, tuple) or not zones:
            return ""
        held = frozenset(zones)
        for group, members in (("all", frozenset(ZONES)), ("front", FRONT_ZONES), ("rear", REAR_ZONES)):
            if held == members:
                return self._raw(f"zone.{group}")
        return self._raw("zone.join").join(self._raw(f"zone.{zone}") for zone in zones)

    def _raw(self, key: str) -> str:
        return next(iter(self._skills.reply(self.lang, key)), key)

    def _items(self, items: list[object]) -> str:
        return self._raw("join.items").join(self._plain(item) for item in items)

    def _plain(self, value: object) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, int | float):
            return self.number(value)
        if isinstance(value, Mapping):
            return " ".join(self._plain(part) for part in value.values() if part not in (None, ""))
        return self._items(value) if isinstance(value, list) else _MOMENT.sub(r"\1", str(value))

    @staticmethod
    def number(value: float) -> str:
        return str(int(value)) if value == int(value) else f"{value:.6f}".rstrip("0").rstrip(".")

    def quantity(self, value: object, unit: str) -> str:
        """A number with its unit, in words."""
        number = self.number(value) if isinstance(value, int | float) else str(value)
        return self._raw(f"unit.{unit}").format(n=number)

    def value(self, name: str, control: Control | None, value: object) -> str:
        """A signal's value as this control is spoken of: a level, a choice's name, a number with its unit."""
        if control is None:
            return self._plain(value)
        choice = next((key for key, held in control.values.items() if held == value and isinstance(held, str)), None)
        if choice is not None:
            return self.name(f"{name}.{choice}")
        if isinstance(value, bool) or not isinstance(value, int | float):
            return self._plain(value)
        own = control.sign * value
        if own in control.levels:
            return self.quantity(control.levels.index(own) + 1, "level")
        return self.quantity(own, "percent" if control.levels else control.unit)

    def sentences(self, parts: list[str]) -> str:
        """The parts of a reply as one text, begun and ended as the language does; a part's own mark is kept."""
        kept = list(dict.fromkeys(part.rstrip("。.") for part in parts if part))
        text = ""
        for part in kept:
            joint = (
                ""
                if not text
                else (" " if self.lang == "en" else "")
                if text[-1] in "?？!！"
                else self._raw("join.sentences")
            )
            text += joint + part
        if text and text[-1] not in "?？!！":
            text += self._raw("end")
        return text[:1].upper() + text[1:]


def shown_zones(deed: Deed, speaker: Zone) -> tuple[Zone, ...]:
    """The zones worth saying: those that were named, or that are more than the speaker's own."""
    return deed.zones if deed.spoken_zones and deed.zones != (speaker,) else ()


def by_value(deed: Deed, control: Control) -> list[tuple[tuple[Zone, ...], Scalar | None]]:
    """The zones of a deed grouped by the value they get, so that equal ones are told together."""
    own = [p for p in deed.proposals if isinstance(p, SetSignal)]
    if not deed.zones:
        return [((), own[0].value if own else None)]
    groups: dict[Scalar, list[Zone]] = {}
    for zone in deed.zones:
        for proposal in own:
            if proposal.path in control.targets[zone]:
                groups.setdefault(proposal.value, []).append(zone)
                break
    return [(tuple(zones), value) for value, zones in groups.items()]
