"""Receipts as lines, and what another policy makes of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cockpit.cli import main
from cockpit.errors import ConfigError
from cockpit.router.policy import Policy
from cockpit.router.receipt import Receipt, line, receipts
from cockpit.router.replay import replay, totals
from cockpit.router.route import route
from cockpit.router.situation import Link, Situation

POLICY = Policy()
QUESTION = Situation(
    kind="chat", complexity="knowledge", privacy="none", link=Link("good", 60.0), local_ready=True, cloud_ready=True,
    price=0.001,
)  # fmt: skip
TALK = replace(QUESTION, complexity="talk")


def receipt(now: Situation, first_ms: float, cost: float = 0.0, quality: float | None = None) -> Receipt:
    chosen = route(now, POLICY)
    return Receipt("t", 0, now, chosen, chosen.tier, first_ms, cost, quality)


LOG = [
    receipt(QUESTION, 600.0, 0.001, 0.9),
    receipt(QUESTION, 700.0, 0.001, 0.9),
    receipt(TALK, 800.0, 0.0, 0.6),
    receipt(replace(QUESTION, sure=True), 20.0, 0.0, 1.0),
]


def test_a_receipt_survives_its_line_and_other_events_are_passed_over() -> None:
    lines = [*map(line, LOG), '{"type": "reply", "text": "hi"}', "", "[1]"]
    assert [*receipts(lines)] == LOG


def test_events_may_carry_more_than_the_receipt() -> None:
    assert [*receipts([line(LOG[0])[:-1] + ', "ts": 1}'])] == LOG[:1]


@pytest.mark.parametrize("broken", ["{", '{"situation": {}}', line(LOG[0]).replace('"knowledge"', "7", 1)])
def test_a_broken_line_is_named(broken: str) -> None:
    with pytest.raises(ConfigError, match="line 2"):
        [*receipts([line(LOG[0]), broken])]


def test_the_same_policy_changes_nothing() -> None:
    same = replay(LOG, POLICY)
    assert same.replayed == same.logged
    assert same.changes == []


def test_without_the_cloud_what_the_board_came_to_is_expected() -> None:
    found = replay(LOG, Policy(cloud_for=()))
    before, after = totals(found.logged), totals(found.replayed)
    assert before.shares == {"nlu": 0.25, "local_llm": 0.25, "cloud": 0.5, "refused": 0.0}
    assert after.shares == {"nlu": 0.25, "local_llm": 0.75, "cloud": 0.0, "refused": 0.0}
    assert (before.cost, after.cost) == (0.002, 0.0)
    assert [one.first_ms for one in found.replayed] == [800.0, 800.0, 800.0, 20.0]
    assert after.quality == pytest.approx((3 * 0.6 + 1.0) / 4)
    assert found.changes == [(("cloud/knowledge", "local_llm/knowledge"), 2)]


def test_with_the_cloud_for_everything_it_is_asked_for_talk_too() -> None:
    found = replay(LOG[2:], Policy(cloud_for=("talk", "knowledge")))
    assert found.replayed[0].tier == "cloud"
    assert found.replayed[0].cost == TALK.price
    assert found.replayed[0].first_ms == pytest.approx(1000 * (POLICY.cloud_think_s + POLICY.round_trips * 0.06))
    assert found.replayed[0].quality is None


def test_the_command_shows_a_table_and_draws(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "log.jsonl").write_text("\n".join(map(line, LOG)), "utf-8")
    (tmp_path / "policy.yaml").write_text("cloud_for: []\n")
    arguments = ["route", "replay", str(tmp_path / "log.jsonl"), "--policy", str(tmp_path / "policy.yaml")]
    assert main([*arguments, "--plots", str(tmp_path / "plots")]) == 0
    shown = capsys.readouterr().out
    assert "local_llm/knowledge" in shown
    assert "75.0%" in shown
    assert {file.name for file in (tmp_path / "plots").iterdir()} == {"route-tiers.svg", "route-delay.svg"}


def test_an_empty_log_is_an_error_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "log.jsonl").write_text("")
    policy = tmp_path / "policy.yaml"
    policy.write_text("cloud_for: []\n")
    assert main(["route", "replay", str(tmp_path / "log.jsonl"), "--policy", str(policy)]) == 2
    assert "config-invalid" in capsys.readouterr().err
