"""The car's signals over a KUKSA databroker (kuksa.val.v2, gRPC).

The databroker keeps current values and actuation apart: `Actuate` is handed to the one provider of an actuator, never
stored, and returns when it was; what then happens is told by the subscription alone. The published stubs are used
themselves: the client on top of them has no actuation and a buffer of one update.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

import grpc
from kuksa.val.v2 import types_pb2 as types
from kuksa.val.v2 import val_pb2 as val
from kuksa.val.v2.val_pb2_grpc import VALStub

from cockpit.config import KuksaSettings
from cockpit.errors import BusError, CockpitError, ConfigError, VehicleError
from cockpit.profile import VehicleProfile
from cockpit.types import SetSignal
from cockpit.vehicle.command import Command, Final
from cockpit.vehicle.kuksa_values import from_value, same_type, to_value
from cockpit.vehicle.state import SignalStore

log = logging.getLogger(__name__)

PROVIDER = "kuksa"
ROOT = "Vehicle"
BUFFER = 1000
"""Updates that the databroker keeps for us, the most it allows; by default it keeps the newest only."""
CALL_TIMEOUT_S = 5.0

CHANNEL_OPTIONS = (
    ("grpc.enable_retries", 0),  # nothing is ever sent twice
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 5_000),
)

CODES: Mapping[grpc.StatusCode, tuple[str, str]] = {
    grpc.StatusCode.UNAVAILABLE: ("unavailable", "nobody provides the actuator"),
    grpc.StatusCode.NOT_FOUND: ("unavailable", "the databroker does not have the signal"),
    grpc.StatusCode.UNAUTHENTICATED: ("forbidden", "the databroker does not know us"),
    grpc.StatusCode.PERMISSION_DENIED: ("forbidden", "the databroker does not let us"),
    grpc.StatusCode.INVALID_ARGUMENT: ("rejected", "the databroker refuses the value"),
    grpc.StatusCode.DEADLINE_EXCEEDED: ("no-answer", "the databroker did not answer in time"),
}
"""What a status means for a command: reason of a `VehicleError`, and words."""


class KuksaSignals:
    """A `SignalPort`, and its own `Link`."""

    assures: Literal[False] = False

    def __init__(
        self, profile: VehicleProfile, settings: KuksaSettings, store: SignalStore, counters: Counter[str]
    ) -> None:
        self._profile, self._settings, self._store, self._counters = profile, settings, store, counters
        token = settings.token
        self._metadata = (("authorization", f"Bearer {token.get_secret_value()}"),) if token else ()
        self._where = f"{settings.host}:{settings.port}"
        self._credentials = _credentials(settings)
        self._stub: VALStub | None = None
        self._channel: grpc.aio.Channel | None = None
        self.disconnected: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.disconnected.set_result(None)

    @property
    def link(self) -> KuksaSignals:
        return self

    @property
    def connected(self) -> bool:
        return self._stub is not None

    async def run(self) -> None:
        """Subscribe, and again whenever that ends."""
        while True:
            try:
                async with self._open() as self._channel:
                    await self._session(VALStub(self._channel))
            except grpc.aio.AioRpcError as error:
                self._counters["vehicle-away"] += 1
                log.warning("no signals from the databroker at %s: %s", self._where, error.details())
            except VehicleError as error:
                self._counters[error.code] += 1
                log.warning("databroker at %s: %s", self._where, error)
            await asyncio.sleep(self._settings.retry_s)

    async def send(self, command: Command) -> None:
        wanted = command.permit.proposal
        assert isinstance(wanted, SetSignal)  # noqa: S101 (which port a proposal goes to is decided by its type)
        stub = self._stub
        if stub is None:
            raise BusError("away", f"no connection to the databroker, {wanted.path} not sent")
        value = to_value(wanted.value, self._profile.signals[wanted.path])
        request = val.ActuateRequest(signal_id=types.SignalID(path=wanted.path), value=value)
        try:
            await stub.Actuate(request, timeout=command.ttl_ms() / 1000, metadata=self._metadata)
        except grpc.aio.AioRpcError as error:
            raise self._fault(error) from error
        command.say("published")
        command.say("accepted")
        command.final.set_result(Final("done"))

    def _fault(self, error: grpc.aio.AioRpcError) -> CockpitError:
        """UNAVAILABLE is said by the databroker without a provider, and by gRPC itself without a connection, where the
        command may be in doubt: what the channel says tells them apart."""
        channel = self._channel
        up = channel is not None and channel.get_state() == grpc.ChannelConnectivity.READY
        if error.code() == grpc.StatusCode.UNAVAILABLE and not (up and self.connected):
            return BusError("away", "the connection to the databroker ended before it answered")
        reason, words = CODES.get(error.code(), ("failed", "the databroker failed"))
        return VehicleError(reason, f"{words}: {error.details()}")

    def _open(self) -> grpc.aio.Channel:
        options, name = list(CHANNEL_OPTIONS), self._settings.tls_name
        if self._credentials is None:
            return grpc.aio.insecure_channel(self._where, options)
        named = [("grpc.ssl_target_name_override", name)] if name else []
        return grpc.aio.secure_channel(self._where, self._credentials, [*options, *named])

    async def _session(self, stub: VALStub) -> None:
        """Take values until the subscription ends, which raises `AioRpcError`."""
        known = await self._known(stub)
        request = val.SubscribeRequest(signal_paths=known, buffer_size=BUFFER)
        try:
            async for update in stub.Subscribe(request, metadata=self._metadata):
                self._take(update.entries)
                if self._stub is None:
                    self._begin(stub, known)
        finally:
            self._end()

    async def _known(self, stub: VALStub) -> list[str]:
        """The profile's signals that the databroker has with the same type; a subscription with any other is refused.

        Those of another type are counted as `vehicle-wrong-type`.
        """
        request = val.ListMetadataRequest(root=ROOT)
        listed = await stub.ListMetadata(request, timeout=CALL_TIMEOUT_S, metadata=self._metadata)
        signals, known = self._profile.signals, []
        for entry in listed.metadata:
            if entry.path in signals and same_type(entry, signals[entry.path]):
                known.append(entry.path)
            elif entry.path in signals:
                self._counters["vehicle-wrong-type"] += 1
        if not known:
            raise VehicleError("unavailable", "the databroker has none of the profile's signals")
        return known

    def _begin(self, stub: VALStub, known: list[str]) -> None:
        self._stub, self.disconnected = stub, asyncio.get_running_loop().create_future()
        self._store.provider(PROVIDER, known)
        log.info("%d of %d signals from the databroker at %s", len(known), len(self._profile.signals), self._where)

    def _end(self) -> None:
        if self._stub is not None:
            self._stub = None
            self.disconnected.set_result(None)
        self._store.forget_signals()

    def _take(self, entries: Mapping[str, types.Datapoint]) -> None:
        """Values are as old as their timestamps say; one without a value is not known."""
        for path, point in entries.items():
            value = from_value(point.value)
            if value is None:
                self._store.unknown(path)
                continue
            try:
                self._store.heard(path, value, self._store.age_s(_time(point)))
            except BusError as error:
                self._counters[error.code] += 1
                log.warning("databroker: %s", error)


def _credentials(settings: KuksaSettings) -> grpc.ChannelCredentials | None:
    """Raises `ConfigError` (`config-missing`) for a certificate that cannot be read."""
    if settings.tls_ca is None:
        return None
    try:
        return grpc.ssl_channel_credentials(settings.tls_ca.read_bytes())
    except OSError as error:
        raise ConfigError("missing", f"vehicle.kuksa.tls_ca: {error}") from error


def _time(point: types.Datapoint) -> datetime | None:
    at: datetime | None = point.timestamp.ToDatetime(UTC) if point.HasField("timestamp") else None
    return at
