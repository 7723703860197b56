"""Frames of a real python-can bus (its virtual one)."""

from __future__ import annotations

from pathlib import Path

import pytest

from hil.rig.driver import Site
from hil.rig.drivers.can_observer import CanObserver, CanObserverResource
from hil.rig.errors import RigError

can = pytest.importorskip("can", reason="python-can is not installed")

DBC = """VERSION ""
BU_: Body
BO_ 256 WindowState: 2 Body
 SG_ Position : 0|8@1+ (1,0) [0|100] "%" Vector__XXX
"""
DEADLINE_S = 5.0


async def test_every_frame_is_in_the_trace_decoded_where_it_is_known(site: Site, vid: str, tmp_path: Path) -> None:
    pytest.importorskip("cantools", reason="cantools is not installed")
    (tmp_path / "body.dbc").write_text(DBC, "utf-8")
    where = CanObserverResource(interface="virtual", channel=vid, dbc=tmp_path / "body.dbc")
    async with CanObserver(where, site):
        with can.Bus(channel=vid, interface="virtual") as bus:
            bus.send(can.Message(arbitration_id=256, data=b"\x28\0", is_extended_id=False))
            bus.send(can.Message(arbitration_id=0x7FF, data=b"\x01", is_extended_id=False))
            bus.send(can.Message(arbitration_id=256, data=b"", is_extended_id=False))
        known = await site.trace.until(lambda seen: seen.name == "WindowState" and "signals" in seen.data, DEADLINE_S)
        unknown = await site.trace.until(lambda seen: seen.name == "7FF", DEADLINE_S)
        short = await site.trace.until(lambda seen: seen.data.get("raw") == "", DEADLINE_S)
    assert known is not None
    assert known.source == "can"
    assert known.data == {"channel": vid, "raw": "2800", "signals": {"Position": 40}}
    assert unknown is not None
    assert unknown.data["raw"] == "01"
    assert short is not None
    assert "undecoded" in short.data


async def test_a_bus_that_cannot_be_opened_is_said_so(site: Site) -> None:
    with pytest.raises(RigError, match="cannot be opened"):
        async with CanObserver(CanObserverResource(interface="socketcan", channel="can99"), site):
            pass
    with pytest.raises(RigError, match="cannot be read"):
        async with CanObserver(CanObserverResource(channel="x", dbc=Path("/none.dbc")), site):
            pass
