"""What goes wrong with a drive."""

from __future__ import annotations

from cockpit.errors import CockpitError


class DriveError(CockpitError):
    """`drive-unreadable` (no drive, or a line that is none), `drive-unwritable` (the disk is full or forbids it),
    `drive-exists` (nothing is written over a drive), `drive-wordless` (kept without words, so there is nothing to say
    again), `drive-models` (its recordings cannot be heard again without the models)."""

    stage = "drive"
