"""Whatever a frame holds: nothing breaks, and nothing is told that the signal cannot be."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.can.database import CanDatabase, Frame, load_database
from cockpit.can.decoding import values
from cockpit.can.protection import Check, protect
from cockpit.can.reception import Reception
from cockpit.config import ROOT, CanSettings
from cockpit.errors import CanError
from cockpit.profile import load_profile

DATABASE: CanDatabase = load_database(
    CanSettings().database, load_profile(ROOT / "cockpit" / "profiles" / "reference.yaml")
)
OWN = [frame for frame in DATABASE.frames.values() if frame.role != "other"]
STATUSES = [frame for frame in OWN if frame.role == "status"]


@given(st.sampled_from(STATUSES), st.binary(min_size=2, max_size=64))
@settings(max_examples=500, deadline=None)
def test_every_value_that_is_told_is_one_of_the_signal(frame: Frame, data: bytes) -> None:
    told = Reception(frame, 1.0, Counter()).take(protect(data, frame.id, 3), 0.0)
    wrong = {path: value for path, value in told.items() if DATABASE.profile.signals[path].fault(value)}
    assert not wrong


@given(st.sampled_from(OWN), st.binary(max_size=64))
@settings(max_examples=500, deadline=None)
def test_any_bytes_are_said_or_refused(frame: Frame, data: bytes) -> None:
    verdict = Check(frame.id).judge(data)
    assert verdict in {"crc", "initial", "sequence"}
    with suppress(CanError):
        assert {*values(frame, data)} <= {*frame.codecs, "Ticket", "Target", "Status", "Reason"}


@pytest.mark.parametrize("frame", OWN, ids=lambda frame: frame.name)
def test_no_two_frames_can_be_taken_for_each_other(frame: Frame) -> None:
    """The identifier is in the checksum: of a frame under another's identifier the CRC is wrong."""
    data = protect(bytes(frame.message.length), frame.id, 0)
    assert [other.name for other in OWN if Check(other.id).judge(data) != "crc"] == [frame.name]
