"""The all-virtual rig with the assistant as a process of its own: booted once, and every fault's layer proven on it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml

from hil.fault.host import FakedClock
from hil.rig import lease
from hil.rig.errors import RigError
from hil.rig.rig import Rig, open_rig
from hil.rig.rigfile import RIGS
from hil.trace import Seen

DEADLINE_S = 40.0
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
_turns = count()


class Talk:
    """Somebody on a rig, and what comes of it."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig

    async def ask(self, text: str) -> dict[str, Any]:
        """The reply to a typed request."""
        turn = f"turn-{next(_turns)}"
        await self.rig.voice.text(turn, text, "driver", "zh")
        reply = await self.rig.trace.until(lambda seen: _is(seen, "event/reply", turn=turn), DEADLINE_S)
        assert reply is not None, f"no reply to {text}"
        return reply.data

    async def seen(self, part: str, **fields: Any) -> Seen:
        entry = await self.rig.trace.until(lambda seen: _is(seen, part, **fields), DEADLINE_S)
        assert entry is not None, f"no {part} {fields}"
        return entry


def _is(seen: Seen, part: str, **fields: Any) -> bool:
    return part in seen.name and all(seen.data.get(key) == value for key, value in fields.items())


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    """The typed rig with a quick car."""
    rig = yaml.safe_load((RIGS / "virtual-typed.yaml").read_text("utf-8"))
    rig["resources"]["car"]["percent_per_s"] = 200
    rig["resources"]["board"]["restart_s"] = 0
    rig["settings"] |= {"understanding": "templates", "turn": {"result_timeout_s": 3.0}}
    (tmp_path / "rig.yaml").write_text(yaml.safe_dump(rig), "utf-8")
    async with open_rig(tmp_path / "rig.yaml", folder=tmp_path / "run") as opened:
        yield Talk(opened)


async def test_a_rig_from_booting_to_faults_of_every_layer(talk: Talk, tmp_path: Path) -> None:
    rig = talk.rig
    assert rig.standing.state == "ready"
    assert rig.startup_s > 0
    await rig.car.prepare({})
    assert (await talk.ask("打开主驾车窗"))["kind"] == "done"
    await talk.seen("/set/", value=100)
    await talk.seen("/result/", status="succeeded")
    assert rig.car.value(WINDOW) == 100
    await rig.voice.reset()
    usage = await rig.board.usage()
    assert usage[0].memory_mb > 20
    await _transport(talk)
    await _device_and_physics(talk)
    await _host(talk)
    with pytest.raises(RigError, match="no power"):
        await rig.power.on()
    rig.trace.restart()
    assert rig.trace.entries == []


async def _transport(talk: Talk) -> None:
    """The car never hears of a set that is lost on the way; nothing comes of it later."""
    rig = talk.rig
    await rig.car.prepare({})
    name = await rig.faults.begin("drop", {"topics": "vehicle/+/set/#"})
    assert (await talk.ask("打开主驾车窗"))["kind"] == "failed"
    await rig.faults.end(name)
    ended = [seen for seen in rig.trace.since(source="fault") if seen.data["state"] == "ended"][-1]
    assert (ended.name, ended.data["hits"]) == ("drop", 1)
    assert rig.car.value(WINDOW) == 0
    since_s = rig.trace.now_s()
    name = await rig.faults.begin("disconnect", {})
    assert await rig.trace.until(lambda seen: _is(seen, "/status", status="offline"), DEADLINE_S, since_s)
    await rig.faults.end(name)
    assert await rig.trace.until(lambda seen: _is(seen, "/status", status="online"), DEADLINE_S, since_s)


async def _device_and_physics(talk: Talk) -> None:
    rig = talk.rig
    await rig.car.prepare({})
    await rig.faults.begin("reject", {"path": WINDOW})
    assert (await talk.ask("打开主驾车窗"))["kind"] != "done"
    await rig.faults.clear()
    await rig.faults.begin("obstacle", {"path": WINDOW, "at": 40})
    assert (await talk.ask("打开主驾车窗"))["kind"] != "done"
    await talk.seen("/result/", code="obstacle")
    await rig.faults.clear()
    assert rig.faults.on == ()


async def _host(talk: Talk) -> None:
    rig = talk.rig
    await rig.car.prepare({})
    name = await rig.faults.begin("kill", {})
    await rig.faults.end(name)
    await talk.seen("exited", code=-9)
    for kind, args in (("cpu", {"processes": 1}), ("memory", {"mb": 50}), ("full-disk", {})):
        name = await rig.faults.begin(kind, args)
        assert (await talk.ask("空调温度调到二十二度"))["kind"] in {"done", "already"}, kind
        await rig.faults.end(name)
    if FakedClock.found(Path("/nowhere")) is not None:
        name = await rig.faults.begin("clock-jump", {"s": 7200})
        ahead = datetime.fromisoformat((await talk.ask("打开空调"))["ts"]) - datetime.now(UTC)
        await rig.faults.end(name)
        assert timedelta(hours=1.9) < ahead < timedelta(hours=2.1)
        assert datetime.fromisoformat((await talk.ask("打开空调"))["ts"]) - datetime.now(UTC) < timedelta(hours=1)


BOARD = """
from hil.rig.driver import Driver, Resource
from hil.rig import lease
from hil.rig.errors import RigError

class Where(Resource):
    works: bool

class Board(Driver[Where]):
    role, resource = "board", Where
    async def start(self):
        if not self.where.works:
            raise RigError("late", "it smokes")
        return 1.0
    async def stop(self): ...
    async def log(self):
        return "smoke"
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A rig that is leased, with a board that only pretends."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "pretended_board.py").write_text(BOARD, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path / "desk.yaml"


def _write(desk: Path, *, works: bool, leased_on: str = "machine") -> None:
    board = {"driver": "pretended_board:Board", "works": works}
    drivers = {"broker": "own-broker", "bus": "bus-observer", "car": "simulated-car", "voice": "mqtt-voice"}
    resources = {"board": board, **{name: {"driver": driver} for name, driver in drivers.items()}}
    desk.write_text(json.dumps({"name": "desk", "lease": {"kept_by": leased_on}, "resources": resources}), "utf-8")


async def test_a_rig_that_does_not_boot_is_broken_until_it_is_mended(desk: Path, tmp_path: Path) -> None:
    _write(desk, works=False)
    with pytest.raises(RigError, match="it smokes") as error:
        async with open_rig(desk, folder=tmp_path / "run"):
            pass
    assert error.value.code == "rig-broken"
    assert (tmp_path / "run" / "assistant.log").read_text() == "smoke"
    _write(desk, works=True)
    with pytest.raises(RigError, match="cockpit hil mend desk"):
        async with open_rig(desk):
            pass
    lease.mend("desk")
    async with open_rig(desk) as rig:
        assert rig.standing.state == "ready"
        with pytest.raises(RigError, match="held by"):
            async with open_rig(desk):
                pass
        with pytest.raises(RigError, match="cannot do it, it has no network"):
            await rig.faults.begin("drop", {})
        with pytest.raises(RigError, match="driver of its board has no faults"):
            await rig.faults.begin("kill", {})


async def test_a_rig_that_broke_while_it_was_used_is_marked_too(desk: Path) -> None:
    _write(desk, works=True, leased_on="broker")
    with pytest.raises(RigError, match="the car does not answer"):
        async with open_rig(desk) as rig:
            raise rig.broke("the car does not answer")
    with pytest.raises(RigError, match=r"broke at .* the car does not answer"):
        async with open_rig(desk):
            pass
