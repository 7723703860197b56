"""The car's signals on the bus contract: wanted values out, results and states in."""

from __future__ import annotations

from typing import Literal

from cockpit.bus import Bus, topics
from cockpit.bus.payloads import Provider, Result, State, parse, parse_timestamp
from cockpit.profile import VehicleProfile
from cockpit.types import SetSignal
from cockpit.vehicle.command import Command, Commands, Final
from cockpit.vehicle.publishing import publish
from cockpit.vehicle.state import SignalStore

ISSUER = "cockpit"


class ContractSignals:
    """A `SignalPort`. Make it before the bus runs; it registers its subscriptions."""

    assures: Literal[True] = True

    def __init__(self, bus: Bus, profile: VehicleProfile, vid: str, store: SignalStore, commands: Commands) -> None:
        self._bus, self._profile, self._vid = bus, profile, vid
        self._store, self._commands = store, commands
        bus.subscribe(topics.STATE.filter(vid), self.on_state, latest=True)
        bus.subscribe(topics.PROVIDER.filter(vid), self.on_provider, latest=True)
        bus.subscribe(topics.RESULT.build(vid, issuer=ISSUER), self._on_result)
        bus.on_disconnect.append(store.forget_signals)

    @property
    def link(self) -> Bus:
        return self._bus

    async def run(self) -> None:
        """Nothing to do: what is retained comes by itself with each connection of the bus."""

    async def send(self, command: Command) -> None:
        wanted = command.permit.proposal
        assert isinstance(wanted, SetSignal)  # noqa: S101 (which port a proposal goes to is decided by its type)
        topic = topics.SET.build(self._vid, path=wanted.path)
        value = self._profile.signals[wanted.path].cast(wanted.value)
        await publish(self._bus, topic, command, {"value": value, "issuer": ISSUER})

    def on_state(self, topic: str, payload: bytes, retained: bool) -> None:
        """A live value is as old as its arrival, a retained one as old as it says. Raises `BusError`
        (`bus-bad-payload`, `bus-bad-value`)."""
        state = parse(State, payload)
        age_s = self._store.age_s(parse_timestamp(state.ts)) if retained else 0.0
        self._store.heard(topics.STATE.parse(topic)["path"], state.value, age_s)

    def on_provider(self, topic: str, payload: bytes, retained: bool) -> None:
        """A provider of signals came or went. Raises `BusError` (`bus-bad-payload`)."""
        del retained
        provider = parse(Provider, payload)
        paths = provider.paths if provider.status == "online" else ()
        self._store.provider(topics.PROVIDER.parse(topic)["name"], paths)

    def _on_result(self, topic: str, payload: bytes, retained: bool) -> None:
        del topic, retained
        result = parse(Result, payload)
        if result.final:
            self._commands.settled(result.id, _final(result))
        else:
            self._commands.progressed(result.id, result.status)


def _final(result: Result) -> Final:
    if result.status == "succeeded":
        return Final("done")
    code = result.code or f"vehicle-{result.status}"
    return Final("expired" if result.status == "expired" else "failed", code, result.reason)
