"""The port over a KUKSA databroker, against one over real gRPC; and that one's own rules."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest
import trustme
from kuksa.val.v2 import types_pb2 as types
from kuksa.val.v2 import val_pb2 as val
from kuksa.val.v2.val_pb2_grpc import VALStub

from cockpit.bus import Bus
from cockpit.config import BrokerSettings, KuksaSettings, Settings, VehicleSettings
from cockpit.errors import ConfigError
from cockpit.profile import VehicleProfile
from cockpit.types import Outcome, SetSignal
from cockpit.vehicle import connected_vehicle
from hil.broker import RunningBroker
from hil.kuksa.databroker import Databroker
from hil.kuksa.provider import Provider
from hil.kuksa.values import datapoint, pack
from tests.broker import DEADLINE_S
from tests.component.vehicle.other_buses import Side, background, over_kuksa
from tests.component.vehicle.scripted_car import LIGHT, SUNROOF, TEMPERATURE, WINDOW

SPEED = "Vehicle.Speed"


@pytest.fixture
async def side(broker: RunningBroker, profile: VehicleProfile, vid: str) -> AsyncIterator[Side]:
    async with over_kuksa(broker, profile, vid) as one:
        yield one


@pytest.mark.parametrize("proposal", [SetSignal(LIGHT, True), SetSignal(TEMPERATURE, 22.1), SetSignal(WINDOW, 70)])
async def test_done_is_shown_by_the_subscription(side: Side, proposal: SetSignal) -> None:
    assert await side.do(proposal) == Outcome(proposal, "done")
    assert side.car.values[proposal.path] == pytest.approx(proposal.value)
    assert side.vehicle.snapshot().value(proposal.path) == proposal.value
    assert side.progress == ["published", "accepted", "done"]


async def test_every_value_is_typed_by_the_profile(side: Side, profile: VehicleProfile) -> None:
    readings = side.vehicle.snapshot().readings
    assert readings.keys() == profile.signals.keys()
    for path, signal in profile.signals.items():
        assert (readings[path].value, type(readings[path].value)) == (signal.default, type(signal.cast(signal.default)))


async def test_an_actuation_that_was_only_forwarded_is_not_done(
    broker: RunningBroker, profile: VehicleProfile, vid: str
) -> None:
    async with over_kuksa(broker, profile, vid, result_timeout_s=0.5) as side:
        side.provider.faults.lost = True
        outcome = await side.do(SetSignal(LIGHT, True))
    assert (outcome.status, outcome.code) == ("failed", "vehicle-accepted")
    assert [path for path, _ in side.server.actuated] == [LIGHT]


async def test_a_late_actuation_is_waited_for(side: Side) -> None:
    side.provider.faults.late_s = 0.4
    assert (await side.do(SetSignal(LIGHT, True))).status == "done"


async def test_a_push_is_shown_by_its_sensor(side: Side) -> None:
    assert (await side.do(SetSignal(SUNROOF, "ONE_SHOT_OPEN"))).status == "done"
    assert side.car.values["Vehicle.Cabin.Sunroof.Position"] == 100


async def test_without_a_provider_it_is_unavailable_and_never_comes_later(
    broker: RunningBroker, profile: VehicleProfile, vid: str
) -> None:
    async with over_kuksa(broker, profile, vid) as side:
        side.server._owners.clear()
        outcome = await side.do(SetSignal(WINDOW, 50))
        assert (outcome.status, outcome.code) == ("unavailable", "vehicle-unavailable")
        other = Provider(side.provider.car, side.provider._where)
        async with background(other.run()):
            await asyncio.wait_for(other.owning.wait(), DEADLINE_S)
            assert (await side.do(SetSignal(LIGHT, True))).status == "done"
    assert side.car.values[WINDOW] == 0
    assert [path for path, _ in side.server.actuated] == [LIGHT]


async def test_an_expired_permit_sends_nothing(side: Side) -> None:
    outcome = await side.do(SetSignal(LIGHT, True), ttl_s=0.0)
    assert (outcome.status, outcome.code) == ("expired", "vehicle-expired")
    assert not side.server.actuated


async def test_a_value_that_was_withdrawn_is_not_known(side: Side) -> None:
    side.server._publish({WINDOW: types.Datapoint()})
    await side.until(lambda snapshot: snapshot.value(WINDOW) is None)
    assert side.vehicle.snapshot().online(WINDOW)


async def test_a_sensor_is_as_old_as_its_timestamp(side: Side, profile: VehicleProfile) -> None:
    old = datapoint(pack(50.0, profile.signals[SPEED]), "2020-01-01T00:00:00Z")
    side.server._publish({SPEED: old})
    await side.until(lambda snapshot: snapshot.value(SPEED) == 50.0)
    assert side.vehicle.snapshot().fresh(SPEED, time.monotonic(), 2.0) is None


async def test_it_comes_back_with_the_databroker(profile: VehicleProfile, vid: str, broker: RunningBroker) -> None:
    bus = Bus(BrokerSettings(host=broker.host, port=broker.port))

    def publish(databroker: Databroker) -> None:
        databroker._publish({path: datapoint(pack(s.default, s)) for path, s in profile.signals.items()})

    databroker = Databroker(profile)
    publish(databroker)
    async with databroker.serving() as kuksa_port:
        settings = Settings(
            vid=vid, vehicle=VehicleSettings(port="kuksa", kuksa=KuksaSettings(port=kuksa_port, retry_s=0.1))
        )
        vehicle = connected_vehicle(settings, bus, profile)
        side = Side(vehicle, bus, None)  # type: ignore[arg-type]
        running = background(vehicle.run())
        await running.__aenter__()
        await side.ready()
    try:
        await side.until(lambda snapshot: not snapshot.readings and not snapshot.provided)
        away = await side.do(SetSignal(LIGHT, True))
        assert (away.status, away.code) == ("failed", "bus-away")
        second = Databroker(profile)
        publish(second)
        async with second.serving(kuksa_port):
            await side.ready()
            assert (await side.do(SetSignal(LIGHT, True))).status == "unavailable"
    finally:
        await running.__aexit__(None, None, None)


async def test_token_and_tls(profile: VehicleProfile, vid: str, broker: RunningBroker, tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("databroker.lan")
    ca = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca)
    chain = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
    credentials = grpc.ssl_server_credentials([(certificate.private_key_pem.bytes(), chain)])
    databroker = Databroker(profile, token="secret")  # noqa: S106
    databroker._publish({path: datapoint(pack(s.default, s)) for path, s in profile.signals.items()})
    async with databroker.serving(0, credentials) as port:
        given = {"port": port, "tls_ca": ca, "tls_name": "databroker.lan", "retry_s": 0.1}
        for token, counter in (("secret", ""), ("wrong", "vehicle-away")):
            bus = Bus(BrokerSettings(host=broker.host, port=broker.port))
            kuksa = KuksaSettings.model_validate({**given, "token": token})
            vehicle = connected_vehicle(
                Settings(vid=vid, vehicle=VehicleSettings(port="kuksa", kuksa=kuksa)), bus, profile
            )
            async with background(vehicle.run()):
                side = Side(vehicle, bus, None)  # type: ignore[arg-type]
                await (side.counted(counter) if counter else side.ready())
                assert bool(vehicle.snapshot().readings) is not bool(counter)


async def test_without_the_library_that_is_said(
    profile: VehicleProfile, vid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "cockpit.vehicle.kuksa", raising=False)
    monkeypatch.setitem(sys.modules, "kuksa.val.v2", None)
    with pytest.raises(ConfigError) as caught:
        connected_vehicle(Settings(vid=vid, vehicle=VehicleSettings(port="kuksa")), Bus(BrokerSettings()), profile)
    assert caught.value.code == "config-kuksa-missing"


@pytest.fixture
async def stub(profile: VehicleProfile) -> AsyncIterator[VALStub]:
    """A bare client of a databroker without any provider."""
    async with Databroker(profile).serving() as port, grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield VALStub(channel)


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (LIGHT, types.Value(bool=True), grpc.StatusCode.UNAVAILABLE),
        ("Vehicle.Fridge", types.Value(bool=True), grpc.StatusCode.NOT_FOUND),
        (SPEED, types.Value(float=1.0), grpc.StatusCode.INVALID_ARGUMENT),
        (LIGHT, types.Value(string="on"), grpc.StatusCode.INVALID_ARGUMENT),
        (WINDOW, types.Value(uint32=101), grpc.StatusCode.INVALID_ARGUMENT),
    ],
)
async def test_the_databroker_answers_as_documented(
    stub: VALStub, path: str, value: types.Value, code: grpc.StatusCode
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.Actuate(val.ActuateRequest(signal_id=types.SignalID(path=path), value=value))
    assert caught.value.code() == code


async def test_an_actuator_has_one_owner(side: Side) -> None:
    second = Provider(side.provider.car, side.provider._where)
    async with background(second.run()):
        async with asyncio.timeout(DEADLINE_S):
            while second.refused is None:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    assert second.refused == grpc.StatusCode.ALREADY_EXISTS
    assert (await side.do(SetSignal(LIGHT, True))).status == "done"


async def test_a_batch_is_all_or_nothing(side: Side) -> None:
    orders = [
        val.ActuateRequest(signal_id=types.SignalID(path=LIGHT), value=types.Value(bool=True)),
        val.ActuateRequest(signal_id=types.SignalID(path=WINDOW), value=types.Value(uint32=101)),
    ]
    async with grpc.aio.insecure_channel(side.provider._where) as channel:
        with pytest.raises(grpc.aio.AioRpcError):
            await VALStub(channel).BatchActuate(val.BatchActuateRequest(actuate_requests=orders))
    assert not side.server.actuated
