"""The all-virtual rig on a broker that asks every client who it is."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from cockpit.broker.configuration import Listener
from cockpit.broker.folder import BrokerFolder
from cockpit.broker.roles import Client
from hil.broker import find_mosquitto
from hil.rig.errors import RigError
from hil.rig.rig import open_rig
from hil.rig.rigfile import RIGS

DEADLINE_S = 40.0
AC = "Vehicle.Cabin.HVAC.IsAirConditioningActive"


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


async def test_a_typed_turn_with_a_certificate_for_everybody(tmp_path: Path) -> None:
    """Observer, listener, lease, car, apps and assistant are there side by side, and none takes another's place."""
    if find_mosquitto() is None:
        pytest.skip("mosquitto is not installed")
    file = yaml.safe_load((RIGS / "virtual-secure.yaml").read_text("utf-8"))
    file["settings"] |= {"models_dir": "/nonexistent", "understanding": "templates"}
    file["lease"] = {"kept_by": "broker", "ttl_s": 3}
    (tmp_path / "rig.yaml").write_text(yaml.safe_dump(file), "utf-8")
    async with open_rig(tmp_path / "rig.yaml", folder=tmp_path / "run") as rig:
        assert rig.settings.broker.tls_ca is None
        assert rig.broker.tls_ca is not None
        gone = rig.site.bus.disconnected
        for turn, text, lang in (("one", "打开空调", "zh"), ("two", "play some jazz", "en")):
            await rig.voice.text(turn, text, "driver", lang)
            reply = await rig.trace.until(
                lambda seen, turn=turn: "event/reply" in seen.name and seen.data.get("turn") == turn, DEADLINE_S
            )
            assert reply is not None
            assert reply.data["kind"] == "done", reply.data
        assert rig.car.value(AC) is True
        assert not gone.done()
        offline = [seen.name for seen in rig.trace.entries if seen.data.get("status") == "offline"]
        assert offline == []


async def test_a_rig_without_a_certificate_is_told_how_one_is_made(tmp_path: Path) -> None:
    folder = BrokerFolder(tmp_path / "broker")
    folder.setup("demo", [Client("assistant")], ["127.0.0.1"], Listener(8883), 1, force=False)
    broker = {"driver": "broker", "address": {"port": 8883}, "credentials": str(folder.folder), "person": "ada"}
    drivers = {"bus": "bus-observer", "car": "simulated-car", "board": "local-process", "voice": "mqtt-voice"}
    resources = {"broker": broker, **{name: {"driver": driver} for name, driver in drivers.items()}}
    rig = {"name": "desk", "lease": {"kept_by": "nothing"}, "resources": resources}
    (tmp_path / "rig.yaml").write_text(yaml.safe_dump(rig), "utf-8")
    with pytest.raises(RigError, match="--client rig:ada "):
        async with open_rig(tmp_path / "rig.yaml"):
            pass
