"""What a driver is, and what it finds on its rig."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, Literal, Protocol, Self, TypeVar, get_args, runtime_checkable

from pydantic import BaseModel, ConfigDict

from cockpit.broker.folder import BrokerFolder
from cockpit.broker.roles import Client
from cockpit.bus import Bus
from cockpit.config import BrokerSettings, Settings
from cockpit.errors import ConfigError
from hil.rig.errors import RigError
from hil.trace import Trace

Role = Literal["broker", "bus", "car", "network", "power", "board", "voice", "microphones", "can"]
"""What a driver can do for a rig, in the order in which they are opened. One driver a role, but for `can`."""

ROLES: tuple[Role, ...] = get_args(Role)


class Resource(BaseModel):
    """Where something is: what a rig file says under a resource's name, beside its driver."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(slots=True)
class Site:
    """What the drivers of one rig share. Those that are opened first fill in what the others need."""

    rig: str
    settings: Settings
    """The assistant's, but for the broker's address."""
    given: Mapping[str, Any]
    """The same as the rig file gives them: what differs from the defaults."""
    trace: Trace
    """Of the attempt that is under way; drivers read it here each time, as it is another one in the next attempt."""
    folder: Path
    """Where sounds and logs of the run go."""
    broker: BrokerSettings
    """Where the rig itself reaches the broker; filled in by the role `broker`."""
    assistant_broker: BrokerSettings
    """Where the assistant is to reach it: the same, or what the role `network` puts in between."""
    credentials: BrokerFolder | None = None
    """Certificates for all that a rig is on its broker; filled in by the role `broker` where that asks for them."""
    person: str = ""
    """Tells the certificates of several people apart who share a rig: `rig:NAME`, `rig:NAME-lease`."""
    _bus: Bus | None = None

    @property
    def vid(self) -> str:
        return self.settings.vid

    def connection(self, part: str = "") -> BrokerSettings:
        """How the rig's own client `part` reaches the broker: each connection is a client, with its own certificate
        where the broker asks for one. Raises `RigError` (`rig-unsupported`) where it has none."""
        if self.credentials is None:
            return self.broker
        client = Client("rig", "-".join(filter(None, (self.person, part))))
        try:
            return self.credentials.connection(client, self.broker)
        except ConfigError as error:
            raise RigError("unsupported", error.message) from error

    @property
    def bus(self) -> Bus:
        """The rig's own connection to the broker, there from the role `bus` on."""
        assert self._bus is not None, "the role bus is opened first"  # noqa: S101
        return self._bus

    @bus.setter
    def bus(self, bus: Bus) -> None:
        self._bus = bus


Where = TypeVar("Where", bound=Resource)


class Driver(Generic[Where]):
    """Base of all. Subclasses say their `role` and `resource`, and take hold of things in `open`: what they enter on
    `held` is let go in reverse order."""

    role: ClassVar[Role]
    resource: ClassVar[type[Resource]] = Resource

    def __init__(self, where: Where, site: Site) -> None:
        self.where, self.site = where, site
        self.held = AsyncExitStack()

    async def open(self) -> None:
        """Take hold of the resource. What fails raises `RigError`."""

    async def __aenter__(self) -> Self:
        try:
            await self.open()
        except BaseException:
            await self.held.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.held.aclose()


@runtime_checkable
class Faulty(Protocol):
    """A driver that can have things go wrong; arguments are checked before (`hil.fault.kinds.checked`)."""

    async def begin(self, kind: str, args: Mapping[str, Any]) -> str:
        """Raises `RigError` (`rig-unsupported`)."""

    async def end(self, name: str) -> None: ...
