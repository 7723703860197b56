"""The car and the apps of its head unit: what is common to every bus they are reached by."""

from __future__ import annotations

import asyncio

from cockpit.errors import CockpitError, VehicleError
from cockpit.profile import VehicleProfile
from cockpit.types import CallApp, Outcome, OutcomeStatus, Permit, Proposal, Scalar, SetSignal, Snapshot
from cockpit.vehicle.command import Command, Commands, Final, Port, SignalPort, before
from cockpit.vehicle.state import SignalStore

STATUS_OF: dict[str, OutcomeStatus] = {"vehicle-expired": "expired", "vehicle-unavailable": "unavailable"}
"""Outcomes of errors that are no failure: nothing was done, and it is known."""

LAST_WORDS = {
    "accepted": ("accepted", "it was accepted, but has not ended in time"),
    "in_progress": ("moving", "it has not ended in time"),
}
"""A last word that was not final: reason and message of the error."""

SHOWN_WITHIN_S = 0.5
"""How much later than the last word on a command the value may come that shows it, whatever is left of the time."""


class ConnectedVehicle:
    """`cockpit.ports.Vehicle` over one port for signals and one for apps.

    Commands run side by side. Each is sent at most once and ends in one outcome, at the latest `result_timeout_s`
    after it was sent (`moving_timeout_s` where the car says that it is on its way), or when the connection ends; its
    fate is then in doubt and it is never sent again.
    """

    def __init__(
        self,
        signals: SignalPort,
        apps: Port,
        store: SignalStore,
        commands: Commands,
        profile: VehicleProfile,
        result_timeout_s: float,
        moving_timeout_s: float | None = None,
    ) -> None:
        self._signals = signals
        self._apps = apps
        self._store = store
        self._commands = commands
        self._profile = profile
        self._result_timeout_s = result_timeout_s
        self._moving_timeout_s = max(result_timeout_s, moving_timeout_s or 0.0)

    async def run(self) -> None:
        """Keep the snapshot up to date, until cancelled; returns at once where the bus alone does that."""
        await self._signals.run()

    def snapshot(self) -> Snapshot:
        return self._store.snapshot()

    async def carry_out(self, permit: Permit) -> Outcome:
        """Send what is permitted and wait for its end. The codes of outcomes that are not `done`:

        `bus-away` (no connection, or it ended meanwhile), `bus-unacknowledged` (the broker did not take it in time),
        `bus-denied` (it refused it), `bus-bad-payload` (arguments that JSON cannot hold), `vehicle-unavailable` (no
        provider or app online), `vehicle-expired` (the permit ran out before publication; nothing was sent),
        `vehicle-no-answer` (not a word), `vehicle-accepted` and `vehicle-moving` (that was the last word in time),
        `vehicle-not-reached` (reported as succeeded, but the current value is another), or what the vehicle gave,
        `vehicle-failed`, `vehicle-rejected`, `vehicle-expired` where it gave none.
        """
        with self._commands.begun(permit) as command:
            outcome = await self._outcome(command)
            command.say(outcome.status)
            return outcome

    async def _outcome(self, command: Command) -> Outcome:
        proposal = command.permit.proposal
        port = self._apps if isinstance(proposal, CallApp) else self._signals
        gone = port.link.disconnected
        try:
            if port.link.connected and not self._available(proposal):
                raise VehicleError("unavailable", "nobody is there to do it")
            await port.send(command)
            return await self._end(command, gone)
        except CockpitError as error:
            return Outcome(proposal, STATUS_OF.get(error.code, "failed"), error.code, error.message)

    def _available(self, proposal: Proposal) -> bool:
        snapshot = self._store.snapshot()
        return proposal.app in snapshot.apps if isinstance(proposal, CallApp) else snapshot.online(proposal.path)

    async def _end(self, command: Command, gone: asyncio.Future[None]) -> Outcome:
        """What the vehicle or the app makes of a sent command. Raises `VehicleError` when the time is over."""
        proposal, loop = command.permit.proposal, asyncio.get_running_loop()
        sent_s = loop.time()
        final = await self._final(command, gone, sent_s)
        deadline_s = max(sent_s + self._result_timeout_s, loop.time() + SHOWN_WITHIN_S)
        if final.status == "done" and isinstance(proposal, SetSignal) and (shown := self._shown_by(proposal)):
            path, value = shown
            wrong = VehicleError("not-reached", f"{path} should be {value!r}, but has another value")
            await before(
                self._store.reached(path, value),
                gone,
                deadline_s,
                lambda: wrong if self._signals.assures else _late(command),
            )
        return Outcome(proposal, final.status, final.code, final.reason, final.data)

    async def _final(self, command: Command, gone: asyncio.Future[None], sent_s: float) -> Final:
        """The last word on a command that was sent at `sent_s` (loop time)."""
        deadline_s = sent_s + self._result_timeout_s
        try:
            return await before(asyncio.shield(command.final), gone, deadline_s, lambda: _late(command))
        except VehicleError:
            if command.last != "in_progress":
                raise
        return await before(command.final, gone, sent_s + self._moving_timeout_s, lambda: _late(command))

    def _shown_by(self, wanted: SetSignal) -> tuple[str, Scalar] | None:
        """The signal and its value that show that it happened; None for a push, of which only the car's word tells.

        Where the car gives no such word, a push is shown by its control's sensor, if it has one and is to rest there.
        """
        name = self._profile.control_of.get(wanted.path)
        control = None if name is None else self._profile.controls[name]
        if control is None or not control.momentary:
            return wanted.path, wanted.value
        if self._signals.assures or control.feedback is None:
            return None
        rests = (control.rests.get(op) for op, value in control.values.items() if value == wanted.value)
        rest = next((rest for rest in rests if rest is not None), None)
        return None if rest is None else (control.feedback, rest)


def _late(command: Command) -> VehicleError:
    """Time is over: what the car last said of the command is all that is known."""
    reason, message = LAST_WORDS.get(command.last, ("no-answer", "no result came in time"))
    return VehicleError(reason, message)
