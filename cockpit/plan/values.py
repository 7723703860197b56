"""From what was said to the value of a signal: levels, percentages, degrees, steps and named values."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.profile import Control, Signal
from cockpit.types import Scalar


@dataclass(frozen=True, slots=True)
class OutOfRange:
    """The value asked for is not to be had; these are, in `unit`."""

    low: float
    high: float
    unit: str


Wanted = Scalar | OutOfRange | None
"""A signal's value, why there is none, or None when it makes no sense for this control."""


def spoken_range(control: Control, signal: Signal) -> tuple[float, float]:
    """Lowest and highest value that may be asked for, in the control's own counting."""
    low = control.low if control.low is not None else signal.min if signal.min is not None else 0.0
    high = control.high if control.high is not None else signal.max if signal.max is not None else 100.0
    return low, high


def absolute(control: Control, signal: Signal, number: float, unit: str) -> Wanted:
    """The value for "set it to `number` `unit`"."""
    low, high = spoken_range(control, signal)
    if control.levels and (unit == "level" or (unit == "none" and number <= control.level_limit)):
        count = len(control.levels)
        if number != int(number) or not 1 <= number <= count:
            return OutOfRange(1, count, "level") if number else named(control, signal, "off")
        return _cast(control, signal, control.levels[int(number) - 1])
    value = _converted(control, number, unit)
    if value is None:
        return None
    if not low <= value <= high:
        return OutOfRange(low, high, control.unit if not control.levels else "percent")
    if control.round is not None:
        value = round(value / control.round) * control.round
    return _cast(control, signal, value)


def _converted(control: Control, number: float, unit: str) -> float | None:
    """`number` in the control's unit, or None when that unit does not fit it."""
    if unit in ("none", control.unit):
        return number
    if control.unit == "celsius":
        return {"degree": number, "fahrenheit": (number - 32) * 5 / 9}.get(unit)
    if control.unit == "degrees":
        return number if unit == "degree" else None
    if control.unit in ("percent", "level") and unit == "percent":
        return number
    return None


def stepped(
    control: Control, signal: Signal, current: Scalar, direction: int, amount: float | None = None, unit: str = "none"
) -> Scalar | None:
    """The value one step (or `amount`) up or down from `current`, kept within the range.

    A percentage is points; levels, and bare numbers where the control has levels, count steps. None when the control
    knows no steps. What counts the other way from zero (heating while the seat is ventilated) is not lowered.
    """
    if control.cycle:
        return _along_cycle(control.cycle, str(current), direction)
    if isinstance(current, bool | str):
        return None
    low, high = spoken_range(control, signal)
    own = control.sign * float(current)
    if control.levels and own < low and direction < 0:
        return current
    own = max(low, own) if control.levels else own
    if control.levels and (amount is None or unit == "level" or (unit == "none" and amount <= control.level_limit)):
        own = _along_levels(control.levels, own, direction, int(amount or 1))
    elif (change := _change(control, amount, unit)) is not None:
        own += direction * change
    else:
        return None
    return _cast(control, signal, min(max(own, low), high))


def _change(control: Control, amount: float | None, unit: str) -> float | None:
    if amount is None:
        return control.step
    if unit == "level":
        return amount * (control.step or 1.0)
    return amount * 5 / 9 if unit == "fahrenheit" else amount


def _along_levels(levels: list[float], own: float, direction: int, count: int) -> float:
    ladder = [0.0, *levels]
    place = min(range(len(ladder)), key=lambda n: abs(ladder[n] - own))
    return ladder[min(max(place + direction * count, 0), len(ladder) - 1)]


def _along_cycle(cycle: list[str], current: str, direction: int) -> str:
    if current not in cycle:
        return cycle[0] if direction > 0 else current
    return cycle[min(max(cycle.index(current) + direction, 0), len(cycle) - 1)]


def named(control: Control, signal: Signal, operation: str) -> Scalar | None:
    """The value that `on`, `open`, `max` or a choice stands for; None when the control has no such thing."""
    value = control.values.get(operation)
    if value is None or isinstance(value, bool | str):
        return value
    return _cast(control, signal, float(value))


def _cast(control: Control, signal: Signal, own: float) -> Scalar:
    value = control.sign * own
    return signal.cast(round(value) if signal.datatype not in ("float", "double") else value)
