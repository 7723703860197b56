"""Conversations to continue: what was done last, and what is waiting for an answer."""

from __future__ import annotations

from cockpit.dialog.context import Context, Done, Pending
from cockpit.types import Act, Scalar, SetSignal, SlotValue
from tests.unit.plan.reference_car import do, situation

AC = "Vehicle.Cabin.HVAC.IsAirConditioningActive"
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
NOW_S = 500.0


def done(intent: str, **slots: SlotValue) -> Done:
    """`intent` carried out on the reference vehicle at its defaults."""
    where = situation()
    plan = do(intent, where, **slots)
    before: dict[str, Scalar] = {}
    for proposal in plan.proposals:
        if isinstance(proposal, SetSignal):
            value = where.snapshot.value(proposal.path)
            assert value is not None
            before[proposal.path] = value
    return Done(plan, before)


SWITCH = done("ac.on")
LEVEL = done("temperature.set", value=22.0, value_unit="degree")
STEP = done("seat_heating.up", zone="driver")
OPENING = done("window.open", zone="front_passenger")
COLOUR = done("ambient_colour.choose", choice="red")
FEELING = done("climate.feel_cold")
APP = done("navigation.navigate", destination="home")

ASKED_VALUE = Pending(Act("temperature.ask", {"zone": "rear_left"}), "value")
ASKED_SLOT = Pending(Act("calendar.add", {"title": "dentist"}), "start")
ASKED_YES = Pending(Act("trunk.open"), "confirm", do("trunk.open"))

CONTEXTS: dict[str, Context] = {
    "empty": Context(),
    "switch": Context((SWITCH,), None, NOW_S),
    "level": Context((LEVEL,), None, NOW_S),
    "opening": Context((OPENING,), None, NOW_S),
    "app": Context((APP,), None, NOW_S),
    "two": Context((SWITCH, LEVEL), None, NOW_S),
    "asked": Context((), ASKED_VALUE, NOW_S),
    "confirm": Context((), ASKED_YES, NOW_S),
    "expired": Context((SWITCH, LEVEL), ASKED_YES, NOW_S).current(NOW_S + 60.1, 60.0),
}
