"""Active probes of the link: how long the provider takes to answer a question of no weight, where no traffic tells."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

from cockpit.cloud.link import LinkObserver
from cockpit.cloud.transport import AGENT, tls_context
from cockpit.config import CloudSettings
from cockpit.types import LinkSample


class Probe:
    """Asks `base_url`'s host for the head of its first page at an interval, over a connection of its own: about 5 kB
    with TLS, 0.3 kB without. What it answers does not matter; that it is the one it says does: a captive portal is no
    link.

    Samples from real traffic (`heard`) put the next probe off. While nothing comes through, metered links are probed as
    often as others: it costs nothing, and is how a link is found to be back.

    `run` ends when cancelled; a probe that fails is a sample like any other.
    """

    def __init__(
        self, base_url: str, settings: CloudSettings, observe: LinkObserver, allowed: Callable[[], bool]
    ) -> None:
        parts = urlsplit(base_url)
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._tls = tls_context(settings.ca_file) if parts.scheme == "https" else None
        self._request = (
            f"HEAD / HTTP/1.1\r\nHost: {self._host}\r\nUser-Agent: {AGENT}\r\nConnection: close\r\n\r\n".encode()
        )
        self._settings = settings
        self._observe = observe
        self._allowed = allowed
        self._heard_s = float("-inf")
        self._ok = True
        self._changed = asyncio.Event()
        self._metered = False

    @property
    def metered(self) -> bool:
        return self._metered

    @metered.setter
    def metered(self, metered: bool) -> None:
        self._metered = metered
        self._changed.set()

    @property
    def interval_s(self) -> float:
        return self._settings.probe_metered_s if self._metered and self._ok else self._settings.probe_s

    def heard(self, sample: LinkSample) -> None:
        """Real traffic told something; hand it on, and probe later."""
        self._heard_s, self._ok = sample.at_s, sample.ok
        self._observe(sample)

    async def run(self) -> None:
        """Probe at once and then at the interval, unless there is traffic or the cloud is switched off."""
        while True:
            due_s = max(self._heard_s + self.interval_s - _now_s(), 0.0)
            if not due_s and self._allowed():
                self.heard(await self.once())
                continue
            self._changed.clear()
            try:
                async with asyncio.timeout(due_s or self.interval_s):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def once(self) -> LinkSample:
        """One probe, over within `probe_deadline_s`."""
        writer: asyncio.StreamWriter | None = None
        try:
            async with asyncio.timeout(self._settings.probe_deadline_s):
                reader, writer = await asyncio.open_connection(self._host, self._port, ssl=self._tls)
                begun_s = _now_s()
                writer.write(self._request)
                answer = await reader.read(1)
        except OSError:  # a TimeoutError is one
            answer = b""
        finally:
            if writer is not None:
                writer.transport.abort()
        now_s = _now_s()
        return LinkSample(now_s, 1000 * (now_s - begun_s), ok=True) if answer else LinkSample(now_s, None, ok=False)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
