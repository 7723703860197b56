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


class VissSettings(Section):
    """VISS v3 over MQTT, on the broker that the assistant is on."""

    topic: str = "{vid}/Vehicle"
    """Where the server listens; `{vid}` is the vehicle id. The reference server (vissr) wants `/{vid}/Vehicle`."""
    reply_topic: str = "viss/{vid}/assistant/answers"
    """The assistant's own topic for answers and events, under the prefix that the server may publish to; `cockpit
    broker setup` lets it publish to `viss/{vid}/{client}/{name}`."""
    request: Literal["object", "string"] = "object"
    """Whether the request stands in its envelope as JSON, or as JSON in a string."""
    qos: Literal[0, 1] = 1
    period_ms: Annotated[int, Field(ge=50, le=5_000)] = 500
    """How often the sensors come that policy decides on; must be well below the profile's `deciding.max_age_s`."""
    silence_s: Annotated[float, Field(gt=0, le=60)] = 3.0
    """How long nothing may come before the server is held to be away, and is asked again."""
    answer_timeout_s: Annotated[float, Field(gt=0, le=60)] = 2.0
    retry_s: Annotated[float, Field(gt=0, le=60)] = 1.0
    token: SecretStr | None = None
    """Sent as `authorization`. Environment `COCKPIT_VEHICLE__VISS__TOKEN`, or the systemd credential `viss-token`."""


class KuksaSettings(Section):
    """A KUKSA databroker (kuksa.val.v2)."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 55555
    tls_ca: Path | None = None
    """Certificate of the authority that signed the databroker's; None speaks in the clear."""
    tls_name: str | None = None
    """Name in the databroker's certificate, where it is not `host`."""
    token: SecretStr | None = None
    """JSON web token. Environment `COCKPIT_VEHICLE__KUKSA__TOKEN`, or the systemd credential `kuksa-token`."""
    retry_s: Annotated[float, Field(gt=0, le=60)] = 1.0


class VehicleSettings(Section):
    """The way to the car's signals. Apps of the head unit are on the broker in any case."""

    port: Literal["mqtt", "viss", "kuksa"] = "mqtt"
    """`mqtt` is the bus contract."""
    viss: VissSettings = VissSettings()
    kuksa: KuksaSettings = KuksaSettings()


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
