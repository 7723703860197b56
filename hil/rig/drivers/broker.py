"""The broker of a rig: one of its own, or one that is there."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from cockpit.config import BrokerSettings
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


class GivenBroker(Driver[GivenBrokerResource]):
    """A broker that runs already: on the board, or on a bench server."""

    role = "broker"
    resource = GivenBrokerResource

    async def open(self) -> None:
        self.site.broker = self.where.address
        self.site.assistant_broker = self.where.assistant or self.where.address
