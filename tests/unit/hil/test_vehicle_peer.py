"""What the simulated vehicle says while there is no broker."""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import suppress

import pytest

from hil.vehicle.peer import Peer


async def test_a_broker_that_is_not_there_is_told_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hil.vehicle.peer.RECONNECT_S", 0.01)
    caplog.set_level(logging.INFO, "hil.vehicle.peer")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken, and nobody listens
        port = nobody.getsockname()[1]
        with suppress(TimeoutError):
            await asyncio.wait_for(Peer("127.0.0.1", port, "vehicle/demo/provider/x", {}).run(), 0.5)
    first, *others = caplog.records
    assert (first.levelname, {one.levelname for one in others}) == ("WARNING", {"INFO"})
    assert f"127.0.0.1:{port}" in first.message
