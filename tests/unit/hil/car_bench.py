"""A simulated car without a bus, and somebody who gives it commands."""

from __future__ import annotations

from cockpit.config import ROOT
from cockpit.profile import VehicleProfile, load_profile
from cockpit.types import Scalar
from hil.vehicle.car import TICK_S, Car
from hil.vehicle.command import Command, Result

PROFILE: VehicleProfile = load_profile(ROOT / "cockpit" / "profiles" / "reference.yaml")
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
OTHER_WINDOW = "Vehicle.Cabin.Door.Row2.DriverSide.Window.Position"
LIGHT = "Vehicle.Cabin.Light.IsDomeOn"
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
SEAT = "Vehicle.Cabin.Seat.Row1.DriverSide.Position"
SUNROOF = "Vehicle.Cabin.Sunroof.Switch"
ROOF = "Vehicle.Cabin.Sunroof.Position"
TRUNK = "Vehicle.Body.Trunk.Rear.IsOpen"
MIRROR = "Vehicle.Body.Mirrors.DriverSide.IsFolded"
SPEED = "Vehicle.Speed"
MOVING = "Vehicle.IsMoving"
CABIN = "Vehicle.Cabin.HVAC.AmbientAirTemperature"
VOLTAGE = "Vehicle.LowVoltageBattery.CurrentVoltage"


class Bench:
    """`said` holds all answers so far, as words."""

    def __init__(self, **how: float) -> None:
        self.car = Car(PROFILE, **how)  # type: ignore[arg-type]
        self.said: list[str] = []
        self.results: list[Result] = []
        self._ids = 0

    def tell(self, path: str, value: object, *, expired: bool = False) -> None:
        self._ids += 1
        self.car.take(Command(str(self._ids), "test", path, value, expired))
        self._listen()

    def do(self, path: str, value: object, limit_s: float = 60.0) -> list[str]:
        """Give a command and let time pass until it has its end; what was said, steps of a movement left out."""
        before = len(self.said)
        self.tell(path, value)
        self.until_over(limit_s)
        return [word for word in self.said[before:] if word != "in_progress"]

    def until_over(self, limit_s: float = 60.0) -> float:
        """Let time pass until every command that was accepted has its end; the seconds that took."""
        began_s = self.car.now_s
        while self.open and self.car.now_s < began_s + limit_s:
            self.pass_(TICK_S)
        return self.car.now_s - began_s

    @property
    def open(self) -> bool:
        ended = {one.command.id for one in self.results if one.status not in {"accepted", "in_progress"}}
        return any(one.command.id not in ended for one in self.results)

    def pass_(self, seconds: float) -> None:
        self.car.run(seconds)
        self._listen()

    def value(self, path: str) -> Scalar:
        return self.car.values[path]

    def _listen(self) -> None:
        for result in self.car.answers():
            self.results.append(result)
            self.said.append(f"{result.status} {result.code}".strip())
