"""Questions about the car, answered only from what it reported, and only while that is new enough."""

from __future__ import annotations

import pytest

from cockpit.plan.plans import Tell, Tellings
from cockpit.types import REAR_ZONES, ZONES, Scalar, Zone
from tests.unit.plan.reference_car import PROFILE, plan, situation

SIMPLE = [
    ("outside_temperature", "Vehicle.Exterior.AirTemperature", 18.44, (18.4, "celsius")),
    ("outside_temperature", "Vehicle.Exterior.AirTemperature", -3.0, (-3, "celsius")),
    ("cabin_temperature", "Vehicle.Cabin.HVAC.AmbientAirTemperature", 23.0, (23, "celsius")),
    ("battery", "Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed", 71.6, (72, "percent")),
    ("range", "Vehicle.Powertrain.Range", 358_400, (358, "km")),
    ("electric_range", "Vehicle.Powertrain.TractionBattery.Range", 999, (1, "km")),
    ("fuel", "Vehicle.Powertrain.FuelSystem.RelativeLevel", 55, (55, "percent")),
    ("fuel_range", "Vehicle.Powertrain.FuelSystem.Range", 410_000, (410, "km")),
    ("speed", "Vehicle.Speed", 63.7, (64, "km_h")),
    ("charging_time", "Vehicle.Powertrain.TractionBattery.Charging.TimeToComplete", 5400, (90, "minutes")),
    ("odometer", "Vehicle.Powertrain.Transmission.TravelledDistance", 15230.5, (15230, "km")),
    ("voltage", "Vehicle.LowVoltageBattery.CurrentVoltage", 12.64, (12.6, "volt")),
    ("rain", "Vehicle.Body.Raindetection.Intensity", 0, (0, "percent")),
    ("sunroof_position", "Vehicle.Cabin.Sunroof.Position", 100, (100, "percent")),
]


@pytest.mark.parametrize(("name", "path", "held", "told"), SIMPLE)
def test_reading(name: str, path: str, held: Scalar, told: tuple[float, str]) -> None:
    found = plan(f"{name}.read", situation({path: held}))
    assert found == Tell("answer", f"{name}.read", {"name": name, "zones": (), "value": told})


@pytest.mark.parametrize("name", sorted(PROFILE.readings))
def test_a_value_that_was_never_heard_is_not_known(name: str) -> None:
    gone = dict.fromkeys(PROFILE.readings[name].targets.values())
    assert plan(f"{name}.read", situation(gone)) == Tell("answer", "read.unknown", {"name": name})


@pytest.mark.parametrize("name", sorted(PROFILE.readings))
def test_a_value_is_known_up_to_its_age(name: str) -> None:
    reading = PROFILE.readings[name]
    fresh = dict.fromkeys(reading.targets.values(), reading.max_age_s)
    stale = dict.fromkeys(reading.targets.values(), reading.max_age_s + 0.1)
    unknown = Tell("answer", "read.unknown", {"name": name})
    assert plan(f"{name}.read", situation(ages=fresh)) != unknown
    assert plan(f"{name}.read", situation(ages=stale)) == unknown


def test_speed_is_stale_sooner_than_the_rest() -> None:
    assert PROFILE.readings["speed"].max_age_s == 2


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("charging", "Vehicle.Powertrain.TractionBattery.Charging.IsCharging"),
        ("service", "Vehicle.Service.IsServiceDue"),
        ("washer_low", "Vehicle.Body.Windshield.Front.WasherFluid.IsLevelLow"),
    ],
)
@pytest.mark.parametrize("held", [True, False])
def test_yes_or_no(name: str, path: str, held: bool) -> None:
    found = plan(f"{name}.read", situation({path: held}))
    assert found == Tell("answer", f"{name}.read.{str(held).lower()}", {"name": name, "zones": ()})


PRESSURES = dict(zip(PROFILE.readings["tyre_pressure"].targets.values(), (240, 240, 230, 235), strict=True))


def test_tyre_pressures_that_are_equal_are_told_once() -> None:
    found = plan("tyre_pressure.read")
    assert found == Tell(
        "answer", "tyre_pressure.read", {"name": "tyre_pressure", "zones": ZONES, "value": (240, "kpa")}
    )


def test_tyre_pressures_that_differ_are_told_each() -> None:
    found = plan("tyre_pressure.read", situation(PRESSURES))
    assert isinstance(found, Tellings)
    assert [(part.fields["zones"], part.fields["value"]) for part in found.parts] == [
        ((zone,), (pressure, "kpa")) for zone, pressure in zip(ZONES, PRESSURES.values(), strict=True)
    ]


@pytest.mark.parametrize(("zone", "pressure"), [*zip(ZONES, PRESSURES.values(), strict=True)])
def test_pressure_of_one_tyre(zone: Zone, pressure: int) -> None:
    found = plan("tyre_pressure.read", situation(PRESSURES), zone=zone)
    fields = {"name": "tyre_pressure", "zones": (zone,), "value": (pressure, "kpa")}
    assert found == Tell("answer", "tyre_pressure.read", fields)


def test_pressure_of_the_rear_tyres() -> None:
    found = plan("tyre_pressure.read", situation(PRESSURES), zone="rear")
    assert isinstance(found, Tellings)
    assert {part.fields["zones"] for part in found.parts} == {(zone,) for zone in REAR_ZONES}


def test_one_unknown_tyre_is_not_told_as_fine() -> None:
    one = next(iter(PRESSURES))
    assert plan("tyre_pressure.read", situation({one: None})) == Tell(
        "answer", "read.unknown", {"name": "tyre_pressure"}
    )


@pytest.mark.parametrize(
    ("open_doors", "zone", "key", "told"),
    [
        ((), None, "false", ()),
        (("rear_left",), None, "true", ("rear_left",)),
        (("driver", "rear_right"), None, "true", ("driver", "rear_right")),
        (("rear_left",), "front", "false", ("driver", "front_passenger")),
        (("rear_left",), "rear", "true", ("rear_left",)),
        (ZONES, None, "true", ZONES),
    ],
)
def test_doors_that_are_open(open_doors: tuple[Zone, ...], zone: str | None, key: str, told: tuple[Zone, ...]) -> None:
    targets = PROFILE.readings["door_open"].targets
    where = situation({path: door in open_doors for door, path in targets.items()})
    found = plan("door_open.read", where, **({"zone": zone} if zone else {}))
    assert found == Tell("answer", f"door_open.read.{key}", {"name": "door_open", "zones": told})


STATES = [
    ("ac", {"Vehicle.Cabin.HVAC.IsAirConditioningActive": True}, "query.on", None),
    ("ac", {}, "query.off", None),
    ("window", {"Vehicle.Cabin.Door.Row1.DriverSide.Window.Position": 0}, "query.close", None),
    ("window", {"Vehicle.Cabin.Door.Row1.DriverSide.Window.Position": 30}, "query.set", 30),
    ("trunk", {"Vehicle.Body.Trunk.Rear.IsOpen": True}, "query.open", None),
    ("trunk", {}, "query.close", None),
    ("temperature", {}, "query.set", 24.0),
    ("seat_heating", {"Vehicle.Cabin.Seat.Row1.DriverSide.HeatingCooling": 66}, "query.set", 66),
    ("seat_heating", {}, "query.off", None),
    ("wiper", {}, "query.off", None),
    ("wiper", {"Vehicle.Body.Windshield.Front.Wiping.Mode": "FAST"}, "query.set", "FAST"),
    ("drive_mode", {}, "query.set", "NORMAL"),
    ("volume", {"Vehicle.Cabin.Infotainment.Media.Volume": 0}, "query.off", None),
]


@pytest.mark.parametrize(("name", "values", "key", "held"), STATES)
def test_how_a_control_stands(name: str, values: dict[str, Scalar | None], key: str, held: Scalar | None) -> None:
    found = plan(f"{name}.query", situation(values))
    assert isinstance(found, Tell)
    assert (found.kind, found.key, found.fields["name"]) == ("answer", key, name)
    assert found.fields.get("value") == held


def test_a_control_without_its_provider_is_not_known() -> None:
    found = plan("window.query", situation(provided=("Vehicle.Cabin.HVAC.*",)))
    assert isinstance(found, Tell)
    assert found.key == "query.unknown"


def test_windows_that_differ_are_told_each() -> None:
    where = situation({"Vehicle.Cabin.Door.Row1.DriverSide.Window.Position": 100})
    found = plan("window.query", where, zone="front")
    assert isinstance(found, Tellings)
    assert [(p.key, p.fields["zones"]) for p in found.parts] == [
        ("query.set", ("driver",)),
        ("query.close", ("front_passenger",)),
    ]


def test_windows_that_are_equal_are_told_together() -> None:
    found = plan("window.query", zone="all")
    assert found == Tell("answer", "query.close", {"name": "window", "zones": ZONES, "operation": "close"})


def test_a_question_for_a_seat_that_has_none() -> None:
    found = plan("massage.query", situation(zone="rear_left"))
    assert found == Tell("unavailable", "unavailable.zone", {"name": "massage", "zones": ("rear_left",)})


def test_whether_the_sunroof_is_open() -> None:
    found = plan("sunroof.query", situation({"Vehicle.Cabin.Sunroof.Position": 100}))
    assert isinstance(found, Tell)
    assert found.fields.get("value") != "INACTIVE"


@pytest.mark.parametrize(("name", "held"), [("seat_heating", -66), ("seat_ventilation", 66)])
def test_a_seat_that_is_cooled_is_not_heated(name: str, held: int) -> None:
    found = plan(f"{name}.query", situation({"Vehicle.Cabin.Seat.Row1.DriverSide.HeatingCooling": held}))
    assert isinstance(found, Tell)
    assert found.key == "query.off"
