"""What tc is told, by a program in its place that writes it down; the kernel's part is not tried here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hil.fault.kinds import checked
from hil.rig.driver import Site
from hil.rig.drivers.network import Netem, NetemResource, netem
from hil.rig.errors import RigError


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Takes tc's place: fails for an interface that is called `none`."""
    file = tmp_path / "tc"
    file.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/told\n[ "$4" != none ] || {{ echo "no device" >&2; exit 1; }}\n'
    )
    file.chmod(0o755)
    return file


async def test_a_fault_is_a_discipline_of_the_interface_and_goes_with_it(program: Path, site: Site) -> None:
    async with Netem(NetemResource(interface="eth1", command=[str(program)]), site) as network:
        name = await network.begin("delay", checked("delay", {"ms": 80, "jitter_ms": 20})[1])
        with pytest.raises(RigError, match="one fault at a time"):
            await network.begin("drop", checked("drop", {})[1])
        await network.end(name)
        await network.begin("drop", checked("drop", {"share": 0.1})[1])
    assert (program.parent / "told").read_text().splitlines() == [
        "qdisc replace dev eth1 root netem delay 80ms 20ms",
        "qdisc del dev eth1 root",
        "qdisc replace dev eth1 root netem loss 10%",
        "qdisc del dev eth1 root",
    ]


async def test_what_the_kernel_refuses_is_said_so(program: Path, site: Site) -> None:
    async with Netem(NetemResource(interface="none", command=[str(program)]), site) as network:
        with pytest.raises(RigError, match="no device"):
            await network.begin("drop", checked("drop", {})[1])


@pytest.mark.parametrize("args", [{"topics": "vehicle/#"}, {"direction": "to-broker"}])
def test_it_knows_neither_topics_nor_directions(args: dict[str, Any]) -> None:
    with pytest.raises(RigError, match="neither topics nor directions"):
        netem("delay", checked("delay", args)[1])


@pytest.mark.parametrize("kind", ["delay", "drop", "duplicate", "reorder", "corrupt", "disconnect"])
def test_it_has_a_word_for_every_transport_fault(kind: str) -> None:
    assert netem(kind, checked(kind, {})[1])[0] == "netem"
