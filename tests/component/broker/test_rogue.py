"""Who should not be there: without a certificate, with a wrong one, and with a right one of a lesser role."""

from __future__ import annotations

import asyncio
import json
import ssl
from contextlib import suppress
from pathlib import Path

import aiomqtt
import pytest

from cockpit.broker.certificates import Pair, issue_client, new_authority
from cockpit.broker.configuration import Listener, mosquitto_conf
from cockpit.bus import Bus, LastWill
from hil.broker import configured_mosquitto, free_port
from tests.component.broker.secured import DEADLINE_S, Secured, settled

CONNECT = bytes.fromhex("10 14 00 04 4d 51 54 54 04 02 00 3c 00 08 73 74 72 61 6e 67 65 72")
"""MQTT 3.1.1, clean session, client id `stranger`."""
CONNACK = b"\x20"


async def refusal(secure: Secured, stem: Path | None) -> str:
    """Why the broker ends the handshake with somebody who has the certificate of `stem`, or none."""
    context = ssl.create_default_context(cafile=str(secure.folder.folder / "ca.crt"))
    if stem is not None:
        context.load_cert_chain(f"{stem}.crt", f"{stem}.key")
    with pytest.raises(ssl.SSLError) as caught:
        await _answer(secure, context, b"")
    return str(caught.value.reason)


async def _answer(secure: Secured, context: ssl.SSLContext | None, said: bytes) -> bytes:
    """The first byte that the broker sends to somebody who comes and says this."""
    reader, writer = await asyncio.open_connection("127.0.0.1", secure.port, ssl=context)
    try:
        writer.write(said)
        async with asyncio.timeout(DEADLINE_S):
            return await reader.read(1)
    finally:
        writer.close()


async def test_nobody_comes_in_without_a_certificate(secure: Secured) -> None:
    assert "CERTIFICATE_REQUIRED" in await refusal(secure, None)


async def test_nobody_comes_in_without_tls(secure: Secured) -> None:
    try:
        answer = await _answer(secure, None, CONNECT)
    except ConnectionResetError:
        return
    assert answer != CONNACK


async def test_a_certificate_of_another_authority_counts_for_nothing(secure: Secured, tmp_path: Path) -> None:
    issue_client(new_authority(secure.vid), "assistant", "assistant", 30).write(tmp_path / "forged")
    assert "ALERT" in await refusal(secure, tmp_path / "forged")


async def test_a_certificate_that_is_over_counts_for_nothing(secure: Secured, tmp_path: Path) -> None:
    authority = Pair.read(secure.folder.folder / "ca")
    issue_client(authority, "assistant", "assistant", -1).write(tmp_path / "over")
    assert "EXPIRED" in await refusal(secure, tmp_path / "over")


async def test_a_name_that_was_never_given_may_come_in_but_do_nothing(secure: Secured, tmp_path: Path) -> None:
    authority = Pair.read(secure.folder.folder / "ca")
    issue_client(authority, "stranger", "assistant", 30).write(tmp_path / "stranger")
    async with secure.client(tmp_path / "stranger") as stranger, secure.known("recorder") as watcher:
        await stranger.subscribe("#", qos=0)
        await watcher.subscribe("#", qos=0)
        await stranger.publish(f"vehicle/{secure.vid}/set/Vehicle/Speed", b"{}", qos=1)
        async with secure.known("vehicle") as vehicle:
            await vehicle.publish(f"vehicle/{secure.vid}/state/Vehicle/Speed", b"{}", qos=1)
        assert await settled(stranger) == []
        assert [topic for topic, _ in await settled(watcher)] == [f"vehicle/{secure.vid}/state/Vehicle/Speed"]


@pytest.mark.parametrize("rogue", ["screen", "app-media", "diagnosis", "microphone-driver", "telematics"])
async def test_a_lesser_client_cannot_take_over_the_assistant(secure: Secured, rogue: str) -> None:
    status = f"cockpit/{secure.vid}/status"
    bus = Bus(secure.settings("assistant"), last_will=LastWill(status, {"status": "offline"}))
    async with secure.known("recorder") as watcher:
        await watcher.subscribe("#", qos=0)
        async with bus.running():
            await asyncio.wait_for(bus.wait_connected(), 10.0)
            await bus.publish(status, {"status": "online"}, retain=True)
            gone = bus.disconnected
            will = aiomqtt.Will(status, b'{"status": "offline"}', 1, True)
            for name in ("assistant", f"cockpit-{secure.vid}"):
                async with secure.known(rogue, identifier=name) as same_name:
                    await same_name.publish(status, b"{}", qos=1, retain=True)
            await break_off(secure, rogue, will)
            assert not gone.done()
            await bus.publish(status, {"status": "online", "still": True}, retain=True)
            heard = [json.loads(body) for topic, body in await settled(watcher) if topic == status]
            assert heard == [{"status": "online"}, {"status": "online", "still": True}]


async def test_the_assistants_own_last_will_is_sent(secure: Secured) -> None:
    status = f"cockpit/{secure.vid}/status"
    async with secure.known("recorder") as watcher:
        await watcher.subscribe("#", qos=0)
        await break_off(secure, "assistant", aiomqtt.Will(status, b'{"status": "offline"}', 1, True))
        assert await settled(watcher) == [(status, b'{"status": "offline"}')]


async def break_off(secure: Secured, name: str, will: aiomqtt.Will) -> None:
    """Have a connection of `name` end in disorder: by a second one of the same client id, which is its name."""
    with suppress(aiomqtt.MqttError):
        async with secure.known(name, will=will), secure.known(name):
            pass


async def test_a_client_that_is_revoked_says_and_hears_nothing(secure: Secured, tmp_path: Path) -> None:
    stolen = Pair.read(secure.folder.stem("rig"))
    stolen.write(tmp_path / "stolen")
    secure.folder.revoke("rig")
    async with configured_mosquitto(_moved(secure, port := free_port()), port):
        elsewhere = Secured(secure.folder, port, secure.vid)
        async with elsewhere.client(tmp_path / "stolen") as rig, elsewhere.known("recorder") as watcher:
            await watcher.subscribe("#", qos=0)
            await rig.publish(f"cockpit/{secure.vid}/request/text", b"{}", qos=1)
            assert await settled(watcher) == []


async def test_no_client_can_pose_as_the_broker(secure: Secured, tmp_path: Path) -> None:
    config = _moved(secure, port := free_port())
    text = config.read_text().replace("/server.crt", "/../clients/app-media.crt")
    config.write_text(text.replace("/server.key", "/../clients/app-media.key"))
    async with configured_mosquitto(config, port):
        with pytest.raises(aiomqtt.MqttError, match="certificate verify failed"):
            async with Secured(secure.folder, port, secure.vid).known("assistant"):
                pytest.fail("it was believed")


def _moved(secure: Secured, port: int) -> Path:
    """The broker's configuration for another port."""
    server = secure.folder.server
    original = (server / "mosquitto.conf").read_text()
    moved = server / f"mosquitto-{port}.conf"
    moved.write_text(original.replace(str(secure.port), str(port)))
    assert mosquitto_conf(server, Listener(port, "127.0.0.1")).splitlines()[2] in moved.read_text()
    return moved
