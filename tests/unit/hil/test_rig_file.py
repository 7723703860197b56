from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from hil.rig.driver import Driver, Resource
from hil.rig.errors import RigError
from hil.rig.registry import DRIVERS, driver
from hil.rig.rigfile import RIGS, read_rig

WHOLE: dict[str, Any] = {
    "name": "desk",
    "resources": {
        "voice": {"driver": "mqtt-voice"},
        "board": {"driver": "local-process"},
        "car": {"driver": "simulated-car"},
        "broker": {"driver": "own-broker"},
        "bus": {"driver": "bus-observer"},
    },
}


def written(folder: Path, **changes: Any) -> Path:
    file = folder / "desk.yaml"
    file.write_text(yaml.safe_dump({**WHOLE, **changes}), "utf-8")
    return file


def resources(**changes: Any) -> dict[str, Any]:
    return {name: what for name, what in {**WHOLE["resources"], **changes}.items() if what is not None}


@pytest.mark.parametrize("file", sorted(RIGS.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_rig_that_comes_along_is_in_order(file: Path) -> None:
    plan = read_rig(file)
    assert plan.rig.name == file.stem
    assert plan.rig.title


def test_one_that_comes_along_is_found_by_its_name() -> None:
    assert read_rig(Path("virtual")).rig.name == "virtual"


@pytest.mark.parametrize("name", sorted(DRIVERS))
def test_every_driver_can_be_loaded_and_says_what_it_is_for(name: str) -> None:
    assert driver(name).role
    assert driver(name).__doc__


def test_drivers_are_opened_in_the_order_in_which_they_need_each_other(tmp_path: Path) -> None:
    plan = read_rig(written(tmp_path))
    assert [fitting.driver.role for fitting in plan.fittings] == ["broker", "bus", "car", "board", "voice"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"nme": "x"}, "nme: Extra inputs"),
        ({"name": "a desk"}, "name: String should match"),
        ({"resources": {}}, "there is no broker, bus, car, board, voice"),
        ({"resources": resources(voice=None)}, "there is no voice"),
        ({"resources": resources(voice={"driver": "telepathy"})}, "resources.voice: there is no driver 'telepathy'"),
        ({"resources": resources(voice={})}, "resources.voice: wants a driver"),
        ({"resources": resources(voice={"driver": "mqtt-voice", "tail_s": -1})}, "resources.voice: tail_s: Input"),
        ({"resources": resources(other={"driver": "own-broker"})}, "broker and other are both the rig's broker"),
        ({"resources": resources(voice={"driver": "no.such:Thing"})}, "resources.voice: driver 'no.such:Thing' cannot"),
        ({"resources": resources(voice={"driver": "pathlib:Path"})}, "is no driver"),
        ({"settings": {"speech": {"zh": "opera"}}}, "speech.zh: Input should be"),
        ({"budgets": {"cpu": -1}}, "budgets.cpu: Input should be"),
        ({"lease": {"kept_by": "moon"}}, "lease.kept_by: Input should be"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    file = written(tmp_path, **changes)
    with pytest.raises(RigError) as error:
        read_rig(file)
    assert error.value.code == "rig-invalid"
    assert said in error.value.message
    assert str(file) in error.value.message


def test_a_file_that_is_not_there_or_no_yaml(tmp_path: Path) -> None:
    with pytest.raises(RigError, match="cannot read"):
        read_rig(tmp_path / "none.yaml")
    (tmp_path / "bad.yaml").write_text("name: [", "utf-8")
    with pytest.raises(RigError, match="not valid YAML"):
        read_rig(tmp_path / "bad.yaml")


def test_a_driver_of_another_package_is_named_by_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "our_drivers.py").write_text(
        "from hil.rig.driver import Driver, Resource\n"
        "class Where(Resource):\n    seat: str\n"
        "class Dummy(Driver[Where]):\n    role = 'voice'\n    resource = Where\n",
        "utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    file = written(tmp_path, resources=resources(voice={"driver": "our_drivers:Dummy", "seat": "left"}))
    [fitting] = [fitting for fitting in read_rig(file).fittings if fitting.name == "voice"]
    assert issubclass(fitting.driver, Driver)
    assert isinstance(fitting.where, Resource)
    assert fitting.where.model_dump() == {"seat": "left"}
    sys.modules.pop("our_drivers")
