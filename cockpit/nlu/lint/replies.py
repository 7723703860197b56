"""What a skill says: no key without words, no field that nobody fills."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from cockpit.nlu.grammar import Slot
from cockpit.nlu.lint.phrases import Compiled
from cockpit.nlu.samples import Samples
from cockpit.nlu.tokens import clean, tokenise
from cockpit.skillfile import Mistake, Place
from cockpit.skillset import Intent, Skill, SkillSet
from cockpit.types import LANGS, Lang

DATES = frozenset({"day", "start", "end"})
"""Arguments that the planner makes dates of."""


def reply_mistakes(skill: Skill, folder: Path, others: SkillSet, compiled: Compiled) -> Iterator[Mistake]:
    """All that is wrong with `names` and `replies`, in every language."""
    for lang in LANGS:
        yield from _Replies(skill, folder / f"{lang}.yaml", others, compiled, lang).mistakes()


class _Replies:
    """The replies of one language."""

    def __init__(self, skill: Skill, file: Path, others: SkillSet, compiled: Compiled, lang: Lang) -> None:
        self._skill, self._file, self._others, self._compiled = skill, file, others, compiled
        self._lang: Lang = lang
        self._phrases = skill.phrases[lang]

    def mistakes(self) -> Iterator[Mistake]:
        yield from self._names()
        yield from self._broken()
        for name, spec in self._skill.manifest.intents.items():
            yield from self._answer(name, spec)
            yield from self._questions(name, spec)
            yield from self._fields(name, spec)
        for app in {spec.app for spec in self._skill.manifest.intents.values() if spec.app}:
            if not self._texts(f"app.{app}"):
                yield self._wrong(
                    ("replies",), f"app.{app} is missing: what is the app called when it does not answer?"
                )

    def _wrong(self, place: Place, text: str, *, warning: bool = False) -> Mistake:
        return Mistake(self._file, place, text, warning)

    def _texts(self, key: str) -> list[str]:
        """The texts of a reply key, wherever it is."""
        own = self._phrases.replies.get(key)
        if own is None:
            return self._others.reply(self._lang, key)
        return [own] if isinstance(own, str) else own

    def _names(self) -> Iterator[Mistake]:
        wanted = [*self._skill.manifest.controls, *self._skill.manifest.readings]
        for control, spoken in self._phrases.controls.items():
            if not isinstance(spoken.choices, str):
                wanted += [f"{control}.{choice}" for choice in spoken.choices]
        for name in wanted:
            if name not in self._phrases.names:
                yield self._wrong(("names",), f"{name} is missing: replies have no word for it")

    def _broken(self) -> Iterator[Mistake]:
        for key, texts in self._phrases.replies.items():
            for text in [texts] if isinstance(texts, str) else texts:
                try:
                    fields = _fields(text)
                except ValueError as error:
                    yield self._wrong(("replies", key), f"{text!r} cannot be filled: {error}")
                    continue
                if "" in fields:
                    yield self._wrong(("replies", key), f"{text!r} has braces without a name between them")

    def _answer(self, name: str, spec: Intent) -> Iterator[Mistake]:
        silent = not (spec.do or spec.app or spec.handler)
        if (spec.answers and not spec.handler) or silent:
            if not self._texts(f"{name}.answer"):
                why = "it does nothing and says nothing" if silent else "it answers, and there is no answer"
                yield self._wrong(("replies",), f"{name}.answer is missing: {why}")
        elif spec.app and not (self._texts(f"{name}.done") or self._texts(f"{name}.answer")):
            plain = next(iter(self._texts("done.plain")), "")
            yield self._wrong(("replies",), f"{name}.done is missing: it will only be said {plain!r}", warning=True)

    def _questions(self, name: str, spec: Intent) -> Iterator[Mistake]:
        for wanted in spec.requires:
            slot = wanted.split("|")[0]
            if not self._texts(f"ask.{slot}"):
                yield self._wrong(("replies",), f"ask.{slot} is missing: {name} requires it and has to ask for it")

    def _fields(self, name: str, spec: Intent) -> Iterator[Mistake]:
        """Fields that are perhaps never known, and values that are said as they stand in the manifest."""
        if not spec.app:
            return
        slots = self._compiled.slots(self._lang, name)
        certain = {"name", "zone", *spec.fixed}
        certain |= {arg for arg, source in spec.args.items() if source in spec.requires}
        for key in (f"{name}.done", f"{name}.answer"):
            if key not in self._phrases.replies:
                continue
            fields = [_named(text) for text in self._texts(key)]
            if not any(held <= certain for held in fields):
                text = (
                    f"every text has a field that may be unknown; the last should do with {', '.join(sorted(certain))}"
                )
                yield self._wrong(("replies", key), text)
            known = certain | set(spec.args)
            if unknown := sorted(set().union(*fields) - known):
                text = f"{', '.join(unknown)} is known only if the app's result holds it"
                if not spec.answers:
                    yield self._wrong(("replies", key), text, warning=True)
            for arg in sorted(set().union(*fields) & set(spec.args) - DATES):
                for slot in slots.get(spec.args[arg], ()):
                    yield from self._values(arg, slot)

    def _values(self, arg: str, slot: Slot) -> Iterator[Mistake]:
        """Values of a closed list that a reply would say as they are, though nobody calls them that."""
        for value, names in slot.choices:
            said = Samples(self._lang).draw(names, 30)
            plain = "".join(token.text for token in tokenise(clean(value)))
            if not self._texts(f"{arg}.{value}") and plain not in {text.replace(" ", "") for text in said}:
                text = f"{arg}.{value} is missing: how is {value!r} called in a reply?"
                yield self._wrong(("replies",), text, warning=True)


def _fields(text: str) -> set[str]:
    """The fields of a reply text. Raises `ValueError`."""
    return {field for _, field, _, _ in Formatter().parse(text) if field is not None}


def _named(text: str) -> set[str]:
    """The fields of a text, none of one that is broken, which is told elsewhere."""
    try:
        return _fields(text)
    except ValueError:
        return set()
