"""A status message as its frames come, go wrong, and stop."""

from __future__ import annotations

from collections import Counter

import pytest

from cockpit.can.database import CanDatabase, Frame
from cockpit.can.reception import Reception

SPEED = "Vehicle.Speed"
TIMEOUT_S = 0.5


@pytest.fixture
def frame(database: CanDatabase) -> Frame:
    return next(f for f in database.frames.values() if f.name == "ESC_Motion")


@pytest.fixture
def reception(frame: Frame) -> Reception:
    return Reception(frame, TIMEOUT_S, Counter())


def motion(frame: Frame, counter: int, speed: float) -> bytes:
    return frame.encode({"Speed": speed, "IsMoving": speed > 0}, counter)


def test_only_what_changed_is_given(frame: Frame, reception: Reception) -> None:
    assert reception.take(motion(frame, 0, 0.0), 1.0) == {SPEED: 0.0, "Vehicle.IsMoving": False}
    assert reception.take(motion(frame, 1, 0.0), 1.1) == {}
    assert reception.take(motion(frame, 2, 50.25), 1.2) == {SPEED: 50.25, "Vehicle.IsMoving": True}
    assert reception.take(motion(frame, 3, 51.0), 1.3) == {SPEED: 51.0}
    assert reception.heard_s == 1.3


def test_a_wrong_frame_changes_nothing_and_does_not_keep_it_alive(frame: Frame, reception: Reception) -> None:
    reception.take(motion(frame, 0, 10.0), 1.0)
    wrong = bytearray(motion(frame, 1, 99.0))
    wrong[3] ^= 1
    for n in range(20):
        assert reception.take(bytes(wrong), 1.0 + n * 0.02) == {}
        assert reception.take(motion(frame, 0, 99.0), 1.0 + n * 0.02) == {}
    assert reception.values[SPEED] == 10.0
    assert reception.expire(1.0 + TIMEOUT_S + 0.01)
    assert reception._counters == {"can-crc": 20, "can-repeated": 20}


def test_stale_once_and_then_as_new(frame: Frame, reception: Reception) -> None:
    assert not reception.expire(100.0), "what never came does not stop"
    reception.take(motion(frame, 0, 10.0), 1.0)
    assert not reception.expire(1.0 + TIMEOUT_S)
    assert [reception.expire(2.0), reception.expire(3.0)] == [True, False]
    assert not reception.alive
    assert reception.take(motion(frame, 9, 10.0), 4.0)[SPEED] == 10.0, "told again though it is the old value"
    assert reception.alive


def test_what_nobody_listened_to_is_no_silence(frame: Frame, reception: Reception) -> None:
    reception.take(motion(frame, 0, 10.0), 1.0)
    reception.excuse(3.0)
    assert not reception.expire(4.0 + TIMEOUT_S)
    assert reception.heard_s == 1.0, "but it was not heard either"
    assert reception.expire(4.1 + TIMEOUT_S)


def test_gaps_are_counted(frame: Frame, reception: Reception) -> None:
    for counter in (0, 2, 9, 10):
        reception.take(motion(frame, counter, float(counter)), 1.0)
    assert reception._counters == {"can-lost": 1, "can-sequence": 1}
    assert reception.values[SPEED] == 10.0


def test_a_value_that_the_signal_cannot_have_is_not_told(database: CanDatabase) -> None:
    frame = next(f for f in database.frames.values() if f.name == "BCM_Windows")
    reception = Reception(frame, TIMEOUT_S, Counter())
    values = {codec.name: 0.0 for codec in frame.codecs.values()}
    reception.take(frame.encode(values, 0), 1.0)
    raw = int.from_bytes(frame.encode(values, 1), "little") | 127 << 12
    changed = reception.take(protected(frame, raw.to_bytes(8, "little"), 1), 1.1)
    assert changed == {}
    assert reception._counters == {"can-bad-value": 1}
    assert reception.values["Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"] == 0


def protected(frame: Frame, data: bytes, counter: int) -> bytes:
    from cockpit.can.protection import protect  # noqa: PLC0415

    return protect(data, frame.id, counter)
