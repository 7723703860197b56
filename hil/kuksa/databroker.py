"""A databroker: current values and actuation apart, one provider an actuator, nothing kept for later.

After eclipse-kuksa/kuksa-databroker, proto/kuksa/val/v2/val.proto, with the stubs published in kuksa-client: the
comments there say what each call answers, and so it is here. The real one is a program in Rust.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import grpc
from kuksa.val.v2 import types_pb2 as types
from kuksa.val.v2 import val_pb2 as val
from kuksa.val.v2.val_pb2_grpc import VALServicer, add_VALServicer_to_server

from cockpit.profile import VehicleProfile
from hil.kuksa.values import fault, metadata

MAX_BUFFER = 1000
Status = grpc.StatusCode
Refusal = tuple[grpc.StatusCode, str]


class _Subscriber:
    """Updates that wait for a slow reader; the oldest go."""

    def __init__(self, paths: set[str], buffer: int) -> None:
        self.paths = paths
        self._updates: deque[dict[str, types.Datapoint]] = deque(maxlen=buffer + 1)
        self._news = asyncio.Event()

    def put(self, entries: Mapping[str, types.Datapoint]) -> None:
        mine = {path: point for path, point in entries.items() if path in self.paths}
        if mine:
            self._updates.append(mine)
            self._news.set()

    async def get(self) -> dict[str, types.Datapoint]:
        while not self._updates:
            self._news.clear()
            await self._news.wait()
        return self._updates.popleft()


class _Provider:
    """One open stream: the actuators it owns, and what is to be sent to it."""

    def __init__(self) -> None:
        self.outbox: asyncio.Queue[val.OpenProviderStreamResponse] = asyncio.Queue(MAX_BUFFER)


class Databroker(VALServicer):  # type: ignore[misc]  # generated code has no types
    """The signals of a profile, at first without values. With `token`, only who bears it is served."""

    def __init__(self, profile: VehicleProfile, token: str = "") -> None:
        self._signals = profile.signals
        self._token = token
        self._ids = {path: ident for ident, path in enumerate(profile.signals, start=1)}
        self._paths = {ident: path for path, ident in self._ids.items()}
        self._points: dict[str, types.Datapoint] = {path: types.Datapoint() for path in profile.signals}
        self._owners: dict[str, _Provider] = {}
        self._subscribers: set[_Subscriber] = set()
        self.actuated: list[tuple[str, types.Value]] = []
        """Every actuation that was handed to a provider."""

    @asynccontextmanager
    async def serving(
        self, port: int = 0, credentials: grpc.ServerCredentials | None = None, host: str = "127.0.0.1"
    ) -> AsyncIterator[int]:
        """Serve on `port` (0: any free one), which is given."""
        server = grpc.aio.server()
        add_VALServicer_to_server(self, server)
        where = f"{host}:{port}"
        bound = server.add_secure_port(where, credentials) if credentials else server.add_insecure_port(where)
        await server.start()
        try:
            yield bound
        finally:
            await server.stop(None)

    async def GetServerInfo(self, request: Any, context: Any) -> val.GetServerInfoResponse:  # noqa: N802
        del request, context
        return val.GetServerInfoResponse(name="simulated databroker", version="0")

    async def ListMetadata(self, request: val.ListMetadataRequest, context: Any) -> val.ListMetadataResponse:  # noqa: N802
        await self._admit(context)
        root = request.root
        found = [p for p in self._signals if not root or p == root or p.startswith(f"{root}.")]
        if not found:
            await context.abort(Status.NOT_FOUND, f"no branch {root}")
        return val.ListMetadataResponse(metadata=[metadata(self._ids[p], p, self._signals[p]) for p in found])

    async def GetValue(self, request: val.GetValueRequest, context: Any) -> val.GetValueResponse:  # noqa: N802
        await self._admit(context)
        path = await self._path(request.signal_id, context)
        return val.GetValueResponse(data_point=self._points[path])

    async def GetValues(self, request: val.GetValuesRequest, context: Any) -> val.GetValuesResponse:  # noqa: N802
        await self._admit(context)
        paths = [await self._path(ident, context) for ident in request.signal_ids]
        return val.GetValuesResponse(data_points=[self._points[path] for path in paths])

    async def Subscribe(  # noqa: N802
        self, request: val.SubscribeRequest, context: Any
    ) -> AsyncIterator[val.SubscribeResponse]:
        await self._admit(context)
        if not request.signal_paths or request.buffer_size > MAX_BUFFER:
            await context.abort(Status.INVALID_ARGUMENT, "no paths, or too large a buffer")
        if unknown := set(request.signal_paths) - self._signals.keys():
            await context.abort(Status.NOT_FOUND, f"no signal {min(unknown)}")
        one = _Subscriber(set(request.signal_paths), request.buffer_size)
        one.put(self._points)
        self._subscribers.add(one)
        try:
            while True:
                yield val.SubscribeResponse(entries=await one.get())
        finally:
            self._subscribers.discard(one)

    async def PublishValue(self, request: val.PublishValueRequest, context: Any) -> val.PublishValueResponse:  # noqa: N802
        await self._admit(context)
        path = await self._path(request.signal_id, context)
        if wrong := fault(request.data_point.value, self._signals[path]):
            await context.abort(Status.INVALID_ARGUMENT, f"{path}: wrong {wrong}")
        self._publish({path: request.data_point})
        return val.PublishValueResponse()

    async def Actuate(self, request: val.ActuateRequest, context: Any) -> val.ActuateResponse:  # noqa: N802
        await self._actuate([request], context)
        return val.ActuateResponse()

    async def BatchActuate(self, request: val.BatchActuateRequest, context: Any) -> val.BatchActuateResponse:  # noqa: N802
        await self._actuate(request.actuate_requests, context)
        return val.BatchActuateResponse()

    async def _actuate(self, requests: Iterable[val.ActuateRequest], context: Any) -> None:
        """All or nothing: each is looked at before any is handed on."""
        await self._admit(context)
        ready: list[tuple[_Provider, str, types.Value]] = []
        for one in requests:
            path = await self._path(one.signal_id, context)
            signal = self._signals[path]
            if signal.kind != "actuator" or (wrong := fault(one.value, signal)):
                why = "not an actuator" if signal.kind != "actuator" else f"wrong {wrong}"
                await context.abort(Status.INVALID_ARGUMENT, f"{path}: {why}")
            if (owner := self._owners.get(path)) is None:
                await context.abort(Status.UNAVAILABLE, f"nobody provides {path}")
            else:
                ready.append((owner, path, one.value))
        for owner, path, value in ready:
            order = val.ActuateRequest(signal_id=types.SignalID(id=self._ids[path], path=path), value=value)
            batch = val.BatchActuateStreamRequest(actuate_requests=[order])
            await owner.outbox.put(val.OpenProviderStreamResponse(batch_actuate_stream_request=batch))
            self.actuated.append((path, value))

    async def OpenProviderStream(  # noqa: N802
        self, requests: AsyncIterator[val.OpenProviderStreamRequest], context: Any
    ) -> AsyncIterator[val.OpenProviderStreamResponse]:
        await self._admit(context)
        provider = _Provider()
        reading = asyncio.ensure_future(self._read(provider, requests))
        try:
            while True:
                sending = asyncio.ensure_future(provider.outbox.get())
                await asyncio.wait((reading, sending), return_when=asyncio.FIRST_COMPLETED)
                if not sending.done():
                    sending.cancel()
                    if refusal := reading.result():
                        await context.abort(*refusal)
                    return
                yield sending.result()
        finally:
            reading.cancel()
            self._owners = {path: owner for path, owner in self._owners.items() if owner is not provider}

    async def _read(
        self, provider: _Provider, requests: AsyncIterator[val.OpenProviderStreamRequest]
    ) -> Refusal | None:
        """Take what a provider sends until it ends the stream, or does what ends it: then why."""
        async for request in requests:
            match request.WhichOneof("action"):
                case "provide_actuation_request":
                    if refusal := self._claim(provider, request.provide_actuation_request):
                        return refusal
                case "publish_values_request":
                    self._take(provider, request.publish_values_request)
                case "provide_signal_request":
                    answer = val.ProvideSignalResponse()
                    provider.outbox.put_nowait(val.OpenProviderStreamResponse(provide_signal_response=answer))
        return None

    def _claim(self, provider: _Provider, request: val.ProvideActuationRequest) -> Refusal | None:
        paths = [self._named(ident) for ident in request.actuator_identifiers]
        for path in paths:
            if path not in self._signals:
                return Status.NOT_FOUND, f"no signal {path}"
            if path in self._owners:
                return Status.ALREADY_EXISTS, f"{path} has a provider"
        self._owners.update(dict.fromkeys(paths, provider))
        answer = val.ProvideActuationResponse()
        provider.outbox.put_nowait(val.OpenProviderStreamResponse(provide_actuation_response=answer))
        return None

    def _take(self, provider: _Provider, request: val.PublishValuesRequest) -> None:
        """Values of a provider; what is wrong is answered, the others count."""
        good, errors = {}, {}
        for ident, point in request.data_points.items():
            path = self._paths.get(ident)
            if path is None:
                errors[ident] = types.Error(code=types.ERROR_CODE_NOT_FOUND)
            elif wrong := fault(point.value, self._signals[path]):
                errors[ident] = types.Error(code=types.ERROR_CODE_INVALID_ARGUMENT, message=f"wrong {wrong}")
            else:
                good[path] = point
        self._publish(good)
        if errors:
            answer = val.PublishValuesResponse(request_id=request.request_id, status=errors)
            provider.outbox.put_nowait(val.OpenProviderStreamResponse(publish_values_response=answer))

    def _publish(self, points: Mapping[str, types.Datapoint]) -> None:
        self._points.update(points)
        for subscriber in self._subscribers:
            subscriber.put(points)

    async def _admit(self, context: Any) -> None:
        bearer = dict(context.invocation_metadata() or ()).get("authorization", "")
        if self._token and bearer != f"Bearer {self._token}":
            await context.abort(Status.UNAUTHENTICATED, "no token, or not the right one")

    async def _path(self, ident: types.SignalID, context: Any) -> str:
        path = self._named(ident)
        if path not in self._signals:
            await context.abort(Status.NOT_FOUND, f"no signal {path}")
        return path

    def _named(self, ident: types.SignalID) -> str:
        """The path that is meant; empty for an id that there is not."""
        return str(ident.path if ident.WhichOneof("signal") == "path" else self._paths.get(ident.id, ""))
