"""Facts a turn leaves behind. MQTT, the screen, recorders and tests only subscribe to these.

Every field that can hold personal data (words, names, places) is declared with `personal()`, so that a sink
can leave it out; a test checks that free text is never declared otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Literal

from cockpit.types import DialogAct, Lang, ReplyKind, Zone


def personal(**kwargs: Any) -> Any:
    """A dataclass field that may hold personal data."""
    return field(metadata={"personal": True}, **kwargs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all. `turn` is empty for events outside a turn; `t_ms` counts from the turn's begin."""

    type: ClassVar[str] = ""
    turn: str = ""
    zone: Zone = "driver"
    lang: Lang = "zh"
    t_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Woken(Event):
    type: ClassVar[str] = "wake"
    word: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechStarted(Event):
    type: ClassVar[str] = "speech_start"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechEnded(Event):
    type: ClassVar[str] = "speech_end"
    duration_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcribed(Event):
    type: ClassVar[str] = "transcript"
    text: str = personal()
    final: bool = True
    engine: str = ""
    confidence: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood(Event):
    """`acts` is a list of `{intent, slots, confidence}`, `kind` the dialog act of the whole; `complete` tells whether
    the sentence seems finished and `private` whether it holds what must not leave the board."""

    type: ClassVar[str] = "understood"
    acts: list[dict[str, object]] = personal(default_factory=list)
    unmatched: str = personal(default="")
    kind: DialogAct = ""
    complete: bool = True
    private: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed(Event):
    type: ClassVar[str] = "route"
    tier: Literal["nlu", "local_llm", "cloud", "refused"] = "nlu"
    reason: str = ""
    link: str = "none"
    complexity: str = "command"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipted(Event):
    """What was known when it was decided who answers a part of a turn, and what came of it: the fields of
    `cockpit.router.receipt.Receipt`, which `cockpit route replay` reads. Without a word of what was said."""

    type: ClassVar[str] = "receipt"
    part: int = 0
    situation: Mapping[str, object] = field(default_factory=dict)
    route: Mapping[str, object] = field(default_factory=dict)
    answered: str = "nlu"
    first_ms: float | None = None
    cost: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted(Event):
    """One per proposal and change of status. `kind` tells which of path/value or app/action/args is filled."""

    type: ClassVar[str] = "action"
    id: str = ""
    kind: Literal["signal", "app"] = "signal"
    status: str = ""
    path: str = ""
    value: object = None
    app: str = ""
    action: str = ""
    args: Mapping[str, object] = personal(default_factory=dict)
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied(Event):
    type: ClassVar[str] = "reply"
    text: str = personal()
    kind: ReplyKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoke(Event):
    type: ClassVar[str] = "speaking"
    state: Literal["start", "end", "interrupted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Event):
    """Speech is silent because somebody seems to speak (`active`), or no longer for that reason."""

    type: ClassVar[str] = "hold"
    active: bool


IgnoredReason = Literal["listening", "hush", "own_voice", "other_zone", "not_addressed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored(Event):
    """Live speech that begins no turn, and why: only a sign of listening, a word that silences the reply, the
    assistant's own voice, heard louder at another seat, or not meant for the assistant."""

    type: ClassVar[str] = "ignored"
    reason: IgnoredReason


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnEnded(Event):
    """`timings` holds milliseconds per stage; `outcome` is the reply's kind, `cancelled` or `error`."""

    type: ClassVar[str] = "turn_end"
    outcome: str
    timings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorOccurred(Event):
    type: ClassVar[str] = "error"
    code: str
    message: str = personal()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerted(Event):
    type: ClassVar[str] = "alert"
    text: str = personal()
    severity: int = 1
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ducked(Event):
    """Asks whoever plays music to lower it by `gain_db` (negative) while speech is heard: `active` before the first
    sound, and not `active` after the last, whatever ended it."""

    type: ClassVar[str] = "duck"
    active: bool
    gain_db: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextReset(Event):
    type: ClassVar[str] = "reset"
    id: str = ""


EVENT_TYPES: tuple[type[Event], ...] = (
    Woken, SpeechStarted, SpeechEnded, Transcribed, Understood, Routed, Receipted, Acted, Replied, Spoke, Held, Ignored,
    TurnEnded, ErrorOccurred, Alerted, Ducked, ContextReset,
)  # fmt: skip
"""Every event there is; a test holds this table against the contract, which allows more types."""


def payload(event: Event) -> dict[str, object]:
    """The event as the JSON object of the bus contract, without `ts`, which the sink that sends it adds."""
    body: dict[str, object] = {"type": event.type}
    body.update((f.name, getattr(event, f.name)) for f in fields(event))
    if isinstance(event, Acted):
        unused = ("app", "action", "args") if event.kind == "signal" else ("path", "value")
        for name in unused:
            del body[name]
    return body
