"""What the gateway takes: `python -m hil.can.bench`.

Measured are the time from a command on MQTT to its frame, and the share of a core while every signal changes in turn.
The gateway is a process of its own, on a CAN bus over UDP multicast that stays in this host. Exit status 1 when a
target was missed.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import statistics
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

import can
import psutil

from cockpit.bus import Bus, topics
from cockpit.bus.payloads import State, parse, timestamp
from cockpit.can.database import CanDatabase, load_database
from cockpit.config import BrokerSettings, CanSettings, load_settings
from cockpit.profile import Signal, load_profile
from cockpit.types import Scalar
from hil.broker import RunningBroker, free_port, running_broker, stop
from hil.can.ecu import EcuNetwork, Order

MEDIAN_MS = 5.0
CPU_SHARE = 0.15
"""Targets: a command's way to its frame, and a core's share at `UPDATES_PER_S`."""
UPDATES_PER_S = 200
GROUP = "239.74.163.2"
"""python-can's own multicast group; a hop limit of 0 keeps it in this host."""
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
VID = "bench"


@dataclass(frozen=True, slots=True)
class Figures:
    commands: int
    median_ms: float
    p95_ms: float
    updates: int
    updates_per_s: float
    told: int
    """States that arrived on MQTT, those that were told again to stay fresh among them."""
    lost: int
    """Signals whose last value is not what the ECUs hold."""
    cpu_share: float
    memory_mb: float

    @property
    def good(self) -> bool:
        return self.median_ms < MEDIAN_MS and self.cpu_share < CPU_SHARE and not self.lost


@contextmanager
def command_times(settings: CanSettings, database: CanDatabase) -> Iterator[list[float]]:
    """The wall clock's time (of the kernel) at which each frame that sets something was on the bus."""
    times: list[float] = []
    commands = {f.id: f for f in database.frames.values() if f.role == "command"}
    over = threading.Event()

    def listen(bus: can.BusABC) -> None:
        while not over.is_set():
            message = bus.recv(0.1)
            frame = commands.get(message.arbitration_id) if message else None
            if message and frame and frame.decode(bytes(message.data))["Target"]:
                times.append(message.timestamp)

    with can.Bus(settings.channel, interface=settings.interface, **settings.options) as bus:  # type: ignore[arg-type]
        thread = threading.Thread(target=listen, args=(bus,))
        thread.start()
        try:
            yield times
        finally:
            over.set()
            thread.join()


@asynccontextmanager
async def gateway(broker: RunningBroker, settings: CanSettings, vid: str = VID) -> AsyncIterator[psutil.Process]:
    """`cockpit can gateway` as a process of its own."""
    environment = {**os.environ, "COCKPIT_CAN__OPTIONS": json.dumps(settings.options)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cockpit", "can", "gateway", "--broker", f"{broker.host}:{broker.port}", "--vid", vid,
        "--interface", settings.interface, "--channel", settings.channel, env=environment,
    )  # fmt: skip
    try:
        yield psutil.Process(process.pid)
    finally:
        await stop(process)


class Observer:
    """The assistant's end: knows what was told, and waits for all of it."""

    def __init__(self, bus: Bus, paths: set[str]) -> None:
        self.values: dict[str, Scalar] = {}
        self.told = 0
        self.complete = asyncio.Event()
        self._paths = paths
        bus.subscribe(topics.STATE.filter(VID), self._on_state)

    def _on_state(self, topic: str, payload: bytes, retained: bool) -> None:
        del retained
        self.told += 1
        self.values[topics.STATE.parse(topic)["path"]] = parse(State, payload).value
        if self._paths <= self.values.keys():
            self.complete.set()


async def latencies(bus: Bus, ecus: EcuNetwork, times: list[float], count: int) -> list[float]:
    """Milliseconds from a command's publication to its frame, one command after the other."""
    began: list[float] = []
    taken: asyncio.Queue[Order] = asyncio.Queue()
    ecus.obey = taken.put_nowait
    for n in range(count):
        wanted = {"id": uuid4().hex, "value": n % 100, "ttl_ms": 3000, "ts": timestamp(), "issuer": "bench"}
        began.append(time.time())
        await bus.publish(topics.SET.build(VID, path=WINDOW), wanted)
        order = await asyncio.wait_for(taken.get(), 5)
        for status in ("accepted", "succeeded"):
            ecus.answer(order, status)
    await asyncio.sleep(0.3)
    return [(at - start) * 1000 for start, at in zip(began, times, strict=True)]


def other(signal: Signal, value: Scalar, most: float) -> Scalar:
    """Another value that the signal and its frame can have; `most` is the frame's highest."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        choices = signal.allowed or ["#FFFFFF", "#102030"]
        return choices[(choices.index(value) + 1) % len(choices)]
    return signal.cast(value - 1 if value + 1 > most else value + 1)


async def updates(ecus: EcuNetwork, database: CanDatabase, seconds: float) -> int:
    """Every signal in turn takes another value, `UPDATES_PER_S` of them."""
    signals = database.profile.signals
    most = {path: codec.signal.maximum or 0 for f in database.frames.values() for path, codec in f.codecs.items()}
    began, done = time.monotonic(), 0
    for path in itertools.cycle(signals):
        late_s = time.monotonic() - began - done / UPDATES_PER_S
        if time.monotonic() - began >= seconds:
            return done
        if late_s < 0:
            await asyncio.sleep(-late_s)
        ecus.put(path, other(signals[path], ecus.values[path], most[path]))
        done += 1
    return done


async def measure(commands: int, seconds: float) -> Figures:
    settings = load_settings()
    profile = load_profile(settings.profile)
    database = load_database(settings.can.database, profile)
    multicast = CanSettings(
        interface="udp_multicast",
        channel=GROUP,
        options={"port": free_port(), "hop_limit": 0},
        database=settings.can.database,
    )
    async with running_broker() as broker:
        bus = Bus(BrokerSettings(host=broker.host, port=broker.port))
        observer = Observer(bus, {*profile.signals})
        ecus = EcuNetwork(database, multicast)
        running = asyncio.create_task(ecus.run())
        async with bus.running(), gateway(broker, multicast) as process:
            await asyncio.wait_for(observer.complete.wait(), 30)
            with command_times(multicast, database) as times:
                taken_ms = await latencies(bus, ecus, times, commands)
            told, cpu, began_s = observer.told, process.cpu_times(), time.monotonic()
            done = await updates(ecus, database, seconds)
            took_s, used = time.monotonic() - began_s, process.cpu_times()
            memory_mb = process.memory_info().rss / 1e6
            await asyncio.sleep(0.5)
            lost = sum(observer.values[path] != ecus.values[path] for path in profile.signals)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return Figures(
        commands=len(taken_ms),
        median_ms=statistics.median(taken_ms),
        p95_ms=sorted(taken_ms)[int(len(taken_ms) * 0.95)],
        updates=done,
        updates_per_s=done / took_s,
        told=observer.told - told,
        lost=lost,
        cpu_share=(used.user + used.system - cpu.user - cpu.system) / took_s,
        memory_mb=memory_mb,
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m hil.can.bench", description="what the CAN gateway takes")
    parser.add_argument("--commands", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--report", type=Path, help="JSON file for the figures")
    args = parser.parse_args()
    figures = asyncio.run(measure(args.commands, args.seconds))
    sys.stdout.write(
        f"command on MQTT to frame on CAN: median {figures.median_ms:.2f} ms, p95 {figures.p95_ms:.2f} ms over "
        f"{figures.commands} (target: median < {MEDIAN_MS:g} ms)\n"
        f"{figures.updates_per_s:.0f} updates/s on all signals: {100 * figures.cpu_share:.1f} % of one core, "
        f"{figures.memory_mb:.0f} MB, {figures.told} states told, {figures.lost} signals lost "
        f"(target: < {100 * CPU_SHARE:g} %)\n"
    )
    if args.report:
        args.report.write_text(json.dumps(asdict(figures), indent=1), "utf-8")
    return 0 if figures.good else 1


if __name__ == "__main__":
    sys.exit(main())
