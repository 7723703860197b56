"""The skills as files: one folder each, with a manifest, phrases per language and perhaps a small handler.

This module reads and checks them; what they mean is decided in `cockpit.nlu` (words) and `cockpit.plan` (deeds).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cockpit.errors import ConfigError
from cockpit.types import LANGS, Lang, Operation
from cockpit.yamlfile import read_yaml

Templates = list[str]
"""Sentence templates in hassil's language, with `{kind:slot}` for values and `<rule>` for shared pieces."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Intent(_Part):
    """What an intent that is no plain control operation does: operations, one app action, or a handler."""

    do: list[Operation] = Field(default_factory=list)
    app: str = ""
    action: str = ""
    args: dict[str, str] = Field(default_factory=dict)
    """App argument to the slot it is filled from, `[slot]` for a list; what was not said is left out."""
    fixed: dict[str, Any] = Field(default_factory=dict)
    """App arguments that are always the same."""
    requires: list[str] = Field(default_factory=list)
    """Slots without which the person is asked (reply `ask.<slot>`); `a|b` is satisfied by either."""
    gives_way: list[str] = Field(default_factory=list)
    """Skills of which a plain request in the same utterance says what to do about it, so that this is only the reason
    ("I'm cold, heat my seat")."""
    answers: bool = False
    """Whether its success is information (reply kind `answer`) rather than a deed (`done`)."""
    brief: bool = False
    """Whether its answer is shortened to the gist, on the board."""
    handler: str = ""
    """A function in the skill's handler.py."""


class Manifest(_Part):
    """`skill.yaml`: what a skill is about, without a word of any language."""

    name: str
    risk: Literal["comfort", "visibility", "access", "driving", "privacy", "information"]
    controls: dict[str, str] = Field(default_factory=dict)
    """Control of the vehicle profile to the shape of its sentences in the language grammar."""
    readings: list[str] = Field(default_factory=list)
    intents: dict[str, Intent] = Field(default_factory=dict)


class ControlPhrases(_Part):
    """How one control is spoken of."""

    it: str
    """Template of its names."""
    choices: dict[str, str] | str = Field(default_factory=dict)
    """Named value to the template of its names, or the name of a list that holds the same."""
    sentences: dict[str, Templates] = Field(default_factory=dict)
    """Operation to sentences beyond those of the shape."""


class Phrases(_Part):
    """`zh.yaml` or `en.yaml` of a skill: everything it hears and says in that language."""

    names: dict[str, str] = Field(default_factory=dict)
    """Name of a control, reading or choice (`drive_mode.sport`) in replies."""
    controls: dict[str, ControlPhrases] = Field(default_factory=dict)
    readings: dict[str, Templates] = Field(default_factory=dict)
    intents: dict[str, Templates] = Field(default_factory=dict)
    lists: dict[str, dict[str, str]] = Field(default_factory=dict)
    """List name to value to template, for `{list:slot}`."""
    rules: dict[str, str] = Field(default_factory=dict)
    replies: dict[str, str | list[str]] = Field(default_factory=dict)
    """Reply key to its text; of several the first whose `{fields}` are all known is said."""


class Listening(_Part):
    """What people say while somebody speaks to them, letters only. `sounds` never mean more than that they listen;
    `assent` may be the answer to a question that waits; `hush` asks for silence."""

    sounds: list[str] = Field(default_factory=list)
    assent: list[str] = Field(default_factory=list)
    hush: list[str] = Field(default_factory=list)


class Grammar(_Part):
    """What all skills share in one language (cockpit/language/<lang>/grammar.yaml)."""

    fillers: list[str]
    """Words that may stand anywhere between the parts of a sentence and mean nothing."""
    articles: list[str] = Field(default_factory=list)
    """Words that may stand before a name or free text and are not part of it."""
    particles: list[str] = Field(default_factory=list)
    """Words that may follow a name or free text and are not part of it."""
    connectors: list[str]
    """Words that join two acts."""
    refusals: list[str]
    """Words that turn a request into its opposite: with one of them nothing is understood by sound alone, and no
    clause that holds one is passed over."""
    asides: list[str]
    """How a clause begins that only explains a request ("I …", "因为…")."""
    rules: dict[str, str]
    lists: dict[str, dict[str, str]]
    shapes: dict[str, dict[str, Templates]]
    dialog: dict[str, Templates]
    answers: dict[str, Templates]
    """Slot to the sentences that answer a question for it."""
    listening: Listening = Listening()


class Skill(_Part):
    manifest: Manifest
    phrases: dict[Lang, Phrases]


class SkillSet(_Part):
    """All skills and the languages' own grammar and replies."""

    skills: dict[str, Skill]
    grammars: dict[Lang, Grammar]
    replies: dict[Lang, dict[str, str | list[str]]]
    """Shared replies; a skill's own come first."""

    def intent(self, name: str) -> tuple[Skill, Intent] | None:
        """The skill and manifest entry of an intent that is no plain control operation."""
        for skill in self.skills.values():
            if (spec := skill.manifest.intents.get(name)) is not None:
                return skill, spec
        return None

    def owner(self, intent: str) -> str:
        """The skill an intent belongs to; empty for what belongs to the dialog."""
        control = intent.rpartition(".")[0]
        for name, skill in self.skills.items():
            manifest = skill.manifest
            if intent in manifest.intents or control in manifest.controls or control in manifest.readings:
                return name
        return ""

    def name(self, lang: Lang, key: str) -> str:
        """How `key` (a control, reading or `control.choice`) is called in replies; the key itself if nobody says."""
        return next((s.phrases[lang].names[key] for s in self.skills.values() if key in s.phrases[lang].names), key)

    def reply(self, lang: Lang, key: str) -> list[str]:
        """The texts for a reply key, a skill's own first; empty when there is none."""
        sources = [skill.phrases[lang].replies for skill in self.skills.values()] + [self.replies[lang]]
        found = next((texts[key] for texts in sources if key in texts), [])
        return [found] if isinstance(found, str) else found


Model = TypeVar("Model", bound=BaseModel)


def _validated(model: type[Model], raw: object, file: Path) -> Model:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        lines = (f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ConfigError("bad-skill", f"{file}: " + "; ".join(lines)) from error


LANGUAGE_DIR = Path(__file__).parent / "language"


def load_grammar(lang: Lang, languages: Path = LANGUAGE_DIR) -> Grammar:
    """What all skills share in one language. Raises `ConfigError`."""
    file = languages / lang / "grammar.yaml"
    return _validated(Grammar, read_yaml(file), file)


def load_skills(folder: Path, languages: Path = LANGUAGE_DIR) -> SkillSet:
    """Read all skills below `folder`. Raises `ConfigError` (`config-bad-skill`, `config-no-skills`, …)."""
    skills: dict[str, Skill] = {}
    for file in sorted(folder.glob("*/skill.yaml")):
        manifest = _validated(Manifest, read_yaml(file), file)
        if manifest.name != file.parent.name:
            raise ConfigError("bad-skill", f"{file}: the name must be the folder's, {file.parent.name}")
        phrases: Mapping[Lang, Phrases] = {
            lang: _validated(Phrases, read_yaml(file.parent / f"{lang}.yaml"), file.parent / f"{lang}.yaml")
            for lang in LANGS
        }
        skills[manifest.name] = Skill(manifest=manifest, phrases=dict(phrases))
    if not skills:
        raise ConfigError("no-skills", f"no skills in {folder}")
    grammars = {lang: load_grammar(lang, languages) for lang in LANGS}
    replies = {lang: read_yaml(languages / lang / "replies.yaml") for lang in LANGS}
    return SkillSet(skills=skills, grammars=grammars, replies=replies)
