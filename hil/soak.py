"""Load and soak: `python -m hil.soak [--turns 1000] [--rigs 20] [--updates 200] [--out FILE]`.

One assistant as a process of its own takes typed turns one after the other, while its vehicle reports every signal in
turn, `updates` a second, and further rigs on the same broker do what rigs do: each a vehicle with its apps, one who
subscribes to all that an assistant does, and a screen that shows its events. From time to time the outside temperature
gets a new value and is asked for, so that a state that was lost or came too late is heard.

The further rigs come in four lots, one a quarter of the turns, so that it is seen how latency grows with the load.

Told per hundred turns: clients on the broker, latency and memory. Exit status 1 when a turn was lost or answered wrong,
a state was not the latest, or memory grew by more than `MOST_GROWTH_MB`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

from cockpit.bus import Bus
from cockpit.config import BrokerSettings, Settings, load_settings
from cockpit.profile import VehicleProfile, load_profile
from cockpit.types import Lang
from hil.bench import Bench, serving
from hil.conversation import Exchange
from hil.vehicle.simulator import SimulatedVehicle

OUTSIDE = "Vehicle.Exterior.AirTemperature"
ASK_EVERY = 20
"""Turns from one question for the outside temperature to the next."""
STEP = 100
MOST_GROWTH_MB = 10.0
"""Of memory that no other process shares (unique set) in a thousand turns, by a line through all but the first `STEP`
turns, in which caches fill."""
LOTS = 4
COMMANDS: tuple[tuple[Lang, str], ...] = (
    ("zh", "温度调到{n}度"),
    ("en", "set the temperature to {n}"),
    ("zh", "音量调到{n}"),
    ("en", "open the window"),
    ("zh", "关上车窗"),
    ("zh", "打开座椅加热，温度{n}度"),
    ("en", "turn off the seat heating"),
    ("zh", "导航去虹桥机场"),
    ("en", "play some jazz"),
    ("zh", "打开空调"),
)
QUESTIONS: tuple[tuple[Lang, str], ...] = (("zh", "外面多少度"), ("en", "what is the temperature outside"))
FINE = frozenset({"done", "already", "answer"})


@dataclass(frozen=True, slots=True)
class Hundred:
    """`STEP` turns: clients on the broker at their end, milliseconds from request to end, the assistant's memory in MB,
    its CPU in shares of a core."""

    turns: int
    clients: int
    median_ms: float
    p95_ms: float
    memory_mb: float
    cpu: float


@dataclass(slots=True)
class Soak:
    """What came of it. `lost` are turns without an end, `wrong` those with another reply than they should have had,
    `updates_hz` what the vehicle under test really published."""

    hundreds: list[Hundred] = field(default_factory=list)
    lost: int = 0
    wrong: list[str] = field(default_factory=list)
    updates_hz: float = 0.0

    @property
    def growth_mb(self) -> float:
        """Memory in a thousand turns."""
        rest = self.hundreds[1:]
        if len(rest) < 2:
            return 0.0
        slope, _ = np.polyfit([one.turns for one in rest], [one.memory_mb for one in rest], 1)
        return float(1000 * slope)

    @property
    def passed(self) -> bool:
        return not self.lost and not self.wrong and self.growth_mb <= MOST_GROWTH_MB


@dataclass(slots=True)
class Crowd:
    """Rigs beside the one under test; ends with `group`."""

    broker: BrokerSettings
    profile: VehicleProfile
    group: asyncio.TaskGroup
    clients: int
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    rigs: int = 0

    async def grow(self, rigs: int) -> None:
        """Until there are so many."""
        while self.rigs < rigs:
            vid = f"beside{self.rigs}"
            vehicle = SimulatedVehicle(self.profile, self.broker.host, self.broker.port, vid)
            self.tasks.append(self.group.create_task(vehicle.run()))
            assistant = (f"vehicle/{vid}/#", f"app/{vid}/#", f"cockpit/{vid}/request/#")
            for subscribed in (assistant, (f"cockpit/{vid}/event/#",)):
                bus = Bus(self.broker)
                for one in subscribed:
                    bus.subscribe(one, lambda *_: None, latest=True)
                self.tasks.append(self.group.create_task(bus.run()))
                await bus.wait_connected()
                self.clients += 1
            await vehicle.ready()
            self.clients += 1 + len(vehicle.apps)
            self.rigs += 1


async def soak(settings: Settings, turns: int, rigs: int, updates_hz: float) -> Soak:
    """Raises `TimeoutError` when the assistant does not come up."""
    found = Soak()
    async with serving(settings, speaks=False) as bench, asyncio.TaskGroup() as group:
        vehicle = bench.vehicle
        loading = group.create_task(vehicle.load(updates_hz, signals=len(vehicle.values)))
        crowd = Crowd(bench.broker, load_profile(settings.profile), group, clients=3 + len(vehicle.apps))
        began, before = asyncio.get_running_loop().time(), vehicle.updates
        await _turns(bench, turns, found, crowd, rigs - 1)
        found.updates_hz = (vehicle.updates - before) / (asyncio.get_running_loop().time() - began)
        for task in (loading, *crowd.tasks):
            task.cancel()
    return found


async def _turns(bench: Bench, turns: int, found: Soak, crowd: Crowd, rigs: int) -> None:
    loop, took_ms = asyncio.get_running_loop(), list[float]()
    bench.process.cpu_percent()
    for number in range(1, turns + 1):
        await crowd.grow(rigs * (1 + (number - 1) * LOTS // turns) // LOTS)
        began = loop.time()
        try:
            asking = number % ASK_EVERY == 0
            wrong = await (_ask(bench, number) if asking else _command(bench, number))
            found.wrong += [wrong] if wrong else []
        except TimeoutError:
            found.lost += 1
        took_ms.append(1000 * (loop.time() - began))
        if number % STEP == 0 or number == turns:
            found.hundreds.append(_hundred(number, crowd.clients, took_ms, bench.process))
            took_ms.clear()


async def _command(bench: Bench, number: int) -> str:
    lang, text = COMMANDS[number % len(COMMANDS)]
    heard = await bench.person.type(text.format(n=18 + number % 10), lang)
    return "" if _one_fine_reply(heard) else f"{text}: {heard.kind} {heard.reply}"


async def _ask(bench: Bench, number: int) -> str:
    """Whether the newest value is known: it is asked for right after it was published."""
    wanted = float(number % 37)
    await bench.vehicle.put(OUTSIDE, wanted)
    lang, text = QUESTIONS[number // ASK_EVERY % len(QUESTIONS)]
    heard = await bench.person.type(text, lang)
    right = _one_fine_reply(heard) and f"{wanted:g}" in heard.reply
    return "" if right else f"{text}: {heard.reply}, not {wanted:g}"


def _one_fine_reply(heard: Exchange) -> bool:
    return heard.kind in FINE and len(heard.all("reply")) == 1 and len(heard.all("turn_end")) == 1


def _hundred(turns: int, clients: int, took_ms: list[float], process: psutil.Process) -> Hundred:
    ordered = sorted(took_ms)
    p95 = ordered[-(-95 * len(ordered) // 100) - 1]
    memory_mb = process.memory_full_info().uss / 1e6
    return Hundred(turns, clients, statistics.median(ordered), p95, memory_mb, process.cpu_percent() / 100)


def show(found: Soak, console: Console) -> None:
    table = Table(
        "turns", "clients", "median ms", "p95 ms", "memory MB", "CPU, cores", title="request to the end of its turn"
    )
    for one in found.hundreds:
        table.add_row(
            str(one.turns),
            str(one.clients),
            f"{one.median_ms:.0f}",
            f"{one.p95_ms:.0f}",
            f"{one.memory_mb:.0f}",
            f"{one.cpu:.2f}",
        )
    console.print(table)
    console.print(
        f"{found.updates_hz:.0f} updates a second; {found.lost} turns lost, "
        f"{len(found.wrong)} wrong; memory {found.growth_mb:+.1f} MB in 1,000 turns"
    )
    for wrong in found.wrong[:20]:
        console.print(f"wrong: {wrong}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m hil.soak", description="many turns under load")
    parser.add_argument("--turns", type=int, default=1000)
    parser.add_argument("--rigs", type=int, default=20, help="rigs on the broker, the one under test among them")
    parser.add_argument("--updates", type=float, default=200.0, help="state updates a second of the vehicle under test")
    parser.add_argument("--out", type=Path, help="JSON file of all figures")
    args = parser.parse_args()
    found = asyncio.run(soak(load_settings(), args.turns, args.rigs, args.updates))
    show(found, Console())
    if args.out is not None:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text(json.dumps({**asdict(found), "growth_mb": found.growth_mb}, indent=1), "utf-8")
    return 0 if found.passed else 1


if __name__ == "__main__":
    sys.exit(main())
