"""What is remembered of a zone's conversation, and what follow-ups make of it: a pure state machine.

A context is never changed, only replaced. It expires some time after its last turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cockpit.plan.plans import Deed, Do
from cockpit.plan.zones import SIDES
from cockpit.types import REAR_ZONES, Act, ReplyKind, Scalar, SetSignal, SlotValue

DIRECTION_OF = {"up": "up", "open": "up", "set": "up", "on": "up", "max": "up", "down": "down", "close": "down"}
OPPOSITE = {"up": "down", "down": "up"}
SWITCHED: Mapping[str, tuple[str, ...]] = {"on": ("on", "open"), "off": ("off", "close")}


@dataclass(frozen=True, slots=True)
class Done:
    """A plan that was carried out; `before` holds the values its signals had."""

    plan: Do
    before: Mapping[str, Scalar]

    @property
    def restoring(self) -> tuple[SetSignal, ...]:
        return tuple(SetSignal(path, value) for path, value in self.before.items())


@dataclass(frozen=True, slots=True)
class Pending:
    """A question that waits for its answer: for a `slot` of `act`, or (slot `confirm`) for a yes to `plan`."""

    act: Act
    slot: str
    plan: Do | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """One zone's conversation. `at_s` is the monotonic time of its last turn."""

    last: tuple[Done, ...] = ()
    pending: Pending | None = None
    at_s: float = float("-inf")
    remembered: Mapping[str, Scalar] = field(default_factory=dict)
    """Values from before a muting; they outlive the context, as a setting does."""

    def current(self, now_s: float, lifetime_s: float) -> Context:
        """This context, or an empty one when it has expired."""
        return self if now_s - self.at_s <= lifetime_s else Context(remembered=self.remembered)

    def after(self, last: tuple[Done, ...], pending: Pending | None, now_s: float) -> Context:
        """The context after a turn: what was not replaced by new deeds stays to be referred to."""
        muted = {path: value for done in last for path, value in done.before.items() if _mutes(done, path) and value}
        return Context(last or self.last, pending, now_s, {**self.remembered, **muted})


def _mutes(done: Done, path: str) -> bool:
    return any(
        deed.operation == "mute" and any(isinstance(p, SetSignal) and p.path == path for p in deed.proposals)
        for deed in done.plan.deeds
    )


@dataclass(frozen=True, slots=True)
class Resolved:
    """An act that stands on its own. `restore` must be undone first; `confirmed` is a yes to `plan`."""

    act: Act
    restore: tuple[Done, ...] = ()


@dataclass(frozen=True, slots=True)
class Confirmed:
    plan: Do


@dataclass(frozen=True, slots=True)
class Undo:
    """Everything of the last turn is to be put back; empty when there is nothing."""

    done: tuple[Done, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """Nothing to do but to answer with the reply `key`."""

    kind: ReplyKind
    key: str


Resolution = Resolved | Confirmed | Undo | Said


def resolve(act: Act, context: Context) -> list[Resolution]:
    """What `act` means after what was said before. Acts that need no context come back as they are."""
    kind, _, name = act.intent.partition(".")
    if kind == "answer":
        return [_answered(act, name, context)]
    if kind != "dialog":
        return [Resolved(_expected(act, context.pending))]
    if name in ("yes", "no", "cancel", "chat") or (name == "wrong" and context.pending is not None):
        return [_said(name, context)]
    if name == "undo" or (name == "wrong" and context.last):
        return [Undo(context.last)]
    if not context.last:
        key = "ask.again" if name == "wrong" else "unsupported.no_context"
        return [Said("ask" if name == "wrong" else "unsupported", key)]
    return _follow_up(act, name, context)


def _answered(act: Act, slot: str, context: Context) -> Resolution:
    pending = context.pending
    if pending is None:
        return Said("unsupported", "unsupported.not_understood")
    if slot == "confirm":
        return Confirmed(pending.plan) if pending.plan else Said("answer", "answer.ok")
    return Resolved(replace(pending.act, slots={**pending.act.slots, **act.slots}, intent=_valued(pending.act.intent)))


def _expected(act: Act, pending: Pending | None) -> Act:
    """`act`, and past doubt where it says again, and now in full, what was asked about."""
    asked = pending is not None and act.intent in (pending.act.intent, _valued(pending.act.intent))
    return replace(act, doubtful=False) if asked else act


def _valued(intent: str) -> str:
    """An act that was asked for its value becomes a `set`."""
    control, _, operation = intent.rpartition(".")
    return f"{control}.set" if operation == "ask" else intent


def _said(name: str, context: Context) -> Resolution:
    """What needs nothing but the question before it."""
    if name == "chat":
        return Said("unsupported", "unsupported.not_understood")
    pending = context.pending
    if name == "yes" and pending is not None and pending.plan is not None:
        return Confirmed(pending.plan)
    if name == "yes":
        return Said("answer", "answer.ok")
    declined = pending is not None and name in ("no", "wrong")
    return Said("answer", "answer.declined" if declined else "answer.cancelled")


def _follow_up(act: Act, name: str, context: Context) -> list[Resolution]:
    if name in ("also", "zone"):
        zoned = [done for done in context.last if any(deed.zones for deed in done.plan.deeds)]
        again = [Resolved(_with_zones(done.plan.act, _beside(act, done))) for done in zoned]
        return [*again] or [Said("unsupported", "unsupported.no_context")]
    if name == "correct":
        last = context.last[-1]
        moved = any(slot.startswith("zone") for slot in act.slots)
        if not moved and not isinstance(last.plan.deeds[-1].proposals[0], SetSignal):
            return [Said("unsupported", "unsupported.no_context")]
        return [Resolved(_corrected(last, _beside(act, last)), (last,) if moved else ())]
    deed = _last_operation(context)
    if deed is None:
        return [Said("unsupported", "unsupported.no_context")]
    operation = _operation_now(name, deed)
    slots: dict[str, SlotValue] = {k: v for k, v in act.slots.items() if not k.startswith("zone")}
    if deed.zones:
        slots["zone"] = deed.zones
    return [Resolved(replace(act, intent=f"{deed.name}.{operation}", slots=slots))]


def _beside(act: Act, done: Done) -> Act:
    """The act with a side it names taken in the row of what was done: after the rear left, "the right one" is in the
    rear."""
    zones = {zone for deed in done.plan.deeds for zone in deed.zones}
    if not zones or not (zones <= REAR_ZONES or zones.isdisjoint(REAR_ZONES)):
        return act
    behind = zones <= REAR_ZONES
    sides = {name: (SIDES[value][behind],) for name, value in _zones_of(act.slots).items() if value in SIDES}
    return replace(act, slots={**act.slots, **sides})


def _operation_now(name: str, deed: Deed) -> str:
    if name in ("more", "less"):
        same = DIRECTION_OF.get(deed.operation, "up")
        return same if name == "more" else OPPOSITE[same]
    if name in SWITCHED:
        plain, other = SWITCHED[name]
        return other if deed.opens else plain
    return name


def _last_operation(context: Context) -> Deed | None:
    deeds = [
        deed
        for done in context.last
        for deed in done.plan.deeds
        if any(isinstance(p, SetSignal) for p in deed.proposals)
    ]
    return deeds[-1] if deeds else None


def _without_zones(slots: Mapping[str, SlotValue]) -> dict[str, SlotValue]:
    return {name: value for name, value in slots.items() if not name.startswith("zone")}


def _zones_of(slots: Mapping[str, SlotValue]) -> dict[str, SlotValue]:
    return {name: value for name, value in slots.items() if name.startswith("zone")}


def _with_zones(act: Act, said: Act) -> Act:
    return replace(act, slots={**_without_zones(act.slots), **_zones_of(said.slots)}, text=said.text)


def _corrected(done: Done, said: Act) -> Act:
    """The last act with what was corrected replaced: its zones, its value, or its choice."""
    act = done.plan.act
    if _zones_of(said.slots):
        return _with_zones(act, said)
    deed = done.plan.deeds[-1]
    slots: dict[str, SlotValue] = {**act.slots, **said.slots}
    operation = "choose" if "choice" in said.slots else "set"
    intent = f"{deed.name}.{operation}" if "." not in deed.name else act.intent
    return replace(act, intent=intent, slots=slots, text=said.text)
