from __future__ import annotations

import pytest

from hil.drive.errors import DriveError
from hil.drive.format import Entry
from hil.drive.script import answered, script
from tests.unit.drive.drives import AC, asked, drive, entry, wanted

STATE, RESULT = f"vehicle/v/state/{AC}", "vehicle/v/result/cockpit"
COMMAND = wanted(1.0, "t", True)
IDENT = f"t.{AC}"


def result(at_s: float, status: str, ident: str = IDENT) -> Entry:
    return entry(at_s, RESULT, id=ident, status=status)


def test_what_follows_on_a_command_goes_with_it_and_the_rest_has_its_own_time() -> None:
    found = script(
        drive(
            entry(0.5, STATE, value=False),
            COMMAND,
            result(1.05, "accepted"),
            entry(1.2, STATE, value=True),
            result(1.25, "succeeded"),
            entry(1.3, STATE, value=True, ts="x"),
            entry(4.0, STATE, value=False),
            entry(1.1, "vehicle/v/state/Vehicle/Speed", value=3.0),
        )
    )
    (command,) = found.commands
    assert [(round(after_s, 3), topic) for after_s, topic, _ in command.follows] == [
        (0.05, RESULT), (0.2, STATE), (0.25, RESULT), (0.3, STATE),
    ]  # fmt: skip
    assert [one.at_s for one in found.given] == [0.5, 1.1, 4.0]


def test_a_command_that_was_never_answered_does_not_own_its_signal_for_ever() -> None:
    found = script(drive(COMMAND, entry(5.0, STATE, value=True), entry(60.0, STATE, value=False)))
    assert [one.at_s for one in found.given] == [60.0]


def test_a_result_that_nobody_waited_for_is_left_out() -> None:
    found = script(drive(result(1.0, "succeeded", "another's")))
    assert (found.given, found.commands) == ([], [])


def test_a_command_is_known_again_by_what_it_wants_and_in_its_own_turn_first() -> None:
    commands = script(drive(wanted(1.0, "a", True), wanted(2.0, "b", True), wanted(3.0, "c", False))).commands
    topic = COMMAND.topic
    assert answered(commands, topic, {"value": True, "turn": "b"}) is commands[1]
    assert answered(commands, topic, {"value": True, "turn": "z"}) is commands[0]
    assert answered(commands, topic, {"value": 1, "turn": "a"}) is None
    assert answered(commands, "vehicle/v/set/Vehicle/Speed", {"value": True, "turn": "a"}) is None


def test_what_was_there_before_comes_first_until_the_connection_was_lost() -> None:
    speed = "vehicle/v/state/Vehicle/Speed"

    def kept(at_s: float, topic: str) -> Entry:
        return Entry(at_s=at_s, topic=topic, data={"value": 1}, retained=True)

    found = script(drive(asked(0.1, "t", "x"), kept(0.2, speed), Entry(at_s=5.0, gap=True), kept(6.0, STATE)))
    assert [(one.at_s, one.topic) for one in found.given] == [
        (0.1, speed), (0.1, "cockpit/v/request/text"), (6.0, STATE),
    ]  # fmt: skip


def test_what_was_said_aloud_is_typed_once_and_in_its_last_form() -> None:
    def heard(at_s: float, text: str, *, final: bool, turn: str = "s") -> Entry:
        return entry(
            at_s, "cockpit/v/event/transcript", type="transcript", turn=turn, text=text, final=final, zone="driver"
        )

    found = script(
        drive(
            asked(1.0, "t", "打开空调"),
            heard(1.0, "打开空调", final=True, turn="t"),
            heard(2.0, "打开", final=False),
            heard(2.5, "打开车床", final=True),
            heard(2.6, "打开车窗", final=True),
        )
    )
    assert [(one.data or {})["text"] for one in found.given] == ["打开空调", "打开车窗"]


def test_without_words_there_is_nothing_to_run() -> None:
    with pytest.raises(DriveError, match="drive-wordless"):
        script(drive(COMMAND, personal=False))
