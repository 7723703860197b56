"""The apps of the head unit: always on the bus contract, whatever way the signals go."""

from __future__ import annotations

from cockpit.bus import Bus, topics
from cockpit.bus.payloads import AppResult, AppStatus, parse
from cockpit.types import CallApp
from cockpit.vehicle.command import Command, Commands, Final
from cockpit.vehicle.publishing import publish
from cockpit.vehicle.state import SignalStore


class AppRequests:
    """A `Port` for `CallApp`. Make it before the bus runs; it registers its subscriptions."""

    def __init__(self, bus: Bus, vid: str, store: SignalStore, commands: Commands) -> None:
        self._bus, self._vid, self._store, self._commands = bus, vid, store, commands
        bus.subscribe(topics.APP_STATUS.filter(vid), self.on_status, latest=True)
        bus.subscribe(topics.APP_RESULT.build(vid), self._on_result)
        bus.on_disconnect.append(store.forget_apps)

    @property
    def link(self) -> Bus:
        return self._bus

    async def send(self, command: Command) -> None:
        call = command.permit.proposal
        assert isinstance(call, CallApp)  # noqa: S101 (which port a proposal goes to is decided by its type)
        topic = topics.APP_REQUEST.build(self._vid, app=call.app, action=call.action)
        await publish(self._bus, topic, command, {"args": dict(call.args)})

    def on_status(self, topic: str, payload: bytes, retained: bool) -> None:
        """An app came or went. Raises `BusError` (`bus-bad-payload`)."""
        del retained
        self._store.app(topics.APP_STATUS.parse(topic)["app"], parse(AppStatus, payload).status == "online")

    def _on_result(self, topic: str, payload: bytes, retained: bool) -> None:
        del topic, retained
        result = parse(AppResult, payload)
        done = result.status == "succeeded"
        self._commands.settled(
            result.id,
            Final("done", data=result.data) if done else Final("failed", "vehicle-failed", result.reason),
        )
