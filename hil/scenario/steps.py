"""Steps of a timeline: what is said, done and broken. Unknown keys are errors."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cockpit.types import Scalar, Zone
from hil.fault.kinds import checked
from hil.rig.errors import RigError

Values = dict[str, Scalar]
"""VSS paths with their values."""
Seconds = Annotated[float, Field(ge=0, le=3600)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Step(Part):
    """What all steps share."""

    name: str = ""
    """By which an expectation (`after`) or `mend` refers to this step."""
    at: Seconds | None = None
    """Seconds from the beginning of the timeline; without it the step comes when the one before it is over."""


class Voiced(Part):
    """How a text is spoken: by a voice of the board, with noise under it."""

    noise: Literal["none", "car", "engine", "babble"] = "none"
    snr_db: Annotated[float, Field(ge=-20, le=60)] = 20.0
    speed_km_h: Annotated[float, Field(ge=0, le=250)] = 100.0
    """At which the car's noise is made."""


class Say(Step):
    """Something is said to the assistant: typed, or aloud where `wav` or `voice` is there."""

    say: Annotated[str, Field(min_length=1, max_length=1000)]
    """The words; with `wav` what is said in it."""
    wav: str = ""
    """A recording, beside the scenario's file."""
    voice: Voiced | None = None
    zone: Zone | None = None
    """The seat; the scenario's own when it is not told."""
    told_lang: bool = True
    """Whether a typed request says in which language it is."""
    answered: bool = True
    """Whether exactly one reply and one end of turn must follow, as the contract wants it."""
    waits: bool = True
    """Whether the turn before it must have ended; with `at` it never waits."""


class Put(Step):
    """Signals get values, as the world outside would give them."""

    put: Values


class Drive(Step):
    drive: str
    """A drive cycle from now on; `stand` stops it."""


class Inject(Step):
    """A fault begins."""

    fault: str
    args: dict[str, Any] = Field(default_factory=dict, alias="with")

    @model_validator(mode="after")
    def _of_the_table(self) -> Self:
        try:
            checked(self.fault, self.args)
        except RigError as error:
            raise ValueError(error.message) from error
        return self


class Mend(Step):
    mend: str
    """The name of the step that began the fault, or `all`."""


class Cancel(Step):
    cancel: Zone | Literal["all"]


class Wait(Step):
    wait: Seconds | str
    """So many seconds, or an event's type: until the last thing that was said has come so far."""


class Restart(Step):
    restart: Literal["clean", "kill"]
    """The assistant is stopped (or killed as by `kill -9`) and started again."""


class Send(Step):
    """A message from somewhere else, below `cockpit/{vid}/`: a road event, a report of the link. Without an
    `id` it gets a new one."""

    send: str
    payload: dict[str, Any]
