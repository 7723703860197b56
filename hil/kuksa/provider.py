"""The provider of a databroker: hands its actuations to a car on the bus contract, and the car's values to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import grpc
from kuksa.val.v2 import types_pb2 as types
from kuksa.val.v2 import val_pb2 as val
from kuksa.val.v2.val_pb2_grpc import VALStub

from hil.carlink import CarLink, Point
from hil.kuksa.values import datapoint, pack, unpack

RETRY_S = 0.5


@dataclass(slots=True)
class ProviderFaults:
    """What the provider does wrong, for as long as it is set."""

    lost: bool = False
    """Takes actuations and does not pass them on."""
    late_s: float = 0.0
    """Passes them on so much later."""


class Provider:
    """Owns all actuators of the car's profile. `owning` is set while it does."""

    def __init__(self, car: CarLink, where: str, token: str = "") -> None:
        self.car, self.faults = car, ProviderFaults()
        self.owning = asyncio.Event()
        self.refused: grpc.StatusCode | None = None
        """Why the databroker last ended the stream."""
        self._where = where
        self._metadata = (("authorization", f"Bearer {token}"),) if token else ()
        self._ids: dict[str, int] = {}
        self._outbox: asyncio.Queue[val.OpenProviderStreamRequest] = asyncio.Queue(10_000)
        self._work: set[asyncio.Task[None]] = set()
        car.on_point.append(self._on_point)

    async def run(self) -> None:
        """Provide while the car is online, until cancelled; again after each end of the stream."""
        while True:
            await self.car.up.wait()
            async with grpc.aio.insecure_channel(self._where) as channel:
                try:
                    await self._until_down(self._provide(VALStub(channel)))
                except grpc.aio.AioRpcError as error:
                    self.refused = error.code()
                finally:
                    self.owning.clear()
            await asyncio.sleep(RETRY_S)

    async def _until_down(self, providing: Coroutine[Any, Any, None]) -> None:
        """Do it until the car goes offline: closing the stream is how a provider lets go of what it owns."""
        working, down = asyncio.ensure_future(providing), asyncio.ensure_future(self.car.down.wait())
        try:
            await asyncio.wait((working, down), return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                working.result()
        finally:
            for task in (working, down):
                task.cancel()
                with suppress(asyncio.CancelledError, grpc.aio.AioRpcError):
                    await task

    async def _provide(self, stub: VALStub) -> None:
        listed = await stub.ListMetadata(val.ListMetadataRequest(root="Vehicle"), metadata=self._metadata)
        ids = {entry.path: entry.id for entry in listed.metadata}
        self._ids = {}
        self._outbox = asyncio.Queue(10_000)
        actuators = [path for path, signal in self.car.profile.signals.items() if signal.kind == "actuator"]
        claim = val.ProvideActuationRequest(actuator_identifiers=[types.SignalID(path=path) for path in actuators])
        self._outbox.put_nowait(val.OpenProviderStreamRequest(provide_actuation_request=claim))
        async for answer in stub.OpenProviderStream(self._requests(), metadata=self._metadata):
            match answer.WhichOneof("action"):
                case "provide_actuation_response":
                    self._owns(ids)
                case "batch_actuate_stream_request":
                    for order in answer.batch_actuate_stream_request.actuate_requests:
                        self._obey(order)

    def _owns(self, ids: dict[str, int]) -> None:
        """The claim was granted: only now values are published, which come with an id each."""
        self._ids = ids
        for path, point in self.car.points.items():
            self._on_point(path, point, differs=True)
        self.owning.set()

    async def _requests(self) -> AsyncIterator[val.OpenProviderStreamRequest]:
        while True:
            yield await self._outbox.get()

    def _obey(self, order: val.ActuateRequest) -> None:
        taken = val.BatchActuateStreamResponse(signal_id=order.signal_id, error=types.Error(code=types.ERROR_CODE_OK))
        self._send(val.OpenProviderStreamRequest(batch_actuate_stream_response=taken))
        if not self.faults.lost:
            task = asyncio.ensure_future(self._pass_on(order.signal_id.path, unpack(order.value)))
            self._work.add(task)
            task.add_done_callback(self._work.discard)

    async def _pass_on(self, path: str, value: bool | int | float | str) -> None:
        await asyncio.sleep(self.faults.late_s)
        await self.car.set(path, self.car.profile.signals[path].cast(value))

    def _on_point(self, path: str, point: Point, differs: bool) -> None:
        """Every report goes on, whether the value is another or not: it says that the old one still holds."""
        del differs
        if path in self._ids:
            held = datapoint(pack(point.value, self.car.profile.signals[path]), point.ts)
            values = val.PublishValuesRequest(request_id=1, data_points={self._ids[path]: held})
            self._send(val.OpenProviderStreamRequest(publish_values_request=values))

    def _send(self, request: val.OpenProviderStreamRequest) -> None:
        """When the queue is full the oldest goes."""
        if self._outbox.full():
            with suppress(asyncio.QueueEmpty):
                self._outbox.get_nowait()
        self._outbox.put_nowait(request)
