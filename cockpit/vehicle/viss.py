"""The car's signals over VISS v3's MQTT binding, on the broker that the bus is on.

A `set` that succeeds does not mean that anything moved, so what happened is told by the subscriptions alone. Each
signal has one of its own, because the reference server looks for changes at the first path of a subscription only; the
sensors that policy decides on come by the clock as well, which keeps them fresh and shows that the server is alive.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable
from typing import Literal
from uuid import uuid4

from cockpit.bus import Bus
from cockpit.bus.payloads import Json, parse, parse_timestamp
from cockpit.config import VissSettings
from cockpit.errors import BusError, CockpitError, VehicleError
from cockpit.profile import VehicleProfile
from cockpit.types import SetSignal
from cockpit.vehicle.command import Command, Commands, Final
from cockpit.vehicle.state import SignalStore
from cockpit.vehicle.viss_messages import Answer, available, from_text, get, subscribe, to_text

log = logging.getLogger(__name__)

PROVIDER = "viss"
IN_FLIGHT = 16
"""Requests that may wait for their answers at once."""


class VissSignals:
    """A `SignalPort`. Make it before the bus runs; it registers its subscription.

    Values are as old as their `ts` says, so the server's clock must be right to a second. Broken messages are counted
    as `bus-bad-payload`, values that a signal cannot have as `bus-bad-value`.
    """

    assures: Literal[False] = False

    def __init__(
        self,
        bus: Bus,
        profile: VehicleProfile,
        vid: str,
        settings: VissSettings,
        store: SignalStore,
        commands: Commands,
    ) -> None:
        self._bus, self._profile, self._settings = bus, profile, settings
        self._store, self._commands = store, commands
        self._server = settings.topic.replace("{vid}", vid)
        self._own = settings.reply_topic.replace("{vid}", vid)
        self._answers: dict[str, asyncio.Future[Answer]] = {}
        self._subscriptions: list[str] = []
        self._event = asyncio.Event()
        self._places = asyncio.Semaphore(IN_FLIGHT)
        bus.subscribe(self._own, self._on_message, qos=settings.qos)
        bus.on_disconnect.append(store.forget_signals)

    @property
    def link(self) -> Bus:
        return self._bus

    async def run(self) -> None:
        """Subscribe whenever there is a connection, and again when the server went silent."""
        while True:
            await self._bus.wait_connected()
            try:
                await self._session(self._bus.disconnected)
            except CockpitError as error:
                self._bus.counters[error.code] += 1
                log.warning("no signals over VISS at %s: %s", self._server, error)
            finally:
                self._store.forget_signals()
            await asyncio.sleep(self._settings.retry_s)

    async def send(self, command: Command) -> None:
        wanted = command.permit.proposal
        assert isinstance(wanted, SetSignal)  # noqa: S101 (which port a proposal goes to is decided by its type)
        value = self._profile.signals[wanted.path].cast(wanted.value)
        request = {"action": "set", "path": wanted.path, "value": to_text(value)}
        await self._request(command.id, request, expiry_ms=command.ttl_ms())
        command.say("published")

    async def _session(self, gone: asyncio.Future[None]) -> None:
        """From the first request until the connection ends. Raises `VehicleError`: `vehicle-silent`, or what the
        server answered."""
        await self._unsubscribe()
        first, *others = self._profile.signals
        known = [path for path in [await self._known(first), *await self._all(others)] if path is not None]
        if not known:
            raise VehicleError("unavailable", "the server has none of the profile's signals")
        beating = [path for path in self._deciding() if path in known]
        if beating:
            await self._subscribe(subscribe(beating, period_ms=self._settings.period_ms))
        self._take(await self._ask(get(known)))
        self._store.provider(PROVIDER, known)
        log.info("%d of %d signals over VISS at %s", len(known), len(self._profile.signals), self._server)
        while not gone.done():
            await self._alive(gone, watched=bool(beating))

    async def _all(self, paths: Iterable[str]) -> list[str | None]:
        """`_known` of each, side by side; the first error when all have ended."""
        found = await asyncio.gather(*map(self._known, paths), return_exceptions=True)
        for one in found:
            if isinstance(one, BaseException):
                raise one
        return [one for one in found if not isinstance(one, BaseException)]

    async def _known(self, path: str) -> str | None:
        """Subscribe to a signal; None for one that the server does not have."""
        try:
            await self._subscribe(subscribe([path]))
        except VehicleError as error:
            if error.code != "vehicle-unavailable":
                raise
            return None
        return path

    def _deciding(self) -> Iterable[str]:
        needed = self._profile.deciding
        return dict.fromkeys([needed.speed, needed.moving, *(p for row in self._profile.policy for p in row.must_be)])

    async def _alive(self, gone: asyncio.Future[None], *, watched: bool) -> None:
        """Return at the next event, or when the connection ends. Raises `VehicleError` (`vehicle-silent`)."""
        self._event.clear()
        event = asyncio.ensure_future(self._event.wait())
        try:
            silence_s = self._settings.silence_s if watched else None
            await asyncio.wait((event, gone), timeout=silence_s, return_when=asyncio.FIRST_COMPLETED)
            if not event.done() and not gone.done():
                raise VehicleError("silent", "no event of the subscriptions came in time")
        finally:
            event.cancel()

    async def _subscribe(self, request: Json) -> None:
        answer = await self._ask(request)
        self._subscriptions.append(answer.subscription_id)

    async def _unsubscribe(self) -> None:
        """End what an earlier session left behind, without waiting for the answers."""
        left, self._subscriptions = self._subscriptions, []
        for ident in left:
            await self._request(f"end-{uuid4()}", {"action": "unsubscribe", "subscriptionId": ident})

    async def _ask(self, request: Json) -> Answer:
        """The answer to a request that is no command. Raises `VehicleError`, `BusError`."""
        ident = str(uuid4())
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._answers[ident] = answer
        try:
            async with self._places:
                await self._request(ident, request)
                async with asyncio.timeout(self._settings.answer_timeout_s):
                    reply = await answer
        except TimeoutError:
            raise VehicleError("silent", f"no answer to {request['action']} came in time") from None
        finally:
            del self._answers[ident]
        if reply.error is not None:
            final = reply.error.final()
            raise VehicleError(final.code.removeprefix("vehicle-"), final.reason)
        return reply

    async def _request(self, ident: str, request: Json, expiry_ms: int | None = None) -> None:
        token = self._settings.token
        body = {**request, "requestId": ident, **({"authorization": token.get_secret_value()} if token else {})}
        carried = body if self._settings.request == "object" else json.dumps(body, ensure_ascii=False)
        envelope = {"topic": self._own, "request": carried}
        await self._bus.publish(self._server, envelope, self._settings.qos, expiry_ms=expiry_ms)

    def _on_message(self, topic: str, payload: bytes, retained: bool) -> None:
        del topic
        if retained:
            raise BusError("bad-payload", "an answer that was retained is nobody's")
        answer = parse(Answer, payload)
        waiting = self._answers.get(answer.request_id)
        if answer.action == "subscription":
            self._event.set()
            self._take(answer)
        elif waiting is not None:
            if not waiting.done():
                waiting.set_result(answer)
        elif answer.action == "set":
            self._settle(answer)

    def _settle(self, answer: Answer) -> None:
        """The server's word on a command: not that it happened, only whether it was taken."""
        if answer.error is not None:
            self._commands.settled(answer.request_id, answer.error.final())
        else:
            self._commands.progressed(answer.request_id, "accepted")
            self._commands.settled(answer.request_id, Final("done"))

    def _take(self, answer: Answer) -> None:
        """Hand the values to the store; one that is wrong does not keep back the others."""
        for data in answer.each():
            point, signal = data.newest, self._profile.signals.get(data.name)
            if point is None or signal is None or not available(point.value):
                self._store.unknown(data.name)
                continue
            try:
                self._store.heard(
                    data.name, from_text(point.value, signal), self._store.age_s(parse_timestamp(point.ts))
                )
            except BusError as error:
                self._bus.counters[error.code] += 1
                log.warning("VISS: %s", error)
