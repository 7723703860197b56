"""On which lane of the timeline an entry stands, and what was going on in the turns of an attempt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from hil.scenario.outcome import RunOutcome, ScenarioOutcome
from hil.trace import Seen

Lane = Literal["fault", "step", "audio", "event", "reply", "set", "result", "state", "app", "can", "host"]

SPOKEN = frozenset({"reply", "speaking", "alert"})
"""Events that are what the assistant says."""
NO_TURN = frozenset({"", "reset", "alert", "duck"})
"""Events that tell nothing of a turn's course; empty is what is no event."""
ENDS = {"hear": "transcript", "understand": "understood", "act": "action", "talk": "reply"}
"""The event with which a stage of a turn ends; its length is in the timings of `turn_end`."""
MEASURES = ("hear", "understand", "act", "talk", "set", "words", "reply", "first_audio")
"""Of `turn_end`'s timings, those that are compared: the first four are lengths, the others count from the turn's
begin."""


def lane(entry: Seen) -> Lane:
    """Messages of the bus by what they are, everything else by its source."""
    return _lane_of(entry.name) if entry.source == "bus" else entry.source


@lru_cache(maxsize=10_000)
def _lane_of(topic: str) -> Lane:
    side, _, kind, *rest = (*topic.split("/"), "", "", "")
    if side == "vehicle":
        return "set" if kind == "set" else "result" if kind == "result" else "state"
    if side == "app":
        return "app"
    spoken = kind == "reply" or (kind == "event" and rest[0] in SPOKEN)
    return "reply" if spoken else "event"


def event_type(entry: Seen) -> str:
    """The type of an assistant's event, empty for anything else."""
    return _type_of(entry.name) if entry.source == "bus" else ""


@lru_cache(maxsize=10_000)
def _type_of(topic: str) -> str:
    side, _, kind, *rest = (*topic.split("/"), "", "", "")
    return rest[0] if (side, kind) == ("cockpit", "event") else ""


@dataclass(frozen=True, slots=True)
class Span:
    """One stage, in seconds of the trace."""

    stage: str
    from_s: float
    to_s: float


@dataclass(slots=True)
class TurnSeen:
    """A turn as its events tell it. `timings` are `turn_end`'s, in milliseconds."""

    id: str
    from_s: float
    to_s: float
    heard: str = ""
    reply: str = ""
    kind: str = ""
    lang: str = ""
    timings: dict[str, float] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)


def turns(entries: Iterable[Seen]) -> list[TurnSeen]:
    """Every turn of an attempt, in the order in which they begin."""
    of: dict[str, list[Seen]] = {}
    for entry in entries:
        if event_type(entry) not in NO_TURN and (turn := entry.data.get("turn")):
            of.setdefault(str(turn), []).append(entry)
    return sorted((_turn(name, events) for name, events in of.items()), key=lambda turn: turn.from_s)


def _turn(name: str, events: Sequence[Seen]) -> TurnSeen:
    began_s = min(entry.at_s - _t_s(entry) for entry in events)
    turn = TurnSeen(name, began_s, max(entry.at_s for entry in events))
    last = {event_type(entry): entry for entry in events}
    turn.timings = {
        stage: float(ms)
        for stage, ms in _timings(last.get("turn_end")).items()
        if isinstance(ms, int | float) and not isinstance(ms, bool)
    }
    if heard := last.get("transcript"):
        turn.heard = str(heard.data.get("text", ""))
    if reply := last.get("reply"):
        turn.reply, turn.kind = str(reply.data.get("text", "")), str(reply.data.get("kind", ""))
        turn.lang = str(reply.data.get("lang", ""))
    turn.spans = [*_stages(turn, last), *_spoken(events)]
    return turn


def _t_s(event: Seen) -> float:
    """Seconds from the turn's begin to the event, as the event itself says: it may have waited on its way."""
    t_ms = event.data.get("t_ms")
    return t_ms / 1000 if isinstance(t_ms, int | float) else 0.0


def _timings(end: Seen | None) -> dict[str, object]:
    timings = end.data.get("timings") if end else None
    return timings if isinstance(timings, dict) else {}


def _stages(turn: TurnSeen, last: dict[str, Seen]) -> list[Span]:
    spans = []
    for stage, ending in ENDS.items():
        if stage in turn.timings and ending in last:
            to_s = turn.from_s + _t_s(last[ending])
            spans.append(Span(stage, max(turn.from_s, to_s - turn.timings[stage] / 1000), to_s))
    return spans


def _spoken(events: Sequence[Seen]) -> list[Span]:
    spans: list[Span] = []
    began_s: float | None = None
    for entry in events:
        if event_type(entry) != "speaking":
            continue
        if entry.data.get("state") == "start":
            began_s = entry.at_s
        elif began_s is not None:
            spans.append(Span("speak", began_s, entry.at_s))
            began_s = None
    return spans


def language(scenario: ScenarioOutcome) -> str:
    """`zh`, `en`, both as `zh en`, or empty where neither its tags nor its replies tell."""
    tagged = [tag for tag in scenario.tags if tag in ("zh", "en")]
    found = tagged or {turn.lang for one in scenario.attempts for turn in turns(one.entries)} - {""}
    return " ".join(sorted(found, reverse=True))


def latencies(run: RunOutcome) -> dict[tuple[str, str], list[float]]:
    """Milliseconds by scenario and by what was measured, one figure an attempt: of every expectation that has a time,
    and of the stages of every turn."""
    found: dict[tuple[str, str], list[float]] = {}
    for scenario in run.scenarios:
        for attempt in scenario.attempts:
            for finding in attempt.findings:
                if finding.took_ms is not None:
                    found.setdefault((scenario.id, f"{finding.step}: {finding.wanted}"), []).append(finding.took_ms)
            for number, turn in enumerate(turns(attempt.entries), start=1):
                for stage in MEASURES:
                    if stage in turn.timings:
                        found.setdefault((scenario.id, f"turn {number}: {stage}"), []).append(turn.timings[stage])
    return found
