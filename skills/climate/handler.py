"""Fresh air by what the drive allows: a window at town speed, otherwise air from outside."""

from __future__ import annotations

from cockpit.skill import Act, Operation, Situation

WINDOW_BELOW_KM_H = 60
WINDOW_PERCENT = 20


def stuffy(act: Act, situation: Situation) -> list[Operation]:
    """The speaker's window a little open when the car is known to be slow, else recirculation off."""
    del act
    deciding = situation.profile.deciding
    speed = situation.snapshot.fresh(deciding.speed, situation.now_s, deciding.max_age_s)
    if isinstance(speed, int | float) and speed < WINDOW_BELOW_KM_H:
        return [Operation("window", "set", WINDOW_PERCENT, "percent")]
    return [Operation("recirculation", "off")]
