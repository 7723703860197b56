"""End-to-end protection of frames: AUTOSAR E2E profile 1, variant 1A (PRS_E2EProtocol, "Profile 1").

Byte 0 is a CRC-8 with the polynomial of SAE J1850 (0x1D), start value and final XOR 0x00, over both bytes of the Data
ID (low one first) and all bytes but the CRC's own. The low half of byte 1 counts 0 to 14 and begins again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from crccheck.crc import Crc8GsmA  # the catalogue's name of 0x1D with start value and XOR 0x00

COUNTERS = 15
MAX_DELTA = 3
"""Farthest step of the counter that is accepted: two frames in a row may be lost."""

_TABLE = bytes(Crc8GsmA.calc(bytes([byte])) for byte in range(256))

Verdict = Literal["ok", "lost", "initial", "repeated", "sequence", "crc"]
"""`ok` in sequence; `lost` some before it were lost; `initial` the first, or the first after `forget`; `repeated` the
counter stands still; `sequence` it jumped; `crc` the frame is not what was sent, or not by whom it seems."""

GOOD: frozenset[Verdict] = frozenset({"ok", "lost"})


def crc8(data: Iterable[int]) -> int:
    crc = 0
    for byte in data:
        crc = _TABLE[crc ^ byte]
    return crc


def checksum(data: bytes, data_id: int) -> int:
    """What byte 0 of `data` must be."""
    return crc8((data_id & 0xFF, data_id >> 8 & 0xFF, *data[1:]))


def protect(data: bytes, data_id: int, counter: int) -> bytes:
    """`data` with its first two bytes' protection filled in; `counter` is 0 to 14."""
    counted = bytes((0, data[1] & 0xF0 | counter)) + data[2:]
    return bytes((checksum(counted, data_id),)) + counted[1:]


class Check:
    """Judges the frames of one message in the order of their arrival."""

    def __init__(self, data_id: int) -> None:
        self._data_id = data_id
        self._last: int | None = None

    def judge(self, data: bytes) -> Verdict:
        """What is to be thought of a frame. A counter that jumped is the new reference, so that a sender who began
        anew is believed from his second frame on."""
        if len(data) < 2 or checksum(data, self._data_id) != data[0]:
            return "crc"
        counter, last = data[1] & 0x0F, self._last
        if counter >= COUNTERS:
            return "sequence"
        self._last = counter
        if last is None:
            return "initial"
        delta = (counter - last) % COUNTERS
        if delta == 0:
            return "repeated"
        if delta > MAX_DELTA:
            return "sequence"
        return "ok" if delta == 1 else "lost"

    def forget(self) -> None:
        """After a silence: the next frame is an `initial` one."""
        self._last = None
