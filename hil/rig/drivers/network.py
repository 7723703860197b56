"""The network between the assistant and the broker, to be disturbed: through a proxy, or by the kernel."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from hil.fault.mqtt_proxy import MqttProxy
from hil.rig.driver import Driver, Resource
from hil.rig.errors import RigError

TC_S = 10.0


class ProxiedNetworkResource(Resource):
    port: Annotated[int, Field(ge=0, le=65535)] = 0
    """Where the proxy listens; 0 takes any that is free."""
    host: str = "127.0.0.1"
    """The address it listens at; this machine's, where the board is another one."""
    seed: int = 0
    """Of the network's luck."""


class ProxiedNetwork(Driver[ProxiedNetworkResource]):
    """All faults of the layer `transport`, for single messages by topic and direction."""

    role = "network"
    resource = ProxiedNetworkResource

    async def open(self) -> None:
        upstream = self.site.assistant_broker
        if upstream.tls_ca is not None:
            raise RigError("unsupported", "a proxy cannot disturb messages that it cannot read: the broker has TLS")
        proxy = MqttProxy(
            upstream.host, upstream.port, host=self.where.host, listen=self.where.port, seed=self.where.seed
        )
        self.proxy = await self.held.enter_async_context(proxy)
        address = {"host": self.where.host, "port": self.proxy.port}
        self.site.assistant_broker = upstream.model_copy(update=address)

    async def begin(self, kind: str, args: Mapping[str, Any]) -> str:
        name = self.proxy.begin(kind, args)
        self.site.trace.add("fault", kind, {"name": name, "state": "begun", "args": dict(args)})
        return name

    async def end(self, name: str) -> None:
        hits = self.proxy.end(name)
        self.site.trace.add("fault", name.rpartition("-")[0], {"name": name, "state": "ended", "hits": hits})


class NetemResource(Resource):
    interface: str
    """The one through which the board is reached, e.g. `eth1`."""
    command: list[str] = Field(default_factory=lambda: ["tc"])
    """What runs tc; `[sudo, -n, tc]` where the rig is no root."""


class Netem(Driver[NetemResource]):
    """Faults of the layer `transport` by the kernel's netem, for all packets that leave by an interface: it can neither
    tell messages apart nor directions, and holds one fault at a time. Needs root (or CAP_NET_ADMIN) and sch_netem."""

    role = "network"
    resource = NetemResource

    async def open(self) -> None:
        self._on = ""
        self._begun = 0
        if shutil.which(self.where.command[0]) is None:
            raise RigError("unsupported", f"{self.where.command[0]} is not installed")
        self.held.push_async_callback(self._clear)

    async def begin(self, kind: str, args: Mapping[str, Any]) -> str:
        """Raises `RigError` (`rig-unsupported`) for what the kernel cannot do or refuses."""
        if self._on:
            raise RigError("unsupported", f"{kind}: netem does one fault at a time, and {self._on} is on")
        await self._tc("replace", *netem(kind, args))
        self._begun += 1
        self._on = f"{kind}-{self._begun}"
        self.site.trace.add("fault", kind, {"name": self._on, "state": "begun", "args": dict(args)})
        return self._on

    async def end(self, name: str) -> None:
        if name != self._on:
            raise RigError("unknown-fault", f"no fault {name} is on")
        await self._clear()
        self.site.trace.add("fault", name.rpartition("-")[0], {"name": name, "state": "ended"})

    async def _clear(self) -> None:
        if self._on:
            self._on = ""
            await self._tc("del")

    async def _tc(self, action: Literal["replace", "del"], *discipline: str) -> None:
        arguments = ("qdisc", action, "dev", self.where.interface, "root", *discipline)
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*self.where.command, *arguments, stderr=pipe)
        _, said = await asyncio.wait_for(process.communicate(), TC_S)
        if process.returncode:
            raise RigError("unsupported", f"tc {' '.join(arguments)}: {said.decode(errors='replace').strip()}")


def netem(kind: str, args: Mapping[str, Any]) -> tuple[str, ...]:
    """A transport fault as tc-netem(8) has it. Raises `RigError` (`rig-unsupported`) where it has no word for it."""
    if args.get("topics", "#") != "#" or args.get("direction", "both") != "both":
        raise RigError("unsupported", f"{kind}: netem knows neither topics nor directions")
    every = args.get("every", 0)
    percent = f"{100 / every if every else 100 * args.get('share', 1):g}%"
    words: dict[str, tuple[str, ...]] = {
        "delay": ("delay", f"{args.get('ms', 0):g}ms", f"{args.get('jitter_ms', 0):g}ms"),
        "drop": ("loss", percent),
        "duplicate": ("duplicate", percent),
        "reorder": ("delay", f"{args.get('hold_ms', 0):g}ms", "reorder", percent),
        "corrupt": ("corrupt", percent),
        "disconnect": ("loss", "100%"),
    }
    if kind not in words:
        raise RigError("unsupported", f"netem cannot do {kind}")
    return ("netem", *words[kind])
