"""Questions about the car, answered from what it last reported and from nothing else."""

from __future__ import annotations

from cockpit.plan.plans import Plan, Situation, Tell, Tellings
from cockpit.plan.zones import target_zones
from cockpit.profile import Control, ReadingSpec
from cockpit.types import ZONES, Scalar, Zone


def read_reading(name: str, said: tuple[Zone, ...] | None, situation: Situation) -> Plan:
    """The answer of a reading; "not known" when its value is too old or was never heard."""
    reading = situation.profile.readings[name]
    zones = tuple(zone for zone in (said or ZONES) if zone in reading.targets)
    if "car" in reading.targets:
        return _one(name, reading, (), reading.targets["car"], situation)
    values = {zone: _fresh(reading, reading.targets[zone], situation) for zone in zones}
    if not values or any(value is None for value in values.values()):
        return Tell("answer", "read.unknown", {"name": name})
    if all(isinstance(value, bool) for value in values.values()):
        return _any_of(name, {zone: bool(value) for zone, value in values.items()}, said)
    if len(set(values.values())) == 1:
        value = next(iter(values.values()))
        return Tell("answer", f"{name}.read", {"name": name, "zones": zones, "value": _scaled(reading, value)})
    return Tellings(
        tuple(
            Tell("answer", f"{name}.read", {"name": name, "zones": (zone,), "value": _scaled(reading, value)})
            for zone, value in values.items()
        )
    )


def _any_of(name: str, values: dict[Zone, bool], said: tuple[Zone, ...] | None) -> Tell:
    """For yes-or-no readings of several seats: those where it is so, or that it is nowhere so."""
    true = tuple(zone for zone, value in values.items() if value)
    fields = {"name": name, "zones": true or said or ()}
    return Tell("answer", f"{name}.read.{'true' if true else 'false'}", fields)


def _one(name: str, reading: ReadingSpec, zones: tuple[Zone, ...], path: str, situation: Situation) -> Tell:
    value = _fresh(reading, path, situation)
    if value is None:
        return Tell("answer", "read.unknown", {"name": name})
    if isinstance(value, bool):
        return Tell("answer", f"{name}.read.{'true' if value else 'false'}", {"name": name, "zones": zones})
    return Tell("answer", f"{name}.read", {"name": name, "zones": zones, "value": _scaled(reading, value)})


def _fresh(reading: ReadingSpec, path: str, situation: Situation) -> Scalar | None:
    return situation.snapshot.fresh(path, situation.now_s, reading.max_age_s)


def _scaled(reading: ReadingSpec, value: Scalar | None) -> tuple[Scalar, str]:
    if value is None or isinstance(value, bool | str):
        return str(value), reading.unit
    number = round(float(value) * reading.scale, reading.digits)
    return (int(number) if number == int(number) else number), reading.unit


def read_control(name: str, said: tuple[Zone, ...] | None, situation: Situation) -> Plan:
    """How a control stands now, for each zone that is meant."""
    control = situation.profile.controls[name]
    zones = target_zones(control, said, situation.zone)
    if control.zoned and not zones:
        return Tell("unavailable", "unavailable.zone", {"name": name, "zones": said or (situation.zone,)})
    if control.feedback is not None:
        return _by_feedback(name, control, control.feedback, situation)
    path_of = {zone: control.targets[zone][0] for zone in (zones or ("car",))}
    values = {zone: _standing(path, situation) for zone, path in path_of.items()}
    shown = said if said is not None else ()
    if len(set(values.values())) == 1:
        return _state(name, control, next(iter(values.values())), zones if shown or len(zones) > 1 else ())
    return Tellings(tuple(_state(name, control, value, (zone,)) for zone, value in values.items() if zone != "car"))


def _by_feedback(name: str, control: Control, sensor: str, situation: Situation) -> Tell:
    """A control that is pushed stands where its sensor says."""
    where, fields = _standing(sensor, situation), {"name": name, "zones": ()}
    if where is None:
        return Tell("answer", "query.unknown", fields)
    for operation, rest in control.rests.items():
        if where == rest:
            return Tell("answer", f"query.{operation}", {**fields, "operation": operation})
    return Tell("answer", "query.set", {**fields, "value": (where, "percent")})


def _standing(path: str, situation: Situation) -> Scalar | None:
    return situation.snapshot.value(path) if situation.snapshot.online(path) else None


def _state(name: str, control: Control, value: Scalar | None, zones: tuple[Zone, ...]) -> Tell:
    fields: dict[str, object] = {"name": name, "zones": zones}
    if value is None:
        return Tell("answer", "query.unknown", fields)
    if control.levels and isinstance(value, int | float) and control.sign * value < 0:
        value = 0
    for operation in ("on", "off", "open", "close"):
        held = control.values.get(operation)
        if (
            held == value
            and isinstance(held, bool) == isinstance(value, bool)
            and (value in (0, False, "OFF") or held is True)
        ):
            return Tell("answer", f"query.{operation}", {**fields, "operation": operation})
    return Tell("answer", "query.set", {**fields, "value": value})
