"""The suite finds the fault in sides that are wrong in one way each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cockpit.config import BrokerSettings, Settings, SpeechSettings, TurnSettings
from cockpit.profile import VehicleProfile
from cockpit.runtime.service import Service
from cockpit.vehicle.command import Commands, Final
from cockpit.vehicle.signals import ContractSignals
from hil.broker import RunningBroker
from hil.conformance import assistant, vehicle
from hil.conformance.probe import Address
from hil.conformance.scene import vehicle_scene
from hil.conformance.stage import staging
from hil.vehicle import SimulatedVehicle
from hil.vehicle.peer import Peer
from tests.component.vehicle.other_buses import background

Publish = Callable[..., Any]


def result_twice(publish: Publish) -> Publish:
    async def wrong(self: Any, topic: str, body: Any, retain: bool = False) -> None:
        await publish(self, topic, body, retain)
        if body.get("status") == "succeeded":
            await publish(self, topic, body, retain)

    return wrong


def never_retained(publish: Publish) -> Publish:
    async def wrong(self: Any, topic: str, body: Any, retain: bool = False) -> None:
        await publish(self, topic, body, retain and "/state/" not in topic)

    return wrong


def values_as_text(publish: Publish) -> Publish:
    async def wrong(self: Any, topic: str, body: Any, retain: bool = False) -> None:
        await publish(self, topic, {**body, "value": str(body["value"])} if "value" in body else body, retain)

    return wrong


def results_retained(publish: Publish) -> Publish:
    async def wrong(self: Any, topic: str, body: Any, retain: bool = False) -> None:
        await publish(self, topic, body, retain or "/result/" in topic)

    return wrong


@pytest.mark.parametrize(
    ("mutant", "case"),
    [
        (result_twice, "one-final"),
        (never_retained, "state-retained"),
        (values_as_text, "state-typed"),
        (results_retained, "result-issuer"),
    ],
)
async def test_a_wrong_vehicle_is_found_out(
    broker: RunningBroker,
    profile: VehicleProfile,
    vid: str,
    monkeypatch: pytest.MonkeyPatch,
    mutant: Callable[[Publish], Publish],
    case: str,
) -> None:
    monkeypatch.setattr(Peer, "publish", mutant(Peer.publish))
    car = SimulatedVehicle(profile, broker.host, broker.port, vid)
    address = Address(broker.host, broker.port)
    async with background(car.run()), vehicle_scene(address, vid, profile, timeout_s=5) as scene:
        (verdict,) = await vehicle.CASES.run(scene, lambda ident: ident == case)
    assert verdict.status == "failed"


def retained(monkeypatch: pytest.MonkeyPatch) -> None:
    from cockpit.bus import Bus  # noqa: PLC0415

    publish = Bus.publish

    async def wrong(self: Bus, topic: str, payload: Any, qos: int = 1, retain: bool = False, **more: Any) -> None:
        await publish(self, topic, payload, qos, retain or "/set/" in topic, **more)

    monkeypatch.setattr(Bus, "publish", wrong)


def twice(monkeypatch: pytest.MonkeyPatch) -> None:
    send = ContractSignals.send

    async def wrong(self: ContractSignals, command: Any) -> None:
        await send(self, command)
        await send(self, command)

    monkeypatch.setattr(ContractSignals, "send", wrong)


def hopeful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes `accepted` for the end."""

    def wrong(self: Commands, ident: str, status: str) -> None:
        self.settled(ident, Final("done"))

    monkeypatch.setattr(Commands, "progressed", wrong)
    monkeypatch.setattr("cockpit.vehicle.state.SignalStore.reached", _at_once)


async def _at_once(*_: Any) -> None:
    return None


def unheeding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sends whether or not anybody provides it."""
    monkeypatch.setattr("cockpit.types.Snapshot.online", lambda *_: True)


@pytest.mark.parametrize(
    ("mutate", "case"),
    [
        (retained, "not-retained"),
        (twice, "done"),
        (hopeful, "from-the-bus"),
        (hopeful, "not-reached"),
        (unheeding, "unavailable"),
    ],
)
async def test_a_wrong_assistant_is_found_out(
    broker: RunningBroker,
    profile: VehicleProfile,
    vid: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    mutate: Callable[[pytest.MonkeyPatch], None],
    case: str,
) -> None:
    mutate(monkeypatch)
    settings = Settings(
        vid=vid,
        broker=BrokerSettings(host=broker.host, port=broker.port),
        models_dir=tmp_path,
        speech=SpeechSettings(output="none"),
        turn=TurnSettings(result_timeout_s=1.0),
    )
    address = Address(broker.host, broker.port)
    async with background(Service(settings).run()), staging(address, vid, profile, timeout_s=20) as stage:
        verdicts = await assistant.CASES.run(stage, lambda ident: ident in {"done", case})
    assert {one.id: one.status for one in verdicts}[case] == "failed"
