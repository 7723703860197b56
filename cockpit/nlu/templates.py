"""The first understanding: the skills' own sentence templates, several acts a sentence, forgiving to mishearing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from cockpit.nlu.compiled import compiled
from cockpit.nlu.matcher import FREE_TEXT, Match, Matcher
from cockpit.nlu.quantities import Quantity
from cockpit.nlu.reading import MENTION, Reader, Route
from cockpit.nlu.sound import Vocabulary
from cockpit.nlu.tokens import Token, clean, tokenise
from cockpit.ports import UnderstanderCapabilities
from cockpit.skillset import SkillSet
from cockpit.types import LANGS, Act, Lang, SlotValue, Understanding

MAX_SOUND_PER_TOKEN = 0.12
"""How much mishearing a whole sentence may hold, per token; chosen on the development cases."""
MAX_TOKENS = 80
"""Longer texts are no commands and are not looked at."""


@dataclass(frozen=True, slots=True)
class TemplateReading:
    """Acts with their places in the cleaned text. `sound` is how much of it was mishearing, 0 for word for word; `free`
    whether any words went unread into a name or text."""

    acts: tuple[Act, ...]
    spans: tuple[tuple[int, int], ...]
    sound: float
    free: bool
    unmatched: str = ""


class TemplateUnderstander:
    """Satisfies `ports.Understander`."""

    def __init__(self, skills: SkillSet, cache: Path | None = None) -> None:
        """Compiling takes seconds; with the folder `cache` it is done once for each version of the skills."""
        self.languages = compiled(skills, cache)
        intents = sorted({sentence.intent for language in self.languages.values() for sentence in language.sentences})
        self.capabilities = UnderstanderCapabilities("templates", LANGS, tuple(intents))
        self._known = frozenset(intents)

    def understand(self, text: str, lang: Lang, expecting: str = "") -> Understanding:
        """What the templates make of `text`; no acts when they do not account for all of it."""
        reading = self.read(text, lang, expecting)
        if reading is None:
            return Understanding((), lang, 0.0, text)
        return Understanding(reading.acts, lang, reading.acts[0].confidence, reading.unmatched)

    def read(self, text: str, lang: Lang, expecting: str = "") -> TemplateReading | None:
        """The cheapest reading of the whole text, first by its words, then by their sound; None when there is none.

        By sound a recogniser's punctuation is not believed either; and what refuses is never heard as a request.
        """
        language = self.languages[lang]
        cleaned = clean(text)
        tokens = tokenise(cleaned)
        if not tokens or len(tokens) > MAX_TOKENS:
            return None
        attempts: list[tuple[tuple[Token, ...], Vocabulary | None]] = [(tokens, None)]
        if not language.refuses(tokens):
            attempts.append((tuple(token for token in tokens if not token.punctuation), language.sounds))
        for said, sounds in attempts:
            matcher = Matcher(cleaned, said, lang, language.skips, sounds)
            path = Reader(language, matcher, expecting).best()
            if path is not None and path.sound <= MAX_SOUND_PER_TOKEN * len(said):
                return self._reading(path, cleaned, said)
        return None

    def _reading(self, path: Route, cleaned: str, tokens: tuple[Token, ...]) -> TemplateReading | None:
        """What a path says; None when a bare mention finds no operation that its control knows."""
        confidence = max(0.0, 1.0 - path.sound / 2)
        acts, asides, spans = [], [], []
        for step in path.steps:
            start, end = tokens[step.start].start, tokens[step.match.end - 1].end
            if step.intent:
                acts.append(Act(step.intent, _slots(step.match), confidence, cleaned[start:end]))
                spans.append((start, end))
            else:
                asides.append(cleaned[start:end])
        shared = _verbs_shared(acts, self._known)
        if any(act.intent not in self._known and not act.intent.startswith("answer.") for act in shared):
            return None
        free = any(step.match.guesses & FREE_TEXT for step in path.steps)
        return TemplateReading(tuple(shared), tuple(spans), path.sound, free, " ".join(asides))


def _slots(match: Match) -> dict[str, SlotValue]:
    slots: dict[str, SlotValue] = {}
    for name, value in match.slots:
        if isinstance(value, Quantity):
            slots[name], slots[f"{name}_unit"] = value.value, value.unit
        elif isinstance(value, str):
            slots[name] = value
    return slots


SAME_VERB = {"on": "open", "open": "on", "off": "close", "close": "off"}
"""打开 and "shut" are said of what turns on and off as well as of what opens and closes."""


def _verbs_shared(acts: list[Act], known: frozenset[str]) -> list[Act]:
    """Gives each bare mention ("…and the steering wheel heater") the operation of its nearest neighbour."""
    shared: list[Act] = []
    for place, act in enumerate(acts):
        if not act.intent.endswith(f".{MENTION}"):
            shared.append(act)
            continue
        neighbours = (*reversed(acts[:place]), *acts[place + 1 :])
        neighbour = next(other for other in neighbours if not other.intent.endswith(MENTION))
        control, operation = act.intent.rpartition(".")[0], neighbour.intent.rpartition(".")[2]
        if f"{control}.{operation}" not in known:
            operation = SAME_VERB.get(operation, operation)
        slots = {name: value for name, value in neighbour.slots.items() if not name.startswith("zone")}
        shared.append(replace(act, intent=f"{control}.{operation}", slots={**slots, **act.slots}))
    return shared
