"""Plain values that every part of the assistant speaks in. No behaviour, no project imports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")

Zone = Literal["driver", "front_passenger", "rear_left", "rear_right"]
ZONES: tuple[Zone, ...] = ("driver", "front_passenger", "rear_left", "rear_right")
REAR_ZONES: frozenset[Zone] = frozenset({"rear_left", "rear_right"})

Scalar = bool | int | float | str
"""A signal's value, typed as the vehicle profile says."""

SAME_WITHIN = 0.01
"""Numbers this close are one value, as the contract's cases compare them."""


def same_value(one: Scalar, other: Scalar) -> bool:
    """Whether two values of a signal are the same; a boolean is no number."""
    if isinstance(one, bool | str) or isinstance(other, bool | str):
        return type(one) is type(other) and one == other
    return abs(one - other) <= SAME_WITHIN


Pcm = NDArray[np.float32]
"""Mono samples in -1.0 .. 1.0."""

SAMPLE_RATE_HZ = 16_000
"""Rate of all audio on its way in."""

ReplyKind = Literal["done", "partial", "already", "ask", "refused", "failed", "unavailable", "answer", "unsupported"]


@dataclass(frozen=True, slots=True)
class Utterance:
    """One thing a person said, cut out of a stream or handed over whole.

    `pcm` is at `SAMPLE_RATE_HZ`; `speech_end_s` is the loop time at which speech ended.
    """

    pcm: Pcm
    zone: Zone
    speech_end_s: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a recogniser heard. `confidence` is 0..1 and comparable only within one engine. `alternatives` are other
    texts that may have been said, likeliest first, for when `text` makes no sense."""

    text: str
    lang: Lang
    engine: str
    confidence: float
    final: bool = True
    alternatives: tuple[str, ...] = ()


SlotValue = Scalar | tuple[Zone, ...] | Mapping[str, object] | list[str]


@dataclass(frozen=True, slots=True)
class Act:
    """One intent with its slots, as understood. `text` is the part of the utterance it came from.

    Intents are named `<control>.<operation>` (`window.open`) for what the vehicle profile's controls do
    and `<skill>.<name>` (`navigation.navigate`) for the rest. `confidence` is 0..1.
    """

    intent: str
    slots: Mapping[str, SlotValue] = field(default_factory=dict)
    confidence: float = 1.0
    text: str = ""
    doubtful: bool = False
    """Too unsure to be carried out without asking first."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation on a control: the step into which an intent is taken apart before it becomes signals.

    `value` and `unit` go with `set` (a quantity), `up` and `down` (an amount) and `choose` (a choice's name).
    `zones` None means those that the control's scope says.
    """

    control: str
    operation: str
    value: Scalar | None = None
    unit: str = "none"
    zones: tuple[Zone, ...] | None = None


DialogAct = Literal[
    "", "request", "follow_up", "answer", "yes", "no", "correction", "undo", "cancel", "chat", "not_addressed"
]
"""What an utterance does in the conversation; empty where nobody judged it."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """Every act of one utterance in order; `unmatched` is the text that no act accounts for.

    `kind` is the dialog act of the whole, `complexity` what answering it takes, `private`
    whether it holds what must not leave the board; empty or True where nobody judged it.
    """

    acts: tuple[Act, ...]
    lang: Lang
    confidence: float
    unmatched: str = ""
    kind: DialogAct = ""
    complete: bool = True
    complexity: str = ""
    private: bool = True

    @property
    def sure(self) -> bool:
        """Whether there are acts, and none that must be asked about first."""
        return bool(self.acts) and not any(act.doubtful for act in self.acts)


@dataclass(frozen=True, slots=True)
class Reading:
    """A signal's last known value. `at_s` is the monotonic time at which it was true."""

    value: Scalar
    at_s: float


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The vehicle as last reported: values by VSS path, which paths have a provider, which apps are up."""

    readings: Mapping[str, Reading]
    provided: tuple[str, ...]
    """Patterns of the providers that are online: a VSS path, or a branch ending in `.*`."""
    apps: frozenset[str]

    def value(self, path: str) -> Scalar | None:
        """The last value of `path`, however old; None when none was ever seen."""
        reading = self.readings.get(path)
        return None if reading is None else reading.value

    def fresh(self, path: str, now_s: float, max_age_s: float) -> Scalar | None:
        """The value of `path` if it is at most `max_age_s` old at `now_s`, else None."""
        reading = self.readings.get(path)
        return reading.value if reading is not None and now_s - reading.at_s <= max_age_s else None

    def online(self, path: str) -> bool:
        """Whether a provider that is online serves `path`."""
        return any(
            path == pattern or (pattern.endswith(".*") and path.startswith(pattern[:-1])) for pattern in self.provided
        )


@dataclass(frozen=True, slots=True)
class SetSignal:
    """A wish to set an actuator. Only a proposal until the gate has made a permit of it."""

    path: str
    value: Scalar


@dataclass(frozen=True, slots=True)
class CallApp:
    """A wish to have an app on the head unit do something."""

    app: str
    action: str
    args: Mapping[str, object] = field(default_factory=dict)


Proposal = SetSignal | CallApp


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to carry out one proposal. Made in `cockpit.safety.gate` and nowhere else (a test keeps it so).

    Void after `expires_s` (monotonic seconds): whoever publishes must check it last of all.
    """

    proposal: Proposal
    turn: str
    zone: Zone
    expires_s: float


OutcomeStatus = Literal[
    "done", "already", "refused", "failed", "expired", "unavailable", "needs_confirmation", "invalid"
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one proposal; `code` says why when it was not done, `data` is an app's answer."""

    proposal: Proposal
    status: OutcomeStatus
    code: str = ""
    reason: str = ""
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """The one answer of a turn, as text to be shown and spoken."""

    text: str
    kind: ReplyKind
    lang: Lang


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """A piece of speech on its way out. `text` is the sentence it voices."""

    pcm: Pcm
    rate_hz: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation, as language models take it."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class LinkSample:
    """One probe or request at `at_s` (monotonic): `ok` tells whether an answer came, `rtt_ms` how long it took, None
    where that says nothing of the way (a long answer, a model's time to think, a refusal)."""

    at_s: float
    rtt_ms: float | None
    ok: bool
