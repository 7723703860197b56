"""Rain, and things that this car does not have."""

from __future__ import annotations

from cockpit.skill import Act, Operation, Situation, Tell


def raining(act: Act, situation: Situation) -> list[Operation]:
    """Wipers by the rain sensor, and every window that is open closed."""
    del act
    windows = situation.profile.controls["window"].targets
    opened = tuple(
        zone for zone, paths in windows.items() if zone != "car" and any(situation.snapshot.value(p) for p in paths)
    )
    wipers = [Operation("wiper", "choose", "auto")]
    return [*wipers, Operation("window", "close", zones=opened)] if opened else wipers


def missing_equipment(act: Act, situation: Situation) -> Tell:
    """Says plainly that there is no such thing in this car."""
    del situation
    return Tell("unavailable", "unavailable.equipment", {"name": f"equipment.{act.slots.get('equipment', '')}"})
