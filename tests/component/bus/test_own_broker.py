from __future__ import annotations

import asyncio
import socket

import pytest

from hil import broker
from hil.broker import RunningBroker, free_port, running_broker


async def test_it_listens_while_it_lasts_and_on_the_port_asked_for(each_broker: RunningBroker) -> None:
    port = free_port()
    async with running_broker(port, each_broker.kind) as one:
        assert (one.host, one.port, one.kind) == ("127.0.0.1", port, each_broker.kind)
        _, writer = await asyncio.open_connection(one.host, one.port)
        writer.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(one.host, one.port)


@pytest.mark.parametrize("kind", ["mosquitto", "amqtt"])
async def test_a_port_that_is_taken_is_said_so(kind: broker.Kind) -> None:
    if kind == "mosquitto" and broker.find_mosquitto() is None:
        pytest.skip("mosquitto is not installed")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(RuntimeError, match=str(port)):
            async with running_broker(port, kind):
                pass


async def test_amqtt_stands_in_where_mosquitto_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "find_mosquitto", lambda: None)
    async with running_broker() as one:
        assert one.kind == "amqtt"
    with pytest.raises(RuntimeError, match="not installed"):
        async with running_broker(kind="mosquitto"):
            pass
