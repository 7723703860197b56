"""Settings of what others reach the assistant by, and it them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from cockpit.config.section import ROOT, Section


class BrokerSettings(Section):
    """How to reach the MQTT broker."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 1883
    protocol: Literal["auto", "5", "3.1.1"] = "auto"
    """auto tries MQTT 5 and falls back to 3.1.1 when the broker refuses it."""
    username: str | None = None
    password: SecretStr | None = None
    """Environment `COCKPIT_BROKER__PASSWORD`, or the systemd credential `broker-password`."""
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    keepalive_s: Annotated[int, Field(ge=5, le=600)] = 15


class HttpSettings(Section):
    """A small HTTP interface: push-to-talk and status."""

    port: Annotated[int, Field(ge=0, le=65535)] | None = None
    """None is off; 0 takes any free one."""
    host: str = "127.0.0.1"
    token: SecretStr | None = None
    """Environment `COCKPIT_HTTP__TOKEN`, or the systemd credential `http-token`; where there is one, requests must bear
    it. Needed for a `host` that other machines reach."""


class CanSettings(Section):
    """The CAN bus that `cockpit can gateway` stands on."""

    interface: str = "socketcan"
    """python-can's name: `socketcan` on a rig, `udp_multicast` between processes, `virtual` within one."""
    channel: str = "can0"
    options: dict[str, bool | int | str] = Field(default_factory=dict)
    """What else python-can takes for this interface, e.g. `port` of `udp_multicast`."""
    database: Path = ROOT / "cockpit" / "profiles" / "reference.dbc"
    """The DBC: frames, signals, their VSS paths."""
    missed_cycles: Annotated[int, Field(ge=2, le=20)] = 3
    """Cycle times without a valid frame after which a message's signals are stale, but not before `least_timeout_s`."""
    least_timeout_s: Annotated[float, Field(gt=0, le=10)] = 0.5
    """A busy board may be this late without anybody being silent."""
    refresh_s: Annotated[float, Field(ge=0.1, le=10)] = 1.0
    """How often a sensor that does not change is reported again, as long as its frames come."""
    answer_timeout_s: Annotated[float, Field(gt=0, le=10)] = 1.0
    """From a command to the ECU's first answer."""
    end_timeout_s: Annotated[float, Field(gt=0, le=300)] = 30.0
    """From a command to its end."""

    def timeout_s(self, cycle_s: float) -> float:
        """When a message that comes every `cycle_s` is stale."""
        return max(self.missed_cycles * cycle_s, self.least_timeout_s)
