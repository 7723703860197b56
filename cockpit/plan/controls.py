"""Operations on controls made into deeds."""

from __future__ import annotations

from cockpit.plan.plans import Ask, Deed, Plan, Situation, Tell
from cockpit.plan.values import OutOfRange, Wanted, absolute, named, stepped
from cockpit.plan.zones import target_zones
from cockpit.profile import Control
from cockpit.types import Act, Operation, Scalar, SetSignal, Zone, same_value

DIRECTIONS = {"up": 1, "down": -1}


def plan_operation(operation: Operation, act: Act, situation: Situation) -> Deed | Plan:
    """The deed that `operation` is here and now, or what to ask or tell instead."""
    control = situation.profile.controls.get(operation.control)
    if control is None:
        return Tell("unavailable", "unavailable.equipment", {"name": operation.control})
    zones = target_zones(control, operation.zones, situation.zone)
    if control.zoned and not zones:
        return Tell("unavailable", "unavailable.zone", _who(operation, situation))
    if operation.operation == "ask" or (operation.operation == "set" and operation.value is None):
        return Ask(act, "value", "ask.value", {"name": operation.control})
    found = _deed(operation, control, zones, situation)
    if isinstance(found, OutOfRange):
        fields = {"name": operation.control, "low": (found.low, found.unit), "high": (found.high, found.unit)}
        return Ask(act, "value", "ask.range", fields)
    if found is None and operation.operation in DIRECTIONS and not _known(control, zones, situation):
        return Tell("unavailable", "query.unknown", _who(operation, situation))
    return found if found is not None else Tell("unsupported", "unsupported.not_understood")


def _known(control: Control, zones: tuple[Zone, ...], situation: Situation) -> bool:
    """Whether the car has ever said how the control stands."""
    paths = (path for zone in zones or ("car",) for path in control.targets[zone])
    return all(situation.snapshot.value(path) is not None for path in paths)


def _who(operation: Operation, situation: Situation) -> dict[str, object]:
    return {"name": operation.control, "zones": operation.zones or (situation.zone,)}


def _deed(
    operation: Operation, control: Control, zones: tuple[Zone, ...], situation: Situation
) -> Deed | OutOfRange | None:
    proposals: list[SetSignal] = []
    for zone in zones or ("car",):
        for path in control.targets[zone]:
            value = _value(operation, control, path, situation)
            if value is None or isinstance(value, OutOfRange):
                return value
            proposals.append(SetSignal(path, value))
    for other, with_operation in control.also.items():
        partner = situation.profile.controls[other]
        for zone in zones or ("car",):
            proposals.extend(SetSignal(path, partner.values[with_operation]) for path in partner.targets[zone])
    return Deed(
        operation.control,
        operation.operation,
        tuple(proposals),
        zones=zones,
        spoken_zones=operation.zones is not None,
        opens="open" in control.values,
    )


def _value(operation: Operation, control: Control, path: str, situation: Situation) -> Wanted:
    signal = situation.profile.signals[path]
    amount = operation.value
    if operation.operation == "set" and isinstance(amount, int | float):
        return absolute(control, signal, float(amount), operation.unit)
    if operation.operation == "choose":
        return named(control, signal, str(amount))
    if operation.operation == "unmute" and "unmute" not in control.values:
        return _before_mute(path, situation)
    current = situation.snapshot.value(path)
    if operation.operation not in DIRECTIONS:
        opposite = isinstance(current, int | float) and control.levels and control.sign * current < 0
        return current if operation.operation == "off" and opposite else named(control, signal, operation.operation)
    number = float(amount) if isinstance(amount, int | float) else None
    if current is None:
        return None
    return stepped(control, signal, current, DIRECTIONS[operation.operation], number, operation.unit)


def _before_mute(path: str, situation: Situation) -> Scalar:
    current = situation.snapshot.value(path)
    if current:
        return current
    return situation.remembered.get(path, situation.profile.signals[path].default)


def at_the_end(deed: Deed, situation: Situation) -> bool:
    """Whether nothing is left to do: every signal has its wanted value and its provider is there."""
    control = situation.profile.controls.get(deed.name)
    if control is not None and control.momentary:
        return _at_rest(deed, control, situation)
    return all(
        isinstance(proposal, SetSignal)
        and situation.snapshot.online(proposal.path)
        and _is(situation.snapshot.value(proposal.path), proposal.value)
        for proposal in deed.proposals
    )


def _at_rest(deed: Deed, control: Control, situation: Situation) -> bool:
    """A push is spared when its sensor is where it leads to and no other push is under way."""
    rest = control.rests.get(deed.operation)
    if rest is None or control.feedback is None:
        return False
    where = situation.snapshot.value(control.feedback)
    pushes = [situation.snapshot.value(p.path) for p in deed.proposals if isinstance(p, SetSignal)]
    wanted = control.values.get(deed.operation)
    settled = all(push in (None, "INACTIVE", wanted) for push in pushes)
    return settled and _is(where, rest)


def _is(current: Scalar | None, wanted: Scalar) -> bool:
    return current is not None and same_value(current, wanted)
