"""A broker of the rig's own that asks everybody who they are."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from pydantic import Field

from cockpit.broker.configuration import Listener
from cockpit.broker.folder import BrokerFolder
from cockpit.broker.roles import Client, usual_clients
from cockpit.config import BrokerSettings
from cockpit.profile import load_profile
from cockpit.types import ZONES
from hil.broker import HOST, configured_mosquitto, free_port
from hil.rig.driver import Driver, Resource
from hil.rig.errors import RigError

RIG_CLIENTS = (Client("rig"), Client("rig", "lease"), Client("rig", "microphones"))
"""The connections of a rig itself: who observes and types, who has it, who listens."""
DAYS = 2


class OwnSecureBrokerResource(Resource):
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """null takes any that is free."""


class OwnSecureBroker(Driver[OwnSecureBrokerResource]):
    """A mosquitto on this machine for as long as the rig is open, as `cockpit broker setup` makes it: an authority,
    certificates and rights of its own, which go with it."""

    role = "broker"
    resource = OwnSecureBrokerResource

    async def open(self) -> None:
        """Raises `RigError` (`rig-unsupported`) where there is no mosquitto, or its port is taken."""
        site, port = self.site, self.where.port or free_port()
        folder = BrokerFolder(Path(self.held.enter_context(TemporaryDirectory(prefix="cockpit-broker-"))))
        clients = [*usual_clients(load_profile(site.settings.profile).apps, ZONES), *RIG_CLIENTS]
        listener = Listener(port, HOST, getpass.getuser() if os.geteuid() == 0 else "")
        folder.setup(site.vid, clients, [HOST], listener, DAYS, force=False)
        try:
            await self.held.enter_async_context(configured_mosquitto(folder.server / "mosquitto.conf", port))
        except RuntimeError as error:
            raise RigError("unsupported", str(error)) from error
        site.credentials, site.broker = folder, BrokerSettings(host=HOST, port=port)
        site.assistant_broker = folder.connection(Client("assistant"), site.broker)
