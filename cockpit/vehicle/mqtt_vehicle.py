"""The car and the apps of its head unit over MQTT: permits out, results and states in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import uuid4

from cockpit.bus import Bus, topics
from cockpit.bus.payloads import AppResult, Json, Result, parse, timestamp
from cockpit.errors import BusError, CockpitError, VehicleError
from cockpit.profile import VehicleProfile
from cockpit.types import CallApp, Outcome, OutcomeStatus, Permit, Proposal, SetSignal, Snapshot
from cockpit.vehicle.state import SignalStore

ISSUER = "cockpit"

Progress = Callable[[Permit, str, str], None]
"""Told the permit, the command's id and its status: `published`, `accepted`, `in_progress`, and last the outcome's."""

T = TypeVar("T")


@dataclass(slots=True)
class _Command:
    """A command that was published and has no outcome yet."""

    permit: Permit
    id: str = field(default_factory=lambda: str(uuid4()))
    final: asyncio.Future[Result | AppResult] = field(default_factory=asyncio.Future)


class MqttVehicle:
    """`cockpit.ports.Vehicle` on the bus contract. Make it before the bus runs; it registers its subscriptions.

    Commands run side by side. Each is published at most once and ends in one outcome, at the latest `result_timeout_s`
    after its publication, or when the connection ends; its fate is then in doubt and it is never sent again. Results
    that no command waits for (late, repeated, another's) are counted as `vehicle-unexpected-result`.
    """

    def __init__(
        self, bus: Bus, profile: VehicleProfile, vid: str, result_timeout_s: float, on_progress: Progress | None = None
    ) -> None:
        self._bus = bus
        self._profile = profile
        self._vid = vid
        self._result_timeout_s = result_timeout_s
        self._on_progress = on_progress
        self._store = SignalStore(profile, bus.counters)
        self._commands: dict[str, _Command] = {}
        bus.subscribe(topics.STATE.filter(vid), self._store.on_state, latest=True)
        bus.subscribe(topics.PROVIDER.filter(vid), self._store.on_provider, latest=True)
        bus.subscribe(topics.APP_STATUS.filter(vid), self._store.on_app_status, latest=True)
        bus.subscribe(topics.RESULT.build(vid, issuer=ISSUER), self._on_result)
        bus.subscribe(topics.APP_RESULT.build(vid), self._on_app_result)
        bus.on_disconnect.append(self._store.forget)

    def snapshot(self) -> Snapshot:
        return self._store.snapshot()

    async def carry_out(self, permit: Permit) -> Outcome:
        """Publish what is permitted and wait for its end. The codes of outcomes that are not `done`:

        `bus-away` (no connection, or it ended meanwhile), `bus-unacknowledged` (the broker did not take it in time),
        `bus-bad-payload` (arguments that JSON cannot hold), `vehicle-unavailable` (no provider or app online),
        `vehicle-expired` (the permit ran out before publication; nothing was sent), `vehicle-no-answer`,
        `vehicle-not-reached` (reported as succeeded, but the current value is another), or what the vehicle gave,
        `vehicle-failed`, `vehicle-rejected`, `vehicle-expired` where it gave none.
        """
        with self._command(permit) as command:
            outcome = await self._outcome(command)
            self._progress(command, outcome.status)
            return outcome

    @contextmanager
    def _command(self, permit: Permit) -> Iterator[_Command]:
        command = _Command(permit)
        self._commands[command.id] = command
        try:
            yield command
        finally:
            del self._commands[command.id]

    async def _outcome(self, command: _Command) -> Outcome:
        proposal, gone = command.permit.proposal, self._bus.disconnected
        try:
            if self._bus.connected and not self._available(proposal):
                return Outcome(proposal, "unavailable", "vehicle-unavailable")
            if not await self._publish(command):
                return Outcome(proposal, "expired", "vehicle-expired")
            self._progress(command, "published")
            return await self._end(command, gone)
        except CockpitError as error:
            return Outcome(proposal, "failed", error.code, error.message)

    def _available(self, proposal: Proposal) -> bool:
        snapshot = self._store.snapshot()
        return proposal.app in snapshot.apps if isinstance(proposal, CallApp) else snapshot.online(proposal.path)

    async def _publish(self, command: _Command) -> bool:
        """Send the command, unless its time is over: that is looked at last of all."""
        topic, body = self._message(command)
        ttl_ms = int((command.permit.expires_s - asyncio.get_running_loop().time()) * 1000)
        if ttl_ms <= 0:
            return False
        body = {"id": command.id, **body, "ttl_ms": ttl_ms, "ts": timestamp(), "turn": command.permit.turn}
        await self._bus.publish(
            topic,
            body,
            correlation=command.id.encode(),
            expiry_ms=ttl_ms,
            content_type="application/json",
        )
        return True

    def _message(self, command: _Command) -> tuple[str, Json]:
        """Topic and own part of the payload."""
        proposal = command.permit.proposal
        if isinstance(proposal, CallApp):
            topic = topics.APP_REQUEST.build(self._vid, app=proposal.app, action=proposal.action)
            return topic, {"args": dict(proposal.args)}
        value = self._profile.signals[proposal.path].cast(proposal.value)
        return topics.SET.build(self._vid, path=proposal.path), {"value": value, "issuer": ISSUER}

    async def _end(self, command: _Command, gone: asyncio.Future[None]) -> Outcome:
        """What the vehicle or the app makes of a published command. Raises `VehicleError` when the time is over."""
        proposal, deadline_s = command.permit.proposal, asyncio.get_running_loop().time() + self._result_timeout_s
        late = VehicleError("no-answer", "no result came in time")
        result = await _before(command.final, gone, deadline_s, late)
        if result.status != "succeeded":
            return _without_success(proposal, result)
        if isinstance(result, AppResult):
            return Outcome(proposal, "done", data=result.data)
        if isinstance(proposal, SetSignal) and not self._momentary(proposal.path):
            late = VehicleError("not-reached", f"{proposal.path} was reported as done, but has another value")
            await _before(self._store.reached(proposal.path, proposal.value), gone, deadline_s, late)
        return Outcome(proposal, "done")

    def _momentary(self, path: str) -> bool:
        control = self._profile.control_of.get(path)
        return control is not None and self._profile.controls[control].momentary

    def _on_result(self, topic: str, payload: bytes, retained: bool) -> None:
        del topic, retained
        result = parse(Result, payload)
        command = self._commands.get(result.id)
        if result.final or command is None:
            self._settle(result)
        else:
            self._progress(command, result.status)

    def _on_app_result(self, topic: str, payload: bytes, retained: bool) -> None:
        del topic, retained
        self._settle(parse(AppResult, payload))

    def _settle(self, result: Result | AppResult) -> None:
        command = self._commands.get(result.id)
        if command is None or command.final.done():
            self._bus.counters["vehicle-unexpected-result"] += 1
        else:
            command.final.set_result(result)

    def _progress(self, command: _Command, status: str) -> None:
        if self._on_progress is not None:
            self._on_progress(command.permit, command.id, status)


def _without_success(proposal: Proposal, result: Result | AppResult) -> Outcome:
    code = result.code if isinstance(result, Result) else ""
    status: OutcomeStatus = "expired" if result.status == "expired" else "failed"
    return Outcome(proposal, status, code or f"vehicle-{result.status}", result.reason)


async def _before(awaitable: Awaitable[T], gone: asyncio.Future[None], deadline_s: float, late: VehicleError) -> T:
    """What `awaitable` gives. Raises `BusError` (`bus-away`) when the connection ends first, and `late` after
    `deadline_s` (monotonic)."""
    task = asyncio.ensure_future(awaitable)
    try:
        left_s = max(0.0, deadline_s - asyncio.get_running_loop().time())
        await asyncio.wait((task, gone), timeout=left_s, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise BusError("away", "the connection ended before a result came") if gone.done() else late
    finally:
        task.cancel()
