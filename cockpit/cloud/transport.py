"""HTTP to a cloud model: what goes out and what comes in is held to what is needed."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2

from cockpit.cloud.link import LinkObserver
from cockpit.errors import CloudError
from cockpit.types import LinkSample

SENT_HEADERS = frozenset({"host", "authorization", "content-type", "content-length", "accept", "connection"})
"""All that a provider is told besides the request: nothing about machine, system, Python or account."""

AGENT = "cockpit"

CONNECT_S = 5.0
"""For a connection alone; the call's own deadlines are shorter most of the time."""


class TooLong(Exception):  # noqa: N818 (says what the response is)
    """A response went over its bound."""


class BoundedTransport(httpx2.AsyncBaseTransport):
    """Drops every header that is not in `SENT_HEADERS`, and reads at most `limit_bytes` of a response.

    A TLS handshake tells `observe` its round trip. Compressed responses are neither asked for nor taken: a small
    one could unpack without bound.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport, limit_bytes: int, keyed: bool, observe: LinkObserver) -> None:
        self._inner = inner
        self._limit = limit_bytes
        self._keyed = keyed
        self._observe = observe

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        for name in set(request.headers):
            if name not in SENT_HEADERS or (name == "authorization" and not self._keyed):
                del request.headers[name]
        request.headers["user-agent"] = AGENT
        request.headers["accept-encoding"] = "identity"
        request.extensions["trace"] = _HandshakeTrace(self._observe)
        response = await self._inner.handle_async_request(request)
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            await response.aclose()
            raise CloudError("nonsense", "the response is compressed, though it was asked not to be")
        stream = response.stream
        assert isinstance(stream, httpx2.AsyncByteStream)  # noqa: S101 (for the type; asynchronous in, asynchronous out)
        response.stream = _Bounded(stream, self._limit)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class _HandshakeTrace:
    """Takes httpcore's trace events of one request, and tells how long the TLS handshake took: about one round trip, to
    the server itself. (TCP may end at a box on the way.)"""

    def __init__(self, observe: LinkObserver) -> None:
        self._observe = observe
        self._begun_s = 0.0

    async def __call__(self, event: str, _info: dict[str, Any]) -> None:
        now_s = asyncio.get_running_loop().time()
        if event == "connection.start_tls.started":
            self._begun_s = now_s
        elif event == "connection.start_tls.complete":
            self._observe(LinkSample(now_s, 1000 * (now_s - self._begun_s), ok=True))


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream, limit_bytes: int) -> None:
        self._inner = inner
        self._left = limit_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._inner:
            self._left -= len(part)
            if self._left < 0:
                raise TooLong
            yield part

    async def aclose(self) -> None:
        await self._inner.aclose()


def http_client(limit_bytes: int, keyed: bool, ca_file: Path | None, observe: LinkObserver) -> httpx2.AsyncClient:
    """A client that follows no redirect (it would carry the request to whoever the network names) and takes no proxy or
    certificate from the environment."""
    for noisy in ("openai", "httpx2", "httpcore2"):  # at lower levels they log requests
        logging.getLogger(noisy).setLevel(logging.WARNING)
    inner = httpx2.AsyncHTTPTransport(verify=tls_context(ca_file), trust_env=False)
    return httpx2.AsyncClient(
        transport=BoundedTransport(inner, limit_bytes, keyed, observe),
        follow_redirects=False,
        trust_env=False,
        timeout=httpx2.Timeout(None, connect=CONNECT_S),
    )


def tls_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """The system's certificates, and those in `ca_file`."""
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context
