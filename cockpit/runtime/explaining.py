"""Why an utterance is acted on or not: all that the understanding went by, and a rehearsal of what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cockpit.config import Settings
from cockpit.errors import CockpitError
from cockpit.nlu.consideration import Candidate, Consideration
from cockpit.nlu.joint import JointUnderstander
from cockpit.nlu.templates import TemplateUnderstander
from cockpit.nlu.tokens import clean, tokenise
from cockpit.ports import Understander
from cockpit.profile import VehicleProfile, load_profile
from cockpit.runtime.handlers import load_handlers
from cockpit.runtime.rehearsal import Rehearsal, Rehearsed, Step
from cockpit.runtime.turn import language_of
from cockpit.runtime.understanding import understanding
from cockpit.skillset import SkillSet
from cockpit.types import Act, CallApp, Lang, Proposal, SlotValue, Zone

End = Literal["acts", "acts_and_asks", "acts_in_part", "asks", "answers", "already", "refuses", "cannot", "nothing"]
"""What becomes of an utterance, in a word."""


@dataclass(frozen=True, slots=True)
class Read:
    """These words were read as the value of a slot; no words for a value that was sought where none was tagged."""

    words: str
    slot: str
    value: SlotValue
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """An utterance with everything that was made of it. `thresholds` are the certainties at which the network's acts
    are carried out (`act`) or asked about (`ask`); `problem` tells why there was no network."""

    text: str
    lang: Lang
    zone: Zone
    expecting: str
    considered: Consideration
    rehearsed: Rehearsed
    thresholds: Mapping[str, float]
    problem: str = ""

    @property
    def end(self) -> End:
        kind = self.rehearsed.reply.kind
        if not self.considered.understanding.acts:
            return "nothing"
        if self.rehearsed.sent:
            return "acts_and_asks" if kind == "ask" else "acts_in_part" if kind == "partial" else "acts"
        ends: dict[str, End] = {
            "ask": "asks", "answer": "answers", "already": "already", "done": "already", "refused": "refuses",
            "unavailable": "cannot", "failed": "cannot", "partial": "refuses",
        }  # fmt: skip
        return ends.get(kind, "nothing")

    def said(self, start: int, end: int) -> str:
        """Tokens `start` to `end` as they were written."""
        tokens = self.considered.tokens
        return clean(self.text)[tokens[start].start : tokens[end - 1].end]


class Explainer:
    """Explains utterances with the engine of understanding that the settings ask for."""

    def __init__(self, settings: Settings) -> None:
        """Raises `ConfigError`; a missing network is told in the explanations."""
        engine = understanding(settings)
        self.skills: SkillSet = engine.skills
        self.profile: VehicleProfile = load_profile(settings.profile)
        self._understander: Understander = engine.understander
        self._problem: CockpitError | None = engine.problem
        self._language = settings.language
        handlers = load_handlers(settings.skills_dir, self.skills)
        self._rehearsal = Rehearsal(self.skills, handlers, self.profile, settings.turn)

    @property
    def intents(self) -> tuple[str, ...]:
        """Everything that may be understood."""
        return self._understander.capabilities.intents

    def explain(self, text: str, lang: Lang | None = None, zone: Zone = "driver", expecting: str = "") -> Explanation:
        """What becomes of `text`, said in `zone` as the first utterance, and why."""
        spoken = lang or language_of(text) or self._language
        if isinstance(self._understander, JointUnderstander):
            considered = self._understander.consider(text, spoken, expecting)
            return self.of(text, zone, expecting, considered, self._understander.tagger.labels.thresholds)
        return self.of(text, zone, expecting, self._by_templates(text, spoken, expecting), {})

    def of(
        self, text: str, zone: Zone, expecting: str, considered: Consideration, thresholds: Mapping[str, float]
    ) -> Explanation:
        """The explanation of what was `considered`, with what would come of it."""
        lang = considered.understanding.lang
        rehearsed = self._rehearsal.run(considered.understanding.acts, zone, lang)
        problem = str(self._problem or "")
        return Explanation(text, lang, zone, expecting, considered, rehearsed, thresholds, problem)

    def _by_templates(self, text: str, lang: Lang, expecting: str) -> Consideration:
        """What the skills' sentences make of `text` where there is no network."""
        understood = self._understander.understand(text, lang, expecting)
        templates = self._understander
        reading = templates.read(text, lang, expecting) if isinstance(templates, TemplateUnderstander) else None
        chosen, why = ("templates", "templates_alone") if understood.acts else ("nothing", "no_sentence")
        return Consideration(tokenise(clean(text)), None, (), reading, 0.0, chosen, why, understood)


def reads(candidate: Candidate) -> Iterator[Read]:
    """Which words of a candidate became which values."""
    slots = candidate.grounded.slots
    counts: Counter[str] = Counter()
    for words, what in candidate.grounded.read:
        slot = what.partition("=")[0]
        counts[slot] += 1
        place = slot if counts[slot] == 1 else f"{slot}{counts[slot]}"
        if place in slots:
            yield Read(words, slot, slots[place], str(slots.get(f"{place}_unit", "")))


def data(explained: Explanation) -> dict[str, Any]:
    """An explanation as plain data for JSON."""
    considered, rehearsed = explained.considered, explained.rehearsed
    tagged, reading = considered.tagged, considered.reading
    return {
        "text": explained.text,
        "lang": explained.lang,
        "zone": explained.zone,
        "expecting": explained.expecting,
        "verdict": explained.end,
        "reply": {"kind": rehearsed.reply.kind, "text": rehearsed.reply.text},
        "chosen": considered.chosen,
        "why": considered.why,
        "problem": explained.problem,
        "mended": considered.mended,
        "tokens": [explained.said(n, n + 1) for n in range(len(considered.tokens))],
        "sentence": None
        if tagged is None
        else {
            "kind": dict(tagged.kind),
            "complexity": dict(tagged.complexity),
            "complete": tagged.complete,
            "private": tagged.private,
            "pieces": list(tagged.pieces),
        },
        "thresholds": dict(explained.thresholds),
        "candidates": [_candidate(candidate) for candidate in considered.candidates],
        "templates": None
        if reading is None
        else {
            "acts": [_act(act) for act in reading.acts],
            "sound": reading.sound,
            "unmatched": reading.unmatched,
            "held_likely": considered.support,
        },
        "acts": [_act(act) for act in considered.understanding.acts],
        "left_out": [_act(act) for act in rehearsed.left_out],
        "steps": [_step(step) for step in rehearsed.steps],
        "sent": [_proposal(proposal) for proposal in rehearsed.sent],
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    segment = candidate.segment
    return {
        **_act(candidate.act),
        "tokens": [segment.start, segment.end],
        "meanings": [{"intent": intent, "probability": probability} for intent, probability in segment.meanings],
        "bounds": segment.bounds,
        "tags": [{"slot": t.name, "tokens": [t.start, t.end], "probability": t.probability} for t in segment.slots],
        "read": [
            {"words": r.words, "slot": r.slot, "value": r.value, **({"unit": r.unit} if r.unit else {})}
            for r in reads(candidate)
        ],
        "missing": candidate.grounded.missing,
    }


def _act(act: Act) -> dict[str, Any]:
    slots = dict(act.slots)
    return {"intent": act.intent, "slots": slots, "confidence": act.confidence, "text": act.text}


def _step(step: Step) -> dict[str, Any]:
    outcome = step.verdict.outcomes[0] if step.verdict is not None and step.verdict.outcomes else None
    return {
        "intent": step.act.intent,
        "end": step.end,
        "proposals": [_proposal(proposal) for proposal in step.proposals],
        "status": outcome.status if outcome is not None else "",
        "code": outcome.code if outcome is not None else "",
        "reason": outcome.reason if outcome is not None else "",
    }


def _proposal(proposal: Proposal) -> dict[str, Any]:
    if isinstance(proposal, CallApp):
        return {"app": proposal.app, "action": proposal.action, "args": dict(proposal.args)}
    return {"path": proposal.path, "value": proposal.value}
