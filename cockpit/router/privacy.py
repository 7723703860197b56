"""Whether a text may leave the board at all. The default is to stay: whatever speaks of the speaker, of people they
know, of where they are, go or have been, or bears a number of theirs is private, and so is what nobody judged.

The words are in `cockpit/language/{lang}/privacy.yaml`, what looks the same everywhere in `privacy.yaml` beside this.
The patterns of both languages hold for every text, for people mix them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cockpit.errors import ConfigError
from cockpit.router.situation import PrivacyClass
from cockpit.router.splitting import LANGUAGES, Part
from cockpit.types import LANGS, Act, Understanding
from cockpit.yamlfile import read_yaml

COMMON = Path(__file__).with_name("privacy.yaml")
SHORTEST_FIRST_NAME = 3
"""A contact's first name alone is sought where it has this many letters and more."""


@dataclass(frozen=True, slots=True)
class Patterns:
    """`things` are strings that are private wherever they stand, by class; `cues` make a whole text private; `self` is
    the speaker, once the `asides` are taken out. `intents` tell what acts are about, by how they begin."""

    things: Sequence[tuple[PrivacyClass, re.Pattern[str]]]
    cues: Sequence[tuple[PrivacyClass, re.Pattern[str]]]
    asides: re.Pattern[str]
    self: re.Pattern[str]
    intents: Mapping[str, PrivacyClass]


@dataclass(frozen=True, slots=True)
class Privacy:
    """`why` names what decided: `contact`, `thing`, `cue`, `self`, `act`, `network`, or empty for `none`."""

    cls: PrivacyClass
    why: str = ""


@cache
def load_patterns(languages: Path = LANGUAGES, common: Path = COMMON) -> Patterns:
    """Raises `ConfigError` (`config-unreadable`, `config-syntax`, `config-invalid`), which names a wrong pattern."""
    shared: Mapping[str, Any] = read_yaml(common)
    files = [languages / lang / "privacy.yaml" for lang in LANGS]
    own: list[Mapping[str, Any]] = [read_yaml(file) for file in files]
    asides = [pattern for each in own for pattern in each["asides"]]
    return Patterns(
        things=tuple(_compiled([shared["things"], *(each["things"] for each in own)])),
        cues=tuple(_compiled([each["cues"] for each in own])),
        asides=_one(asides),
        self=_one([each["self"] for each in own]),
        intents=shared["intents"],
    )


def _compiled(groups: Iterable[Mapping[PrivacyClass, Sequence[str]]]) -> Iterator[tuple[PrivacyClass, re.Pattern[str]]]:
    for group in groups:
        for cls, patterns in group.items():
            yield from ((cls, _one([pattern])) for pattern in patterns)


def _one(patterns: Sequence[str]) -> re.Pattern[str]:
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ConfigError("invalid", f"privacy pattern {pattern!r}: {error}") from error
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def names_pattern(contacts: Iterable[str]) -> re.Pattern[str] | None:
    """Finds the names of contacts, whole or by the first name alone; None where there are none."""
    names: set[str] = set()
    for contact in contacts:
        parts = contact.split()
        names.update({contact.strip(), *(parts[:1] if len(parts) > 1 and len(parts[0]) >= SHORTEST_FIRST_NAME else [])})
        names.update(parts[1:] if parts and parts[0].rstrip(".").lower() in ("mr", "mrs", "ms", "dr") else [])
    words = sorted((re.escape(name) for name in names if name), key=len, reverse=True)
    return re.compile(rf"(?<![A-Za-z])(?:{'|'.join(words)})(?![A-Za-z])", re.IGNORECASE) if words else None


class PrivacyJudge:
    """Judges texts. `contacts` are the names that are known on the board."""

    def __init__(self, contacts: Iterable[str] = (), patterns: Patterns | None = None) -> None:
        self._patterns = patterns or load_patterns()
        self._names = names_pattern(contacts)

    def judge(self, text: str, understood: Understanding | None = None) -> Privacy:
        """The class of a text. `understood` is tier 0's judgement of the same text; None only where there can be none
        (a page, a reply), for a request without it is `unsure`."""
        if self._names and self._names.search(text):
            return Privacy("contacts", "contact")
        patterns = self._patterns
        for why, known in (("thing", patterns.things), ("cue", patterns.cues)):
            for cls, pattern in known:
                if pattern.search(text):
                    return Privacy(cls, why)
        if patterns.self.search(patterns.asides.sub(" ", text)):
            return Privacy("personal", "self")
        about = self._about(understood.acts) if understood is not None else None
        if about is not None:
            return Privacy(about, "act")
        return Privacy("unsure", "network") if understood is not None and understood.private else Privacy("none")

    def judge_part(self, part: Part) -> Privacy:
        """The class of a part with what it speaks of: where one drives is private, and so is what there is to eat
        there."""
        own = self.judge(part.text, part.understood)
        if own.cls != "none" or part.before is None:
            return own
        return self.judge(part.before.text, part.before.understood)

    def _about(self, acts: Sequence[Act]) -> PrivacyClass | None:
        for act in acts:
            fitting = [begin for begin in self._patterns.intents if act.intent.startswith(begin)]
            if fitting:
                return self._patterns.intents[max(fitting, key=len)]
        return None
