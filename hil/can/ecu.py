"""The ECUs of a DBC on a CAN bus: they tell their values in their cycles and on change, and do as commanded."""

from __future__ import annotations

import asyncio
import heapq
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import can

from cockpit.can.database import CanDatabase, Ecu, Frame
from cockpit.can.port import BUS_OFF, CanPort
from cockpit.can.protection import COUNTERS, GOOD, Check
from cockpit.config import CanSettings
from cockpit.errors import CanError
from cockpit.types import Scalar

SILENCE_CYCLES = 3
"""Cycles without a command message after which the next one is only the reference of its counter."""


@dataclass(slots=True)
class EcuFaults:
    """What an ECU does wrong, for as long as it is set."""

    silent: bool = False
    missing: set[str] = field(default_factory=set)
    """Names of messages that it leaves out."""
    wrong_crc: bool = False
    frozen_counter: bool = False
    commands: Literal["obey", "refuse", "never", "half-way"] = "obey"
    """What becomes of commands; `half-way` stops a number in the middle, with an obstacle in the way."""
    late_s: float = 0.0
    """How long a command waits before anything becomes of it."""


@dataclass(frozen=True, slots=True)
class Order:
    """A command that an ECU took from the bus."""

    ecu: str
    ticket: int
    path: str
    value: Scalar


class _Node:
    """One ECU: its counters, its check of what it is told."""

    def __init__(self, ecu: Ecu) -> None:
        self.ecu = ecu
        self.faults = EcuFaults()
        self.counters: Counter[int] = Counter()
        self.check = Check(ecu.command.id) if ecu.command else None
        self.heard_s = float("-inf")
        codecs = ecu.command.codecs if ecu.command else {}
        self.targets = {(codec.signal.multiplexer_ids or [0])[0]: path for path, codec in codecs.items()}
        self.statuses = {name: raw for raw, name in ecu.answer.choices("Status").items()} if ecu.answer else {}
        self.reasons = {name: raw for raw, name in ecu.answer.choices("Reason").items()} if ecu.answer else {}


class EcuNetwork:
    """All ECUs of a database on one port. `values` are what they hold; change them with `put`.

    `obey` is called with each order that an ECU without a fault takes; it or somebody later says with `answer` what
    became of it. Without it an ECU does at once as it is told. While not `awake` nobody sends anything. `counters`
    has what the ECUs dropped, by the codes of `cockpit.can`.
    """

    def __init__(
        self,
        database: CanDatabase,
        settings: CanSettings,
        values: Mapping[str, Scalar] | None = None,
        obey: Callable[[Order], None] | None = None,
    ) -> None:
        defaults = {path: signal.default for path, signal in database.profile.signals.items()}
        self.values: dict[str, Scalar] = {**defaults, **(values or {})}
        self.awake = True
        self.counters: Counter[str] = Counter()
        self.orders: list[Order] = []
        """All that were taken, faults or not."""
        self.port = CanPort(settings, self._on_frame, self.counters)
        self.obey = obey or self._do
        self._nodes = {ecu.name: _Node(ecu) for ecu in database.ecus}
        self._told_in = {
            path: (node, frame) for node in self._nodes.values() for frame in node.ecu.statuses for path in frame.codecs
        }
        self._commanded = {node.ecu.command.id: node for node in self._nodes.values() if node.ecu.command}

    def faults(self, ecu: str) -> EcuFaults:
        return self._nodes[ecu].faults

    async def run(self) -> None:
        """Be on the bus until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.port.run())
            group.create_task(self._cycles())

    def put(self, path: str, value: Scalar) -> None:
        """A value changed: told at once, as well as in its cycle. Paths that no frame has are kept only."""
        self.values[path] = value
        if path in self._told_in:
            self._tell(*self._told_in[path])

    def answer(self, order: Order, status: str, code: str = "") -> None:
        """Say what became of an order, in the contract's words; a code that the DBC does not have goes untold."""
        node = self._nodes[order.ecu]
        if node.ecu.answer is not None and node.faults.commands != "never":
            reason = node.reasons.get(code, node.reasons.get("none", 0))
            self._send(
                node, node.ecu.answer, {"Ticket": order.ticket, "Status": node.statuses[status], "Reason": reason}
            )

    def bus_off(self) -> None:
        """Have the controllers of all others on the bus report that they are off."""
        if self.port.bus is not None:
            self.port.bus.send(can.Message(arbitration_id=BUS_OFF, is_error_frame=True, is_extended_id=False, dlc=8))

    async def _cycles(self) -> None:
        """Every status message in its cycle."""
        await self.port.up.wait()
        due = [(time.monotonic(), n, *told) for n, told in enumerate(set(self._told_in.values()))]
        heapq.heapify(due)
        while True:
            at_s, n, node, frame = heapq.heappop(due)
            await asyncio.sleep(max(0.0, at_s - time.monotonic()))
            self._tell(node, frame)
            heapq.heappush(due, (max(at_s + frame.cycle_s, time.monotonic()), n, node, frame))

    def _tell(self, node: _Node, frame: Frame) -> None:
        if frame.name not in node.faults.missing:
            self._send(node, frame, {c.name: c.physical(self.values[path]) for path, c in frame.codecs.items()})

    def _send(self, node: _Node, frame: Frame, values: Mapping[str, float]) -> None:
        if node.faults.silent or not self.awake:
            return
        if not node.faults.frozen_counter:
            node.counters[frame.id] += 1
        try:
            data = frame.encode(values, node.counters[frame.id] % COUNTERS)
            if node.faults.wrong_crc:
                data = bytes((data[0] ^ 0xFF,)) + data[1:]
            self.port.send(frame.id, data, frame.extended)
        except CanError as error:
            self.counters[error.code] += 1

    def _on_frame(self, message: can.Message) -> None:
        node = self._commanded.get(message.arbitration_id)
        if node is None or node.check is None or node.ecu.command is None:
            return
        now_s, command = time.monotonic(), node.ecu.command
        if now_s - node.heard_s > SILENCE_CYCLES * command.cycle_s:
            node.check.forget()
        node.heard_s = now_s
        verdict = node.check.judge(bytes(message.data))
        if verdict not in GOOD:
            self.counters[f"can-{verdict}"] += 1
            return
        values = command.decode(bytes(message.data))
        path = node.targets.get(int(values["Target"]))
        if path is None or node.faults.silent or not self.awake:
            return
        codec = command.codecs[path]
        value = codec.value(values[codec.name])
        if value is not None:
            self._take(node, Order(node.ecu.name, int(values["Ticket"]), path, value))

    def _take(self, node: _Node, order: Order) -> None:
        self.orders.append(order)
        if node.faults.late_s:
            asyncio.get_running_loop().call_later(node.faults.late_s, self._carry_out, node, order)
        else:
            self._carry_out(node, order)

    def _carry_out(self, node: _Node, order: Order) -> None:
        match node.faults.commands:
            case "refuse":
                self.answer(order, "rejected", "refused")
            case "half-way":
                self.answer(order, "accepted")
                here, there = self.values[order.path], order.value
                if isinstance(here, int | float) and isinstance(there, int | float) and not isinstance(there, bool):
                    self.put(order.path, type(there)((here + there) / 2))
                self.answer(order, "failed", "obstacle")
            case "obey":
                self.obey(order)

    def _do(self, order: Order) -> None:
        self.answer(order, "accepted")
        self.put(order.path, order.value)
        self.answer(order, "succeeded")
