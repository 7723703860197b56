"""A proxy that knows MQTT, between the assistant and the broker: it has the transport faults happen.

It speaks plain TCP; a broker behind TLS is beyond it, because it must read what passes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from hil.fault.disturbing import DISTURBING, Disturbance
from hil.fault.mqtt_link import Link
from hil.listener import Listener
from hil.rig.errors import RigError

CONNECT_S = 5.0
"""For a connection to the broker to be made."""


class MqttProxy(Listener):
    """Passes connections on to the broker at `upstream_host`:`upstream_port`. `begin` and `end` a fault at any time.

    Transport faults are told apart by `hil/fault/kinds.yaml`; their arguments must be checked before.
    """

    def __init__(
        self, upstream_host: str, upstream_port: int, *, host: str = "127.0.0.1", listen: int = 0, seed: int = 0
    ) -> None:
        super().__init__(host, listen)
        self._upstream, self._seed = (upstream_host, upstream_port), seed
        self._links: set[Link] = set()
        self._on: dict[str, Disturbance] = {}
        self._begun = 0
        self._passable = asyncio.Event()
        self._passable.set()

    @property
    def connections(self) -> int:
        """How many pass through it now."""
        return len(self._links)

    def begin(self, kind: str, args: Mapping[str, Any]) -> str:
        """Start a fault; gives the name by which it is ended. Raises `RigError` (`rig-unsupported`)."""
        if kind not in DISTURBING and kind != "disconnect":
            raise RigError("unsupported", f"a proxy between the assistant and the broker cannot do {kind}")
        self._begun += 1
        name = f"{kind}-{self._begun}"
        self._on[name] = fault = Disturbance(kind, args, self._seed + self._begun)
        if kind == "disconnect":
            self._disconnect(fault)
        return name

    def end(self, name: str) -> int:
        """How many messages or connections it struck. Raises `RigError` (`rig-unknown-fault`)."""
        fault = self._on.pop(name, None)
        if fault is None:
            raise RigError("unknown-fault", f"no fault {name} is on")
        if not self._silent():
            self._passable.set()
        for link in self._links:
            link.release(fault)
        return fault.hits

    def _disconnect(self, fault: Disturbance) -> None:
        fault.hits = len(self._links)
        for link in self._links:
            match fault.args["how"]:
                case "silence":
                    self._passable.clear()
                case "close":
                    link.close()
                case _:
                    link.reset()

    def _silent(self) -> bool:
        return any(fault.kind == "disconnect" and fault.args["how"] == "silence" for fault in self._on.values())

    def _disturbing(self) -> list[Disturbance]:
        return [fault for fault in self._on.values() if fault.kind != "disconnect"]

    def _refusing(self) -> bool:
        cuts = (fault.args for fault in self._on.values() if fault.kind == "disconnect")
        return any(args["how"] != "silence" and not args["back"] for args in cuts)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if not self._refusing():
                await self._relay(reader, writer)
        except ValueError:
            pass  # one side speaks no MQTT
        finally:
            writer.close()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.wait_for(asyncio.open_connection(*self._upstream), CONNECT_S)
        link = Link({"to-broker": up_writer, "from-broker": writer}, self._disturbing)
        self._links.add(link)
        ways = (
            asyncio.create_task(link.pump(reader, "to-broker", self._passable)),
            asyncio.create_task(link.pump(up_reader, "from-broker", self._passable)),
        )
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._links.discard(link)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            link.close()
