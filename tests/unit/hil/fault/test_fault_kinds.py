from __future__ import annotations

from typing import Any, get_args

import pytest

from hil.fault.disturbing import DISTURBING
from hil.fault.host import HOST_FAULTS
from hil.fault.kinds import Layer, checked, kinds
from hil.rig.errors import RigError


def test_there_are_kinds_in_every_layer_and_each_is_carried_out_by_somebody() -> None:
    layers = {layer: {name for name, kind in kinds().items() if kind.layer == layer} for layer in get_args(Layer)}
    assert layers["transport"] == {*DISTURBING, "disconnect"}
    assert layers["host"] == set(HOST_FAULTS)
    assert {"reject", "never-answer", "half-way", "wrong-value", "late"} <= layers["device"]
    assert {"obstacle", "low-voltage", "sensor-drift", "frozen-sensor"} <= layers["physics"]


def test_the_cars_kinds_and_their_arguments_are_those_of_the_car() -> None:
    car = pytest.importorskip("hil.vehicle.faults", reason="the simulated car has no faults by name yet")
    ours = {name: kind for name, kind in kinds().items() if kind.layer in {"device", "physics"}}
    assert set(ours) == set(car.KINDS)
    for name, kind in ours.items():
        theirs = {key: field.default for key, field in car.KINDS[name].model_fields.items()}
        assert {key: argument.default for key, argument in kind.args.items()} == theirs, name
        assert kind.layer == car.KINDS[name].layer


def test_every_default_is_an_argument_that_may_be_given() -> None:
    for name, kind in kinds().items():
        given = {key: argument.default for key, argument in kind.args.items()}
        assert checked(name, given)[1] == given


@pytest.mark.parametrize(
    ("kind", "args", "said"),
    [
        ("gremlins", {}, "there is no fault"),
        ("delay", {"mss": 1}, "takes no mss"),
        ("delay", {"ms": -1}, "not within"),
        ("delay", {"ms": "1"}, "no number"),
        ("delay", {"ms": True}, "no number"),
        ("cpu", {"processes": 1.5}, "no whole"),
        ("delay", {"direction": "up"}, "none of both, to-broker"),
        ("disconnect", {"back": 1}, "no flag"),
    ],
)
def test_what_does_not_fit_is_said_so(kind: str, args: dict[str, Any], said: str) -> None:
    with pytest.raises(RigError, match=said) as error:
        checked(kind, args)
    assert error.value.code == "rig-unknown-fault"


def test_defaults_are_filled_in() -> None:
    assert checked("delay", {"ms": 5})[1] == {"topics": "#", "direction": "both", "ms": 5, "jitter_ms": 0}
