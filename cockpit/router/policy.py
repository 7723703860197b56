"""The thresholds and preferences by which it is decided who answers; `policy.yaml` beside this is what ships."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cockpit.errors import ConfigError
from cockpit.yamlfile import read_yaml

SHIPPED = Path(__file__).with_name("policy.yaml")

Topic = Literal["talk", "knowledge", "unclear"]
"""What is asked where tier 0 has no act that it is sure of: small talk; what takes knowledge or reasoning; a request
that was not understood."""

Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LinkPolicy(_Strict):
    """When the link counts as good, weak or gone. A level is left for a better one only once that has held for
    `hold_s`; for a worse one at once."""

    window_s: Positive = 30.0
    """Samples older than this say nothing any more."""
    samples_min: Annotated[int, Field(ge=1)] = 2
    """Answers within the window without which the link is not called good."""
    weak_rtt_ms: Positive = 400.0
    """A good link whose median round trip is above this becomes weak."""
    good_rtt_ms: Positive = 250.0
    """A weak link whose median round trip is below this may become good."""
    weak_loss: Share = 0.15
    good_loss: Share = 0.05
    """The same for the share of probes without an answer."""
    failures_none: Annotated[int, Field(ge=1)] = 3
    """Failures in a row after which there is no link."""
    hold_s: Annotated[float, Field(ge=0)] = 6.0
    modem_max_age_s: Positive = 20.0
    """A modem's report counts for this long."""

    @model_validator(mode="after")
    def _apart(self) -> LinkPolicy:
        if self.good_rtt_ms > self.weak_rtt_ms or self.good_loss > self.weak_loss:
            raise ValueError("good_* must not be above weak_*")
        return self


class Policy(_Strict):
    """Who is asked, and for how long."""

    cloud_for: tuple[Topic, ...] = ("knowledge",)
    """What the cloud is asked before the model on the board."""
    cloud_instead: tuple[Topic, ...] = ("talk",)
    """What the cloud is asked too where the model on the board is missing. A request that was not understood is in
    neither: it may be about anything, a message or an appointment."""
    local_for: tuple[Topic, ...] = ("talk", "knowledge")
    """What the model on the board may answer. What was not understood is told so: a small model makes nonsense of
    it."""
    manual_from: Share = 0.5
    """From this relevance on a question is answered from the owner's manual."""
    first_sound_s: Positive = 1.5
    """When something must be heard at the latest, from the end of the request."""
    local_first_s: Positive = 0.5
    """What the model on the board takes to its first sound: the cloud is given up this much before `first_sound_s`."""
    cloud_think_s: Annotated[float, Field(ge=0)] = 0.4
    """What a provider takes to its first token, the way there and back aside."""
    round_trips: Annotated[float, Field(ge=0)] = 2.0
    """Round trips until the first token where a connection is open (one for the request, one lost packet's worth)."""
    least_wait_s: Positive = 0.3
    """The cloud is not tried where it would get less time than this."""
    patience_s: Positive = 5.0
    """How long the cloud's first token is waited for where nothing on the board could answer instead."""
    reserve_s: Annotated[float, Field(ge=0)] = 1.0
    """Kept free of the turn's time for the end of the answer."""
    metered: Literal["allow", "avoid"] = "allow"
    """Whether a metered link is used for what the board can answer too."""
    price_max: Annotated[float, Field(ge=0)] = 0.02
    """No single request may cost more, in the currency of the budget."""
    local_when_hot: bool = False
    """Whether the model on the board runs while the processor is throttled."""
    local_free_mb: Annotated[float, Field(ge=0)] = 250.0
    """Free memory without which the model on the board is not started."""
    link: LinkPolicy = LinkPolicy()


def load_policy(file: Path = SHIPPED) -> Policy:
    """Raises `ConfigError` (`config-unreadable`, `config-syntax`, `config-invalid`) with every mistake in words."""
    raw: Any = read_yaml(file)
    try:
        return Policy.model_validate(raw or {})
    except ValidationError as error:
        lines = (f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ConfigError("invalid", f"{file}: " + "; ".join(lines)) from error
