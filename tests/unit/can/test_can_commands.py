"""Commands to one ECU: tickets, ends, deadlines."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from cockpit.bus.payloads import timestamp
from cockpit.can.commands import TICKETS, Commands
from cockpit.can.database import CanDatabase, Ecu
from cockpit.can.wanted import Told, Wanted
from cockpit.config import CanSettings
from cockpit.errors import CanError

WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
SETTINGS = CanSettings(answer_timeout_s=1.0, end_timeout_s=10.0)


class Desk:
    """Commands with what they sent, and the ECU's answers to them."""

    def __init__(self, ecu: Ecu) -> None:
        self.ecu = ecu
        self.sent: list[dict[str, float]] = []
        self.broken = False
        self.counters: Counter[str] = Counter()
        self.commands = Commands(ecu, SETTINGS, self._send, lambda _: True, self.counters)
        self._answers = 0

    def _send(self, frame_id: int, data: bytes, extended: bool) -> None:
        assert self.ecu.command is not None
        assert (frame_id, extended) == (self.ecu.command.id, False)
        if self.broken:
            raise CanError("not-sent", "the controller is full")
        self.sent.append(self.ecu.command.decode(data))

    def want(self, ident: str, value: int = 50, now_s: float = 0.0) -> Told | None:
        wanted = Wanted(id=ident, issuer="test", value=value, ttl_ms=3000, ts=timestamp())
        return self.commands.want(WINDOW, wanted, now_s)

    def answer(self, ticket: float, status: int, reason: int = 0, now_s: float = 0.0) -> Told | None:
        assert self.ecu.answer is not None
        self._answers += 1
        data = self.ecu.answer.encode({"Ticket": ticket, "Status": status, "Reason": reason}, self._answers % 15)
        return self.commands.answered(data, now_s)


@pytest.fixture
def desk(database: CanDatabase) -> Desk:
    return Desk(next(ecu for ecu in database.ecus if ecu.name == "BCM"))


def test_a_command_s_life(desk: Desk) -> None:
    assert desk.want("a") is None
    ticket = desk.sent[0]["Ticket"]
    assert desk.answer(ticket, 0) == Told("a", "test", "accepted")
    assert desk.answer(ticket, 1) == Told("a", "test", "in_progress")
    assert desk.answer(ticket, 3, 1) == Told("a", "test", "failed", "obstacle")
    assert desk.answer(ticket, 2) is None
    assert desk.counters == {"can-unexpected-answer": 1}


def test_deadlines_are_the_first_answer_s_and_then_the_end_s(desk: Desk) -> None:
    desk.want("never")
    desk.want("slow")
    desk.answer(desk.sent[1]["Ticket"], 0, now_s=0.5)
    assert [*desk.commands.overdue(1.0)] == []
    assert [*desk.commands.overdue(1.1)] == [Told("never", "test", "failed", "no-answer")]
    assert [*desk.commands.overdue(10.4)] == []
    assert [*desk.commands.overdue(10.6)] == [Told("slow", "test", "failed", "no-answer")]


def test_tickets_run_out_and_come_back(desk: Desk) -> None:
    assert [desk.want(f"c{n}") for n in range(TICKETS)] == [None] * TICKETS
    assert len({sent["Ticket"] for sent in desk.sent}) == TICKETS
    assert desk.want("too many") == Told("too many", "test", "failed", "busy")
    desk.answer(17, 2)
    assert desk.want("again") is None
    assert desk.sent[-1]["Ticket"] == 17


def test_what_could_not_be_sent_has_failed_and_is_not_sent_later(desk: Desk) -> None:
    desk.broken = True
    assert desk.want("a") == Told("a", "test", "failed", "no-answer")
    desk.broken = False
    assert desk.want("a") is None
    assert desk.sent == []
    assert desk.counters == {"can-not-sent": 1, "can-repeated-command": 1}


def test_answers_with_a_wrong_checksum_or_a_frozen_counter_are_none(desk: Desk) -> None:
    desk.want("a")
    assert desk.ecu.answer is not None
    data = desk.ecu.answer.encode({"Ticket": desk.sent[0]["Ticket"], "Status": 0, "Reason": 0}, 1)
    assert desk.commands.answered(bytes((data[0] ^ 1,)) + data[1:], 0.0) is None
    assert desk.commands.answered(data, 0.0) == Told("a", "test", "accepted")
    assert desk.commands.answered(data, 0.0) is None
    assert desk.counters == {"can-crc": 1, "can-repeated": 1}


def test_the_heartbeat_keeps_the_cycle_and_goes_on_counting(desk: Desk) -> None:
    for now_s in (0.0, 0.1, 0.6):
        desk.commands.heartbeat(now_s)
    desk.want("a", now_s=0.7)
    desk.commands.heartbeat(1.1)
    assert [(sent["Target"], sent["Counter"]) for sent in desk.sent] == [(0, 0), (0, 1), (1, 2)]


@pytest.mark.parametrize(
    ("more", "late"),
    [
        ({}, False),
        ({"ts": timestamp(datetime.now(UTC) - timedelta(seconds=30))}, True),
        ({"ts": "yesterday"}, True),
        ({"ts": None}, True),
        ({"ttl_ms": None}, True),
        ({"ttl_ms": True}, True),
        ({"ttl_ms": float("nan")}, True),
        ({"ttl_ms": 1e300}, False),
    ],
)
def test_what_is_too_old(more: dict[str, object], late: bool) -> None:
    fields = {"id": "a", "issuer": "test", "ttl_ms": 3000, "ts": timestamp(), **more}
    assert Wanted.model_construct(None, **fields).expired() is late
