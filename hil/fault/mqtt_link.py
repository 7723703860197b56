"""One connection through the proxy: packets one way and the other, messages as disturbed as the faults say."""

from __future__ import annotations

import asyncio
import math
import socket
import struct
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hil.fault.disturbing import Direction, Disturbance, Passing
from hil.fault.packets import CONNECT, PUBACK, PUBLISH, Packet, Publish, protocol_version, read_packet

OTHER: dict[Direction, Direction] = {"to-broker": "from-broker", "from-broker": "to-broker"}


@dataclass(slots=True)
class _Held:
    """A message that waits to be overtaken by `left` others, at most until `timer`."""

    fault: Disturbance
    direction: Direction
    message: Publish
    left: int
    timer: asyncio.TimerHandle


class Link:
    """`writers` are those to the broker and from it; `faults` gives the ones that are on, oldest first.

    Packets that are no messages pass at once. A message with a topic alias passes undisturbed: later ones need it.
    """

    def __init__(
        self, writers: dict[Direction, asyncio.StreamWriter], faults: Callable[[], Sequence[Disturbance]]
    ) -> None:
        self._writers, self._faults = writers, faults
        self._loop = asyncio.get_running_loop()
        self._held: list[_Held] = []
        self._due_s: dict[tuple[Direction, str], float] = {}
        self._surplus: Counter[tuple[Direction, int]] = Counter()
        self._version = 4

    async def pump(self, reader: asyncio.StreamReader, direction: Direction, passable: asyncio.Event) -> None:
        """Pass packets on until the connection ends (`EOFError`, `OSError`), and none while it is not `passable`."""
        while True:
            packet = await read_packet(reader)
            await passable.wait()
            self._take(packet, direction)
            await self._writers[direction].drain()

    def release(self, fault: Disturbance | None = None) -> None:
        """Let go what a fault holds back; of all where none is named."""
        for held in [held for held in self._held if fault is None or held.fault is fault]:
            self._let_go(held)

    def reset(self) -> None:
        """Break both sides at once: each is sent an RST."""
        for writer in self._writers.values():
            line = writer.get_extra_info("socket")
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    def close(self) -> None:
        """End both sides in order; what is held back is lost."""
        for held in self._held:
            held.timer.cancel()
        self._held.clear()
        for writer in self._writers.values():
            writer.close()

    def _take(self, packet: Packet, direction: Direction) -> None:
        if packet.type == CONNECT:
            self._version = protocol_version(packet)
        if packet.type == PUBLISH:
            message = Publish.parse(packet, self._version)
            if not message.aliased:
                self._disturb(message, direction)
                return
        elif packet.type == PUBACK and self._surplus[direction, packet.packet_id] > 0:
            self._surplus[direction, packet.packet_id] -= 1
            return
        self._writers[direction].write(packet.encode())

    def _disturb(self, message: Publish, direction: Direction) -> None:
        """Run a message through every fault that concerns it; what is lost or held on the way is gone from here."""
        passing = [Passing(message)]
        overtaken: list[_Held] = []
        for fault in self._faults():
            if not fault.concerns(message, direction):
                continue
            verdict = fault.judge(message)
            if verdict.held:
                self._hold(fault, message, direction)
                return
            if not verdict.passing:
                if verdict.acknowledge:
                    self._writers[OTHER[direction]].write(message.acknowledgement())
                return
            late_s = passing[0].late_s
            passing = [Passing(one.message, one.late_s + late_s, one.again) for one in verdict.passing]
            message = passing[0].message
            overtaken += [held for held in self._held if held.fault is fault and held.direction == direction]
        for one in passing:
            self._send(one, direction)
        for held in overtaken:
            held.left -= 1
            if held.left <= 0:
                self._let_go(held)

    def _hold(self, fault: Disturbance, message: Publish, direction: Direction) -> None:
        held = _Held(fault, direction, message, fault.args["by"], self._loop.call_later(0, lambda: None))
        held.timer = self._loop.call_later(fault.args["hold_ms"] / 1000, self._let_go, held)
        self._held.append(held)

    def _let_go(self, held: _Held) -> None:
        held.timer.cancel()
        self._held.remove(held)
        self._send(Passing(held.message), held.direction)

    def _send(self, passing: Passing, direction: Direction) -> None:
        """Now, or when it is due, but never before an older message of its topic."""
        key, now_s = (direction, passing.message.topic), self._loop.time()
        before_s = self._due_s.pop(key, 0.0)
        if passing.again and passing.message.qos:
            self._surplus[OTHER[direction], passing.message.packet_id] += 1
        if passing.late_s <= 0 and before_s <= now_s:
            self._write(passing.message, direction)
            return
        due_s = max(now_s + passing.late_s, math.nextafter(before_s, math.inf))
        self._due_s[key] = due_s
        self._loop.call_at(due_s, self._write, passing.message, direction)

    def _write(self, message: Publish, direction: Direction) -> None:
        writer = self._writers[direction]
        if not writer.is_closing():
            writer.write(message.encode())
