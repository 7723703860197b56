"""Reads what a reply claims, from its words alone: names as the profile's things are called, forms from
`claims.<lang>.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cockpit.profile import Control, VehicleProfile
from cockpit.skillset import SkillSet
from cockpit.types import Lang, Scalar, Zone
from cockpit.yamlfile import read_yaml

Kind = Literal[
    "done", "already", "is", "moving", "blocked", "passing", "failed", "refused", "unavailable", "unsure",
    "app", "undone", "plain",
]  # fmt: skip
APP = "app "
"""Marks a name that is an app's action rather than a control or reading."""
NUMBER = re.compile(r"([-−]?\d+(?:\.\d+)?)[^\d]{0,24}")


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    says: str
    claims: Kind = "plain"
    name: str | list[str] = Field(default_factory=list)
    does: list[str] = Field(default_factory=list)
    app: str = ""


class Forms(BaseModel):
    """`claims.<lang>.yaml`; its own comment explains it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    split: str
    joined: str = Field(alias="and")
    level: str
    share: str
    zones: dict[str, list[Zone]]
    names: dict[str, list[str]]
    deeds: list[Form]
    forms: list[Form]


@dataclass(frozen=True, slots=True)
class Amount:
    """A value as a reply says it."""

    value: Scalar
    level: bool = False


@dataclass(frozen=True, slots=True)
class Claimed:
    """One thing that is claimed. `name` is a control, a reading, an app's action, or empty for the whole turn."""

    kind: Kind
    text: str
    name: str = ""
    zones: tuple[Zone, ...] = ()
    does: tuple[str, ...] = ()
    amount: Amount | None = None
    args: tuple[str, ...] = ()


class Reader:
    """Reads replies in one language."""

    def __init__(self, lang: Lang, skills: SkillSet, profile: VehicleProfile) -> None:
        self._forms = Forms.model_validate(read_yaml(Path(__file__).with_name(f"claims.{lang}.yaml")))
        self._profile = profile
        self._names = self._vocabulary(lang, skills)
        self._apps = {text: app for app in profile.apps for text in skills.reply(lang, f"app.{app}")}
        self._choices = {
            name: {skills.name(lang, f"{name}.{choice}"): value for choice, value in control.values.items()}
            for name, control in profile.controls.items()
        }
        self._deeds = [(form, self._compiled(form.says)) for form in self._forms.deeds]
        self._compiled_forms = [(form, self._compiled(form.says)) for form in self._forms.forms]

    def _vocabulary(self, lang: Lang, skills: SkillSet) -> dict[str, tuple[str, ...]]:
        """What things are called to which things are called so."""
        known: dict[str, list[str]] = {}
        for key in (*self._profile.controls, *self._profile.readings):
            for word in (skills.name(lang, key), *self._forms.names.get(key, [])):
                known.setdefault(word.casefold(), []).append(key)
        return {word: tuple(keys) for word, keys in known.items()}

    def _compiled(self, says: str) -> re.Pattern[str]:
        zone = _any_of(self._forms.zones)
        parts = {
            "zone": f"(?P<zone>(?:{zone}(?:{re.escape(self._forms.joined)}{zone})*)??)",
            "name": f"(?P<name>{_any_of(self._names)})",
            "app": f"(?P<app>{_any_of(self._apps)})",
            "value": "(?P<value>.+?)",
            "deed": "(?P<deed>.+?)",
            "any": ".*",
        }
        pattern, count = "", 0
        for literal, part in _pieces(says):
            count += part == "args"
            pattern += literal + (f"(?P<args{count}>.+?)" if part == "args" else parts.get(part, ""))
        return re.compile(pattern, re.IGNORECASE)

    def clauses(self, text: str) -> list[str]:
        return [clause.strip() for clause in re.split(self._forms.split, text) if clause.strip()]

    def read(self, text: str) -> list[tuple[Claimed, ...]]:
        """What `text` claims: for each clause that claims something all that it may mean; one of them must be so."""
        found = [self._clause(clause) for clause in self.clauses(text)]
        return [claims for claims in found if claims]

    def _clause(self, clause: str) -> tuple[Claimed, ...]:
        said, found = "", list[Claimed]()
        for form, pattern in self._compiled_forms:
            if said and form.says != said:
                break
            match = pattern.fullmatch(clause)
            if match and (claims := list(self._claimed(form, match.groupdict(), clause))):
                said = form.says
                found += claims
        return tuple(found)

    def _claimed(self, form: Form, said: Mapping[str, str | None], clause: str) -> Iterator[Claimed]:
        if (deed := said.get("deed")) is not None:
            yield from self._of_deed(form, deed, clause)
            return
        args = tuple(text for key, text in said.items() if key.startswith("args") and text)
        if form.app or said.get("app"):
            name = form.app or self._apps[_key(self._apps, said["app"] or "")]
            yield Claimed(form.claims, clause, APP + name, args=args)
            return
        zones = self._zones(said.get("zone") or "")
        for name in self._named(form, said.get("name")):
            if name.startswith(APP):
                yield Claimed("app", clause, name)
            elif (value := said.get("value")) is None:
                if not form.does or not name or self._has(name, form.does):
                    yield Claimed(form.claims, clause, name, zones, tuple(form.does))
            elif (amount := self._amount(name, value)) is not None:
                yield Claimed(form.claims, clause, name, zones, (), amount)

    def _of_deed(self, form: Form, deed: str, clause: str) -> Iterator[Claimed]:
        for inner, pattern in self._deeds:
            match = pattern.fullmatch(deed)
            if match is not None:
                said = match.groupdict()
                for name in self._named(inner, said.get("name")):
                    yield Claimed(form.claims, clause, name, self._zones(said.get("zone") or ""), tuple(inner.does))
                return

    def _named(self, form: Form, said: str | None) -> Sequence[str]:
        if form.name:
            return [form.name] if isinstance(form.name, str) else form.name
        return self._names[said.casefold()] if said is not None else [""]

    def _has(self, name: str, does: Sequence[str]) -> bool:
        control = self._profile.controls.get(name)
        if control is None:
            return bool({"true", "false"} & set(does))
        return bool(set(does) & {*control.values, *control.rests}) or "unmute" in does

    def _zones(self, text: str) -> tuple[Zone, ...]:
        found: list[Zone] = []
        for word in re.findall(_any_of(self._forms.zones), text, re.IGNORECASE):
            found += self._forms.zones[_key(self._forms.zones, word)]
        return tuple(dict.fromkeys(found))

    def _amount(self, name: str, text: str) -> Amount | None:
        """`text` as a value of that control or reading; None when it is none."""
        choices = self._choices.get(name, {})
        for word, value in choices.items():
            if word.casefold() == text.casefold():
                return Amount(value)
        if match := re.fullmatch(self._forms.level, text, re.IGNORECASE):
            return Amount(int(match[1]), level=True)
        match = re.fullmatch(self._forms.share, text, re.IGNORECASE) or NUMBER.fullmatch(text)
        return Amount(float(match[1].replace("−", "-"))) if match else None


def wanted_of(control: Control, amount: Amount) -> Scalar:
    """The signal's value that is claimed."""
    if isinstance(amount.value, bool | str):
        return amount.value
    if amount.level and 0 < amount.value <= len(control.levels):
        return control.sign * control.levels[int(amount.value) - 1]
    return amount.value if amount.value in control.values.values() else control.sign * amount.value


def _any_of(words: Mapping[str, object]) -> str:
    """One of the words, the longest first."""
    return "(?:" + "|".join(map(re.escape, sorted(words, key=len, reverse=True))) + ")"


def _key(words: Mapping[str, object], said: str) -> str:
    return next(word for word in words if word.casefold() == said.casefold())


def _pieces(says: str) -> Iterator[tuple[str, str]]:
    """Literal parts of a form, each with the placeholder behind it."""
    parts = re.split(r"\{([a-z]+)\}", says)
    yield from zip(parts[0::2], [*parts[1::2], ""], strict=True)
