"""The month's money and the kill switch, on real files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cockpit.cloud.budget import Budget
from cockpit.cloud.statefile import read_state, write_state
from cockpit.cloud.switch import KillSwitch
from cockpit.errors import CloudError


class Calendar:
    def __init__(self) -> None:
        self.day = date(2026, 11, 30)

    def __call__(self) -> date:
        return self.day


async def test_money_is_set_aside_counted_and_remembered(tmp_path: Path) -> None:
    budget = Budget(tmp_path / "budget.json", 1.0)
    one, two = budget.reserve(0.4), budget.reserve(0.6)
    assert budget.left == 0.0
    with pytest.raises(CloudError, match="cloud-budget"):
        budget.reserve(0.01)
    budget.settle(one, 0.1)
    budget.settle(one, 0.1)
    budget.settle(two, 0.0)
    assert (budget.spent, budget.left) == pytest.approx((0.1, 0.9))
    await budget.flush()
    assert Budget(tmp_path / "budget.json", 1.0).spent == pytest.approx(0.1)


async def test_what_costs_nothing_is_always_allowed(tmp_path: Path) -> None:
    budget = Budget(tmp_path / "budget.json", 0.0)
    budget.settle(budget.reserve(0.0), 0.0)
    with pytest.raises(CloudError):
        budget.reserve(0.001)


async def test_a_call_that_cost_more_than_set_aside_is_counted_in_full(tmp_path: Path) -> None:
    budget = Budget(tmp_path / "budget.json", 1.0)
    budget.settle(budget.reserve(0.1), 1.5)
    assert budget.spent == 1.5
    with pytest.raises(CloudError):
        budget.reserve(0.1)
    await budget.flush()


async def test_a_new_month_has_new_money_and_an_old_one_has_not(tmp_path: Path) -> None:
    today = Calendar()
    budget = Budget(tmp_path / "budget.json", 1.0, today)
    budget.settle(budget.reserve(0.9), 0.9)
    today.day = date(2026, 12, 1)
    assert budget.left == 1.0
    budget.settle(budget.reserve(0.5), 0.5)
    today.day = date(2000, 1, 1)
    assert budget.spent == 0.5
    await budget.flush()
    assert Budget(tmp_path / "budget.json", 1.0, today).spent == 0.5


async def test_a_full_disk_is_counted_and_stops_nothing(tmp_path: Path) -> None:
    blocked = tmp_path / "no-folder"
    blocked.write_text("")
    budget = Budget(blocked / "budget.json", 1.0)
    budget.settle(budget.reserve(0.2), 0.2)
    await budget.flush()
    assert budget.write_errors == 1
    assert budget.spent == 0.2


@pytest.mark.parametrize("text", ["", "{", "[]", '{"month": 3}', '{"month": "2026-11", "spent": -1}', "\x00\xff"])
async def test_a_broken_file_is_counted_and_begun_anew(text: str, tmp_path: Path) -> None:
    (tmp_path / "budget.json").write_text(text, "latin-1")
    budget = Budget(tmp_path / "budget.json", 1.0)
    assert budget.read_errors == 1
    budget.settle(budget.reserve(0.2), 0.2)
    await budget.flush()
    assert Budget(tmp_path / "budget.json", 1.0).spent == 0.2


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    write_state(file, {"a": 1})
    with pytest.raises(TypeError):
        write_state(file, {"a": object()})
    assert read_state(file) == {"a": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


async def test_the_switch_holds_what_was_said_last(tmp_path: Path) -> None:
    switch = KillSwitch(tmp_path / "switch.json")
    switch.check()
    assert await switch.set(False)
    with pytest.raises(CloudError, match="cloud-off"):
        switch.check()
    assert not KillSwitch(tmp_path / "switch.json").allowed
    assert await switch.set(True)
    assert KillSwitch(tmp_path / "switch.json").allowed


async def test_a_switch_that_cannot_be_written_holds_until_a_restart(tmp_path: Path) -> None:
    blocked = tmp_path / "no-folder"
    blocked.write_text("")
    switch = KillSwitch(blocked / "switch.json")
    assert not await switch.set(False)
    assert switch.write_errors == 1
    assert not switch.allowed


@pytest.mark.parametrize("text", ["", "{", "[]", '{"allowed": "yes"}', "{}"])
def test_a_switch_that_cannot_be_read_forbids(text: str, tmp_path: Path) -> None:
    (tmp_path / "switch.json").write_text(text)
    assert not KillSwitch(tmp_path / "switch.json").allowed
