"""One signal on both sides: the value of a VSS path, and the physical value of a DBC signal.

Booleans are 0 and 1; what has names has them in the DBC's value table, spelt as in the profile; a colour (`#RRGGBB`) is
24 bit, marked by the unit `rgb`; any other signal is its number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from cantools.database.can import Signal

from cockpit import profile
from cockpit.types import SAME_WITHIN, Scalar

RGB = "rgb"
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


@dataclass(frozen=True)
class SignalCodec:
    path: str
    spec: profile.Signal
    signal: Signal

    @property
    def name(self) -> str:
        return self.signal.name

    def fault(self, value: object) -> str:
        """What is wrong with a wanted value: `type`, `range`, `value` (the frame has no such value), or empty."""
        if fault := self.spec.fault(value):
            return fault
        if isinstance(value, str):
            known = COLOUR.fullmatch(value) if self.signal.unit == RGB else value in self._raw_of
            return "" if known else "value"
        if not isinstance(value, int | float):
            return "type"
        low, high = self.signal.minimum, self.signal.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            return "range"
        return "" if abs(self.physical(value) - value) <= SAME_WITHIN else "value"

    def physical(self, value: Scalar) -> float:
        """The nearest value that the frame can hold; of a value without `fault`."""
        if isinstance(value, str):
            return int(value[1:], 16) if self.signal.unit == RGB else self._raw_of[value]
        scale, offset = self.signal.scale, self.signal.offset
        return round(round((value - offset) / scale) * scale + offset, self._digits)

    def value(self, physical: float) -> Scalar | None:
        """What the frame says; None where that is not a value of this signal."""
        if self.spec.datatype == "boolean":
            return {0: False, 1: True}.get(int(physical))
        if self.signal.unit == RGB:
            return f"#{int(physical):06X}"
        if self.spec.datatype == "string":
            return self._choices.get(int(physical))
        value = round(physical, self._digits)
        return None if self.spec.fault(value) else self.spec.cast(value)

    @cached_property
    def _choices(self) -> dict[int, str]:
        return {int(raw): str(name) for raw, name in (self.signal.choices or {}).items()}

    @cached_property
    def _raw_of(self) -> dict[str, int]:
        return {name: raw for raw, name in self._choices.items()}

    @cached_property
    def _digits(self) -> int:
        """Decimals of the signal's steps, so that 0.1 times 223 is 22.3 and nothing near it."""
        exponents = (Decimal(repr(float(step))).as_tuple().exponent for step in (self.signal.scale, self.signal.offset))
        return max(0, *(-int(exponent) for exponent in exponents))
