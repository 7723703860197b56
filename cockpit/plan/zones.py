"""Which seats are meant, seen from the one who speaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from cockpit.profile import Control
from cockpit.types import REAR_ZONES, ZONES, SlotValue, Zone

FRONT: tuple[Zone, ...] = ("driver", "front_passenger")
REAR: tuple[Zone, ...] = ("rear_left", "rear_right")
SIDES: dict[str, tuple[Zone, Zone]] = {"left": ("driver", "rear_left"), "right": ("front_passenger", "rear_right")}
"""Of each side the front and the rear seat."""


def said_zones(slots: Mapping[str, SlotValue], speaker: Zone) -> tuple[Zone, ...] | None:
    """The seats named in the slots `zone`, `zone2`, …; None when none was named.

    A side means the seat on that side in the speaker's own row.
    """
    names = [value for name, value in sorted(slots.items()) if name.rstrip("0123456789") == "zone"]
    found: list[Zone] = []
    for name in names:
        found.extend(_seats(name, speaker))
    return tuple(dict.fromkeys(found)) if found else None


def _seats(name: object, speaker: Zone) -> Iterable[Zone]:
    if isinstance(name, tuple):
        return name
    if name == "own":
        return (speaker,)
    if name in SIDES:
        return (SIDES[str(name)][speaker in REAR_ZONES],)
    groups = {"front": FRONT, "rear": REAR, "all": ZONES}
    return groups.get(str(name), (cast("Zone", name),))


def target_zones(control: Control, said: tuple[Zone, ...] | None, speaker: Zone) -> tuple[Zone, ...]:
    """The zones of `control` that are meant; empty when it has none there. A control without zones has none."""
    if not control.zoned:
        return ()
    served = tuple(zone for zone in ZONES if zone in control.targets)
    if said is None:
        return served if control.scope == "all" else tuple(zone for zone in (speaker,) if zone in served)
    wanted = tuple(zone for zone in said if zone in served)
    everywhere = len(said) > 1
    return wanted if everywhere or wanted == said else ()
