"""What goes wrong with a rig itself, as opposed to what it tests."""

from __future__ import annotations

from cockpit.errors import CockpitError


class RigError(CockpitError):
    """`rig-invalid` (a file that cannot be read), `rig-unsupported` (no driver does that here), `rig-busy` (somebody
    holds its lease), `rig-lost` (the lease was taken away or ran out), `rig-broken` (it failed and must be looked at
    first), `rig-unknown-fault`, `rig-late` (a state was not reached in time)."""

    stage = "rig"
