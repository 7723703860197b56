"""The table "Zones" of the semantics: who is meant by what, from every seat."""

from __future__ import annotations

import pytest

from cockpit.plan.plans import Tell
from cockpit.plan.zones import said_zones, target_zones
from cockpit.types import ZONES, SlotValue, Zone
from tests.unit.plan.reference_car import PROFILE, SEATS, deeds, plan, situation, wishes

D, P, L, R = ZONES
SPOKEN: dict[str, dict[Zone, tuple[Zone, ...]]] = {
    "driver": dict.fromkeys(ZONES, (D,)),
    "front_passenger": dict.fromkeys(ZONES, (P,)),
    "rear_left": dict.fromkeys(ZONES, (L,)),
    "rear_right": dict.fromkeys(ZONES, (R,)),
    "front": dict.fromkeys(ZONES, (D, P)),
    "rear": dict.fromkeys(ZONES, (L, R)),
    "all": dict.fromkeys(ZONES, (D, P, L, R)),
    "left": {D: (D,), P: (D,), L: (L,), R: (L,)},
    "right": {D: (P,), P: (P,), L: (R,), R: (R,)},
    "own": {D: (D,), P: (P,), L: (L,), R: (R,)},
}
WORDS = [(name, speaker) for name in SPOKEN for speaker in ZONES]


@pytest.mark.parametrize(("name", "speaker"), WORDS)
def test_zone_word(name: str, speaker: Zone) -> None:
    assert said_zones({"zone": name}, speaker) == SPOKEN[name][speaker]


@pytest.mark.parametrize(
    ("slots", "speaker", "wanted"),
    [
        ({}, D, None),
        ({"value": 3.0}, D, None),
        ({"zone": "driver", "zone2": "rear"}, D, (D, L, R)),
        ({"zone": "own", "zone2": "rear_right", "zone3": "front_passenger"}, L, (L, R, P)),
        ({"zone": "rear", "zone2": "rear_left"}, D, (L, R)),
        ({"zone": ("driver", "rear_left")}, P, (D, L)),
        ({"zone": "driver", "zone3": "rear"}, D, (D, L, R)),
        ({"zoned": "driver"}, D, None),
    ],
)
def test_several_zones(slots: dict[str, SlotValue], speaker: Zone, wanted: tuple[Zone, ...] | None) -> None:
    assert said_zones(slots, speaker) == wanted


def paths(pattern: str, zones: tuple[Zone, ...], column: int = 0) -> list[str]:
    return [pattern.format(SEATS[zone][column]) for zone in zones]


STATION = "Cabin.HVAC.Station.{}."
CONTROLS = [
    ("temperature.max", STATION + "Temperature", 1, ZONES), ("fan.max", STATION + "FanSpeed", 1, ZONES),
    ("window.open", "Cabin.Door.{}.Window.Position", 0, ZONES),
    ("seat_heating.on", "Cabin.Seat.{}.HeatingCooling", 0, ZONES),
    ("seat_ventilation.on", "Cabin.Seat.{}.HeatingCooling", 0, ZONES),
    ("reading_light.on", "Cabin.Light.Spotlight.{}.IsLightOn", 0, ZONES),
    ("massage.on", "Cabin.Seat.{}.Massage.Level", 0, (D, P)),
    ("seat_position.up", "Cabin.Seat.{}.Position", 0, (D, P)),
    ("recline.flat", "Cabin.Seat.{}.Backrest.Recline", 0, (D, P)),
    ("door_lock.off", "Cabin.Door.{}.IsLocked", 0, ZONES),
    ("ambient_light.on", "Cabin.Light.AmbientLight.{}.IsLightOn", 0, (D, P)),
]  # fmt: skip
SCOPED_ALL = {"door_lock", "ambient_light", "ambient_colour", "ambient_intensity"}


@pytest.mark.parametrize(("intent", "pattern", "column", "served"), CONTROLS)
@pytest.mark.parametrize("speaker", ZONES)
def test_no_zone_named(intent: str, pattern: str, column: int, served: tuple[Zone, ...], speaker: Zone) -> None:
    control = intent.partition(".")[0]
    where = situation(zone=speaker)
    wanted = served if control in SCOPED_ALL else tuple(zone for zone in (speaker,) if zone in served)
    if wanted:
        assert list(wishes(intent, where)) == paths(pattern, wanted, column)
    else:
        assert plan(intent, where) == Tell("unavailable", "unavailable.zone", {"name": control, "zones": (speaker,)})


@pytest.mark.parametrize(("intent", "pattern", "column", "served"), CONTROLS)
@pytest.mark.parametrize(("name", "speaker"), WORDS)
def test_zone_named(intent: str, pattern: str, column: int, served: tuple[Zone, ...], name: str, speaker: Zone) -> None:
    where = situation(zone=speaker)
    wanted = tuple(zone for zone in SPOKEN[name][speaker] if zone in served)
    if wanted:
        assert sorted(wishes(intent, where, zone=name)) == sorted(paths(pattern, wanted, column))
    else:
        found = plan(intent, where, zone=name)
        assert isinstance(found, Tell)
        assert (found.kind, found.key) == ("unavailable", "unavailable.zone")
        assert found.fields["zones"] == SPOKEN[name][speaker]


WHOLE_CAR = {
    "ac.on": ["Cabin.HVAC.IsAirConditioningActive"],
    "recirculation.on": ["Cabin.HVAC.IsRecirculationActive"],
    "front_defroster.on": ["Cabin.HVAC.IsFrontDefrosterActive"],
    "rear_defroster.on": ["Cabin.HVAC.IsRearDefrosterActive"],
    "sunroof.open": ["Cabin.Sunroof.Switch"],
    "trunk.open": ["Body.Trunk.Rear.IsOpen"],
    "front_trunk.open": ["Body.Trunk.Front.IsOpen"],
    "wiper.on": ["Body.Windshield.Front.Wiping.Mode"],
    "rear_wiper.on": ["Body.Windshield.Rear.Wiping.Mode"],
    "windscreen_heating.on": ["Body.Windshield.Front.IsHeatingOn"],
    "low_beam.on": ["Body.Lights.Beam.Low.IsOn"],
    "parking_lights.on": ["Body.Lights.Parking.IsOn"],
    "front_fog.on": ["Body.Lights.Fog.Front.IsOn"],
    "mirror_fold.on": ["Body.Mirrors.DriverSide.IsFolded", "Body.Mirrors.PassengerSide.IsFolded"],
    "mirror_heating.on": ["Body.Mirrors.DriverSide.IsHeatingOn", "Body.Mirrors.PassengerSide.IsHeatingOn"],
    "volume.max": ["Cabin.Infotainment.Media.Volume"],
    "navigation_volume.max": ["Cabin.Infotainment.Navigation.Volume"],
}


@pytest.mark.parametrize(("intent", "wanted"), WHOLE_CAR.items())
@pytest.mark.parametrize("speaker", ZONES)
def test_what_is_the_whole_cars_is_one_from_every_seat(intent: str, wanted: list[str], speaker: Zone) -> None:
    assert list(wishes(intent, situation(zone=speaker))) == wanted
    assert list(wishes(intent, situation(zone=speaker), zone="own")) == wanted


def test_a_colour_for_one_side_lights_that_side_only() -> None:
    found = wishes("ambient_colour.choose", choice="red", zone="front_passenger")
    side = "Cabin.Light.AmbientLight.Row1.PassengerSide"
    assert found == {f"{side}.Color": "#FF0000", f"{side}.IsLightOn": True}


def test_deed_tells_whether_zones_were_named() -> None:
    (named,) = deeds(plan("window.open", zone="own"))
    (unnamed,) = deeds(plan("window.open"))
    assert (named.zones, named.spoken_zones) == ((D,), True)
    assert (unnamed.zones, unnamed.spoken_zones) == ((D,), False)


def test_a_zone_that_is_there_is_not_taken_for_one_that_is_not() -> None:
    massage = PROFILE.controls["massage"]
    assert target_zones(massage, (L,), D) == ()
    assert target_zones(massage, (D, L), D) == (D,)
    assert target_zones(massage, None, L) == ()


def test_a_step_in_several_zones_starts_from_each_ones_own_value() -> None:
    station = "Vehicle.Cabin.HVAC.Station.Row1.{}.Temperature"
    where = situation({station.format("Driver"): 20.0, station.format("Passenger"): 25.0})
    assert list(wishes("temperature.up", where, zone="front").values()) == [21.0, 26.0]
