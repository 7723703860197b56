from __future__ import annotations

import pytest

from cockpit.can.protection import COUNTERS, Check, crc8, protect

ID = 0x123


def frame(counter: int, payload: bytes = b"\x40\x01\x02", data_id: int = ID) -> bytes:
    return protect(b"\x00" + payload, data_id, counter)


def test_the_catalogue_s_check_value() -> None:
    assert crc8(b"123456789") == 0x37


@pytest.mark.parametrize(("counter", "start"), [(0, "cc00"), (1, "9101")])
def test_the_standard_s_own_example(counter: int, start: str) -> None:
    """Profile 1A over eight zero bytes with Data ID 0x123."""
    assert protect(bytes(8), 0x123, counter).hex().startswith(start)


def test_the_upper_half_of_the_counter_s_byte_is_payload() -> None:
    assert frame(5)[1] == 0x45


def test_a_counter_goes_round() -> None:
    check = Check(ID)
    verdicts = [check.judge(frame(n % COUNTERS)) for n in range(40)]
    assert verdicts == ["initial", *["ok"] * 39]


@pytest.mark.parametrize("delta", [2, 3])
def test_a_few_may_be_lost(delta: int) -> None:
    check = Check(ID)
    assert [check.judge(frame(n)) for n in (1, 1 + delta)] == ["initial", "lost"]


def test_a_counter_that_stands_still_or_jumps() -> None:
    check = Check(ID)
    assert [check.judge(frame(n)) for n in (1, 1, 1, 2)] == ["initial", "repeated", "repeated", "ok"]
    assert [check.judge(frame(n)) for n in (9, 10)] == ["sequence", "ok"]
    assert check.judge(protect(bytes(4), ID, 15)) == "sequence"


@pytest.mark.parametrize("bit", range(32))
def test_every_flipped_bit_is_seen(bit: int) -> None:
    data = bytearray(frame(3))
    data[bit // 8] ^= 1 << bit % 8
    assert Check(ID).judge(bytes(data)) == "crc"


def test_another_s_frame_under_this_identifier_is_seen() -> None:
    assert Check(ID).judge(frame(3, data_id=ID + 1)) == "crc"
    assert Check(ID).judge(frame(3, data_id=ID + 0x100)) == "crc"


def test_a_frame_too_short_to_be_protected() -> None:
    assert Check(ID).judge(b"") == "crc"
    assert Check(ID).judge(b"\x00") == "crc"


def test_after_a_silence_it_begins_anew() -> None:
    check = Check(ID)
    check.judge(frame(1))
    check.forget()
    assert [check.judge(frame(n)) for n in (9, 10)] == ["initial", "ok"]
