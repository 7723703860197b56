"""From an act to a plan: by the vehicle's controls and readings, the skills' manifests, or a skill's handler."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, timedelta

from cockpit.plan.controls import plan_operation
from cockpit.plan.plans import Ask, CallApp, Deed, Do, Handler, Operation, Plan, Situation, Tell
from cockpit.plan.questions import read_control, read_reading
from cockpit.plan.several import without_reasons, without_repeats
from cockpit.plan.zones import said_zones
from cockpit.skillset import Intent, SkillSet
from cockpit.types import Act, SlotValue

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Planner:
    """`handlers` maps an intent to its skill's function."""

    def __init__(self, skills: SkillSet, handlers: Mapping[str, Handler]) -> None:
        self._skills, self._handlers = skills, handlers

    def wanted(self, acts: tuple[Act, ...]) -> tuple[Act, ...]:
        """What the acts of one utterance come to."""
        return without_reasons(without_repeats(acts), self._skills)

    def plan(self, act: Act, situation: Situation) -> Plan:
        """What `act` means in `situation`."""
        control, _, operation = act.intent.rpartition(".")
        if (found := self._skills.intent(act.intent)) is not None:
            return self._manifest_intent(found[1], act, situation)
        said = said_zones(act.slots, situation.zone)
        if operation == "read" and control in situation.profile.readings:
            return read_reading(control, said, situation)
        if control not in situation.profile.controls:
            return Tell("unsupported", "unsupported.not_understood")
        if operation == "query":
            return read_control(control, said, situation)
        value, unit = operand(act.slots)
        return self._operations([Operation(control, operation, value, unit, said)], act, situation)

    def _manifest_intent(self, spec: Intent, act: Act, situation: Situation) -> Plan:
        for wanted in spec.requires:
            if not any(slot in act.slots for slot in wanted.split("|")):
                slot = wanted.split("|")[0]
                return Ask(act, slot, f"ask.{slot}")
        if spec.handler:
            found = self._handlers[act.intent](act, situation)
            return found if isinstance(found, Tell) else self._operations(list(found), act, situation)
        if spec.app:
            try:
                args = _app_args(spec, act.slots, situation.today)
            except ValueError:
                return Tell("ask", "ask.no_such_day")
            call = CallApp(spec.app, spec.action, {**spec.fixed, **args})
            return Do(act, (Deed(act.intent, spec.action, (call,)),), spec.answers, spec.brief)
        if not spec.do:
            return Tell("answer", f"{act.intent}.answer", dict(act.slots))
        said = said_zones(act.slots, situation.zone)
        operations = [Operation(op.control, op.operation, op.value, op.unit, op.zones or said) for op in spec.do]
        return self._operations(operations, act, situation)

    @staticmethod
    def _operations(operations: list[Operation], act: Act, situation: Situation) -> Plan:
        deeds: list[Deed] = []
        for operation in operations:
            found = plan_operation(operation, act, situation)
            if not isinstance(found, Deed):
                return found
            deeds.append(found)
        return Do(act, tuple(deeds))


def operand(slots: Mapping[str, SlotValue]) -> tuple[float | str | None, str]:
    """The quantity, amount or choice that an operation was given, and its unit."""
    for name in ("value", "amount"):
        number = slots.get(name)
        if isinstance(number, int | float):
            return number, str(slots.get(f"{name}_unit", "none"))
    choice = slots.get("choice")
    return (choice, "none") if isinstance(choice, str) else (None, "none")


def _app_args(spec: Intent, slots: Mapping[str, SlotValue], today: date) -> dict[str, object]:
    args: dict[str, object] = {}
    for arg, source in spec.args.items():
        if source.startswith("["):
            stem = source.strip("[]")
            found = [value for name, value in sorted(slots.items()) if name.rstrip("0123456789") == stem]
            if found:
                args[arg] = found
        elif source in slots:
            args[arg] = slots[source]
    if "day" in args:
        args["day"] = _day(str(args["day"]), today)
    for arg in ("start", "end"):
        if arg in args:
            args[arg] = f"{calendar_day(str(slots.get('day', 'today')), today).isoformat()}T{args[arg]}:00"
    return args


def _day(spoken: str, today: date) -> str:
    return spoken if spoken in ("today", "tomorrow") else calendar_day(spoken, today).isoformat()


def calendar_day(spoken: str, today: date) -> date:
    """The date of a day as `cockpit.nlu.calendar` names it; of a date the next one to come.

    Raises `ValueError` for a date that no year has.
    """
    if spoken in WEEKDAYS:
        return today + timedelta(days=(WEEKDAYS.index(spoken) - today.weekday()) % 7 or 7)
    if spoken.startswith("+"):
        return today + timedelta(days=int(spoken[1:]))
    if spoken in ("today", "tomorrow"):
        return today + timedelta(days=int(spoken == "tomorrow"))
    if spoken.isdecimal():
        coming = (today + timedelta(days=ahead) for ahead in range(62))
        return next((date_ for date_ in coming if date_.day == int(spoken)), today)
    month, day = (int(part) for part in spoken.split("-"))
    for year in range(today.year, today.year + 5):
        with suppress(ValueError):
            if (found := date(year, month, day)) >= today:
                return found
    raise ValueError(f"there is no {spoken}")
