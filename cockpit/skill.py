"""All that a skill's handler may import.

A handler is a function of an act and a situation that gives the operations to do, or something to tell:

    def stuffy(act: Act, situation: Situation) -> list[Operation] | Tell: ...

It is pure: what it gives is proposed, and the gate decides.
"""

from __future__ import annotations

from cockpit.plan.plans import Situation, Tell
from cockpit.types import Act, Operation, Zone

__all__ = ["Act", "Operation", "Situation", "Tell", "Zone"]
