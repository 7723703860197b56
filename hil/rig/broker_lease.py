"""One person on a rig at a time where several machines reach it: a retained message on the rig's broker.

The broker gives all messages of a topic to everybody in one order, so all agree on whose claim came first while nobody
had the rig. A holder says again and again that it still is; one that is not heard of for `ttl_s` has lost the rig. Any
later claim loses, and the holder puts its own back, unless the claim names the token that it takes the rig from.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from pydantic import ValidationError

from cockpit.broker.roles import RIG_ECHO, RIG_LEASE
from cockpit.bus import Bus
from cockpit.config import BrokerSettings
from cockpit.errors import BusError
from hil.rig.errors import RigError
from hil.rig.lease import Holder, ended_by

ANSWER_S = 10.0
"""For the broker to be reached, and to give back what it was sent."""


class Claim(Holder):
    """What the retained message says. `at` is when it was last said; it holds for `ttl_s` from then on."""

    token: str
    at: datetime
    ttl_s: float
    takes_from: str = ""

    def runs(self, now: datetime) -> bool:
        return now < self.at + timedelta(seconds=self.ttl_s)


class BrokerLease:
    """The claims on one rig as they come, and who has it by them. Times are those of the claimants' wall clocks, which
    must agree to within a fraction of `ttl_s`."""

    def __init__(self, name: str, who: Holder, ttl_s: float) -> None:
        self.name, self.who, self.ttl_s = name, who, ttl_s
        self.token = uuid4().hex
        self.holding: Claim | None = None
        self.lost: asyncio.Future[RigError] = asyncio.get_running_loop().create_future()
        self.contested = asyncio.Event()
        """Somebody else's claim is the retained message now, and mine must be put back."""

    @property
    def mine(self) -> bool:
        return self.holding is not None and self.holding.token == self.token

    def claim(self, takes_from: str = "") -> dict[str, Any]:
        now = datetime.now(UTC)
        claim = Claim(**self.who.model_dump(), token=self.token, at=now, ttl_s=self.ttl_s, takes_from=takes_from)
        return claim.model_dump(mode="json")

    def heard(self, payload: bytes) -> None:
        """The next message of the topic."""
        now = datetime.now(UTC)
        claim = _claim(payload)
        before = self.holding if self.holding is not None and self.holding.runs(now) else None
        if claim is None:
            if not self.mine:
                self.holding = None
            return
        if before is None or before.token in {claim.token, claim.takes_from}:
            self.holding = claim
        elif self.mine:
            self.contested.set()
        if before is not None and before.token == self.token and not self.mine and not self.lost.done():
            self.lost.set_result(RigError("lost", f"the lease of {self.name} was taken by {claim}"))


@asynccontextmanager
async def broker_lease(
    name: str, who: Holder, broker: BrokerSettings, ttl_s: float, *, steal: bool = False
) -> AsyncIterator[None]:
    """Hold the rig `name` among all who reach its broker.

    Raises `RigError`: `rig-late` where the broker is not reached; `rig-busy` where somebody has the rig, unless told to
    `steal` it; `rig-lost` ends the block when it is stolen, or the broker was away for `ttl_s`.
    """
    lease = BrokerLease(name, who, ttl_s)
    topic, echo = RIG_LEASE.template.format(rig=name), RIG_ECHO.template.format(rig=name, token=uuid4().hex)
    echoed = asyncio.Event()
    bus = Bus(broker)
    bus.subscribe(topic, lambda _topic, payload, _retained: lease.heard(payload))
    bus.subscribe(echo, lambda *_: echoed.set())
    async with bus.running():
        await _answered(bus, echo, echoed)
        present = lease.holding if lease.holding and lease.holding.runs(datetime.now(UTC)) else None
        if present is not None and not steal:
            raise RigError("busy", f"{name} is held by {present}")
        await bus.publish(topic, lease.claim(present.token if present else ""), retain=True)
        await _answered(bus, echo, echoed)
        if not lease.mine:
            raise RigError("busy", f"{name} is held by {lease.holding}")
        keeping = asyncio.create_task(_keep(bus, topic, lease), name="lease")
        try:
            async with ended_by(partial(_until_lost, lease)):
                yield
        finally:
            keeping.cancel()
            await asyncio.wait({keeping})
            if lease.mine:
                with suppress(BusError):
                    await bus.publish(topic, b"", retain=True)


async def _answered(bus: Bus, echo: str, echoed: asyncio.Event) -> None:
    """Return when all that the broker had to say before now was heard. Raises `RigError` (`rig-late`)."""
    echoed.clear()
    try:
        async with asyncio.timeout(ANSWER_S):
            await bus.wait_connected()
            await bus.publish(echo, b"{}")
            await echoed.wait()
    except (TimeoutError, BusError) as error:
        raise RigError("late", f"the broker did not answer to a claim of the rig: {error}") from error


async def _keep(bus: Bus, topic: str, lease: BrokerLease) -> None:
    """Say again, three times a `ttl_s` and whenever somebody else's claim stands there, that the rig is held."""
    while True:
        with suppress(TimeoutError):
            await asyncio.wait_for(lease.contested.wait(), lease.ttl_s / 3)
        lease.contested.clear()
        with suppress(BusError):
            await bus.publish(topic, lease.claim(), retain=True)


async def _until_lost(lease: BrokerLease) -> RigError:
    """Return when the rig was taken, or what was heard of one's own claim is too old."""
    while not lease.lost.done():
        assert lease.holding is not None  # noqa: S101 (held from the beginning)
        left_s = (lease.holding.at - datetime.now(UTC)).total_seconds() + lease.ttl_s
        if left_s <= 0:
            return RigError("lost", f"the broker of {lease.name} was away for too long")
        await asyncio.wait({lease.lost}, timeout=left_s)
    return lease.lost.result()


def _claim(payload: bytes) -> Claim | None:
    """None for what is no claim, as the empty message of one who left."""
    try:
        return Claim.model_validate(json.loads(payload))
    except (ValueError, RecursionError, ValidationError):
        return None
