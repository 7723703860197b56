"""What a skill's intents do: the manifest against its phrases, its handler, the other skills and the car."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cockpit.errors import ConfigError
from cockpit.nlu.labels import slot_stem
from cockpit.nlu.lint.phrases import Compiled
from cockpit.profile import VehicleProfile
from cockpit.skillfile import Mistake, Place, functions_of
from cockpit.skillset import Intent, Skill, SkillSet
from cockpit.types import LANGS


def deed_mistakes(
    skill: Skill, folder: Path, others: SkillSet, profile: VehicleProfile, compiled: Compiled
) -> list[Mistake]:
    """All that is wrong with `skill.yaml` beyond its form."""
    return list(_Deeds(skill, folder, others, profile, compiled).mistakes())


class _Deeds:
    def __init__(
        self, skill: Skill, folder: Path, others: SkillSet, profile: VehicleProfile, compiled: Compiled
    ) -> None:
        self._skill, self._folder, self._others = skill, folder, others
        self._profile, self._compiled = profile, compiled
        self._file = folder / "skill.yaml"

    def mistakes(self) -> Iterator[Mistake]:
        yield from self._names()
        yield from self._controls()
        yield from self._apps()
        for name, spec in self._skill.manifest.intents.items():
            yield from self._intent_name(name)
            yield from self._deed(name, spec)
            yield from self._slots(name, spec)

    def _wrong(self, place: Place, text: str, *, warning: bool = False) -> Mistake:
        return Mistake(self._file, place, text, warning)

    def _names(self) -> Iterator[Mistake]:
        name = self._skill.manifest.name
        if name != self._folder.resolve().name:
            yield self._wrong(("name",), f"the name must be the folder's, {self._folder.resolve().name}, not {name}")
        if name in self._others.skills:
            yield self._wrong(("name",), f"there is a skill {name} already")

    def _intent_name(self, name: str) -> Iterator[Mistake]:
        prefix = f"{self._skill.manifest.name}."
        if not name.startswith(prefix) or len(name) == len(prefix):
            yield self._wrong(("intents", name), f"the name of an intent must begin with '{prefix}'")
        if (owner := self._others.owner(name)) and name.startswith(prefix):
            yield self._wrong(("intents", name), f"the skill {owner} has an intent of this name already")

    def _controls(self) -> Iterator[Mistake]:
        manifest = self._skill.manifest
        owned = {c: name for name, other in self._others.skills.items() for c in other.manifest.controls}
        for control, shape in manifest.controls.items():
            place = ("controls", control)
            for lang in LANGS:
                if shape not in (shapes := self._others.grammars[lang].shapes):
                    yield self._wrong(place, f"there is no shape {shape!r} in {lang}; there are {', '.join(shapes)}")
            if control in owned:
                yield self._wrong(place, f"the skill {owned[control]} speaks for this control already")
            if control not in self._profile.controls:
                yield self._wrong(place, "the vehicle profile has no such control: it will not work", warning=True)
        for reading in manifest.readings:
            if reading not in self._profile.readings:
                text = f"the vehicle profile has no reading {reading}: it will not work"
                yield self._wrong(("readings",), text, warning=True)

    def _deed(self, name: str, spec: Intent) -> Iterator[Mistake]:
        place: Place = ("intents", name)
        ways = [way for way, held in (("do", spec.do), ("app", spec.app), ("handler", spec.handler)) if held]
        if len(ways) > 1:
            yield self._wrong(place, f"only one of {' and '.join(ways)} is possible")
        if bool(spec.app) != bool(spec.action):
            yield self._wrong(place, "an app wants an action, and an action an app")
        if not spec.app and (spec.args or spec.fixed):
            yield self._wrong(place, "args and fixed are for an app, and there is none")
        for number, operation in enumerate(spec.do):
            if operation.control not in self._profile.controls:
                text = f"the vehicle profile has no control {operation.control}: it will not work"
                yield self._wrong((*place, "do", number), text, warning=True)
        if spec.handler:
            yield from self._handler(place, spec.handler)

    def _apps(self) -> Iterator[Mistake]:
        """Apps and actions that the car does not have, each told once."""
        told: set[tuple[str, str]] = set()
        for name, spec in self._skill.manifest.intents.items():
            if not spec.app or not spec.action:
                continue
            actions = self._profile.apps.get(spec.app)
            lacking = (spec.app, spec.action if actions is not None else "")
            if lacking in told or spec.action in (actions or ()):
                continue
            told.add(lacking)
            if actions is None:
                text = f"the vehicle profile has no app {spec.app}: this car will say that it is not available"
            else:
                text = f"the app {spec.app} of the vehicle profile has no {spec.action}, only {', '.join(actions)}"
            place: Place = ("intents", name, "app" if actions is None else "action")
            yield self._wrong(place, text, warning=True)

    def _handler(self, place: Place, function: str) -> Iterator[Mistake]:
        try:
            known = functions_of(self._folder / "handler.py")
        except ConfigError as error:
            yield self._wrong((*place, "handler"), error.message)
        else:
            if function not in known:
                yield self._wrong((*place, "handler"), f"handler.py has no function {function}")

    def _slots(self, name: str, spec: Intent) -> Iterator[Mistake]:
        place: Place = ("intents", name)
        for lang in LANGS:
            if not self._compiled.nodes(lang, name):
                continue
            filled = set(self._compiled.slots(lang, name))
            stems = {slot_stem(slot) for slot in filled}
            known = f"its {lang} sentences fill {', '.join(sorted(filled)) or 'no slots'}"
            for wanted in spec.requires:
                if not filled & set(wanted.split("|")):
                    yield self._wrong((*place, "requires"), f"{wanted} is required, but {known}")
            for arg, source in spec.args.items():
                if slot_stem(source.strip("[]")) not in stems and source not in filled:
                    yield self._wrong((*place, "args", arg), f"the slot {source} is never filled: {known}")
            used = {slot_stem(source.strip("[]")) for source in spec.args.values()}
            unused = {slot for slot in stems - used if not slot.endswith("_unit")}
            if spec.app and unused:
                text = f"{', '.join(sorted(unused))} is heard in {lang} and given to nobody; is it missing in args?"
                yield self._wrong(place, text, warning=True)
