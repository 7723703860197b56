"""The broker of a rig: one of its own, or one that is there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from cockpit.broker.folder import BrokerFolder
from cockpit.broker.roles import Client
from cockpit.config import BrokerSettings
from cockpit.errors import ConfigError
from hil.broker import running_broker
from hil.rig.driver import Driver, Resource
from hil.rig.errors import RigError


class OwnBrokerResource(Resource):
    kind: Literal["mosquitto", "amqtt"] | None = None
    """null takes mosquitto where it is installed."""
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """null takes any that is free."""


class OwnBroker(Driver[OwnBrokerResource]):
    """A broker on this machine, for as long as the rig is open."""

    role = "broker"
    resource = OwnBrokerResource

    async def open(self) -> None:
        try:
            running = await self.held.enter_async_context(running_broker(self.where.port, self.where.kind))
        except RuntimeError as error:
            raise RigError("unsupported", str(error)) from error
        self.site.broker = BrokerSettings(host=running.host, port=running.port)
        self.site.assistant_broker = self.site.broker


class GivenBrokerResource(Resource):
    address: BrokerSettings
    """Where the rig reaches it, as in the assistant's section `broker`."""
    assistant: BrokerSettings | None = None
    """Where the assistant does, where that is another name, user or certificate."""
    credentials: Path | None = None
    """The folder that `cockpit broker setup` made, or the part of it that this machine needs: `ca.crt`, and in
    `clients/` those of the rig (`rig`, `rig-lease`, `rig-microphones`), of the simulated car with its apps, and where
    `assistant` is not given, of the assistant."""
    person: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]*$")] = ""
    """Where several people share the broker, whose certificates they are: `rig-NAME`, `rig-NAME-lease`. Two who came
    with the same would end each other's connections."""


class GivenBroker(Driver[GivenBrokerResource]):
    """A broker that runs already: on the board, or on a bench server."""

    role = "broker"
    resource = GivenBrokerResource

    async def open(self) -> None:
        """Raises `RigError` (`rig-unsupported`) where the assistant has no certificate."""
        where = self.where
        self.site.broker = where.address
        self.site.assistant_broker = where.assistant or where.address
        if where.credentials is None:
            return
        self.site.credentials, self.site.person = BrokerFolder(where.credentials), where.person
        if where.assistant is None:
            try:
                known = self.site.credentials.connection(Client("assistant"), where.address)
            except ConfigError as error:
                raise RigError("unsupported", error.message) from error
            self.site.assistant_broker = known
