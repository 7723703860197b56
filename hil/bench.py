"""The benchmark: the service as a process of its own, measured from outside over a real broker.

Times are taken by an observer on the bus; nothing here decides over pass or fail.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import statistics
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import numpy as np
import psutil

from cockpit.bus import Bus, topics
from cockpit.config import BrokerSettings, Settings
from cockpit.profile import load_profile
from cockpit.types import LANGS, SAMPLE_RATE_HZ, Lang
from hil.broker import running_broker, stop
from hil.conversation import Conversation
from hil.demo import script
from hil.vehicle.simulator import SimulatedVehicle

TYPED: dict[Lang, tuple[str, ...]] = {
    "zh": ("温度调到{n}度", "副驾温度调到{n}度", "音量调到{n}", "打开空调，温度{n}度"),
    "en": ("set the temperature to {n}", "passenger temperature {n}", "volume {n}", "turn on the AC, {n} degrees"),
}  # fmt: skip
FRAME_MS = 64
ENGINES = ("none", "asr:zh", "asr:en", "tts:zh", "tts:en", "lm:zh", "manual:zh")


@dataclass(slots=True)
class Figures:
    """One row of the table: a quantity, its unit, and every value measured."""

    name: str
    unit: str
    values: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.values) if self.values else math.nan

    @property
    def p95(self) -> float:
        return sorted(self.values)[math.ceil(0.95 * len(self.values)) - 1] if self.values else math.nan


class Observer:
    """Sees every command and app request, and when it came (loop time)."""

    def __init__(self, bus: Bus, vid: str) -> None:
        self.seen: list[float] = []
        bus.subscribe(topics.SET.filter(vid), self._on_message)
        bus.subscribe(topics.APP_REQUEST.filter(vid), self._on_app)

    def _on_message(self, topic: str, payload: bytes, retained: bool) -> None:
        del topic, payload, retained
        self.seen.append(asyncio.get_running_loop().time())

    def _on_app(self, topic: str, payload: bytes, retained: bool) -> None:
        if not topic.endswith("/status") and not retained:
            self._on_message(topic, payload, retained)


@dataclass(frozen=True, slots=True)
class Bench:
    """The service under measurement and those who look at it."""

    process: psutil.Process
    person: Conversation
    observer: Observer
    bus: Bus
    vehicle: SimulatedVehicle
    broker: BrokerSettings
    vid: str
    begun_s: float
    """When the process was started."""

    @property
    def starting(self) -> list[Figures]:
        online, loaded = self.person.online_s - self.begun_s, self.person.loaded_s - self.begun_s
        return [
            Figures("start of the process to typed requests", "s", [online]),
            Figures("start of the process to spoken ones", "s", [loaded]),
        ]


@asynccontextmanager
async def serving(settings: Settings, *, speaks: bool = True) -> AsyncIterator[Bench]:
    """A broker, a vehicle and the service as a process, all ready."""
    async with running_broker() as broker, asyncio.TaskGroup() as group:
        vehicle = SimulatedVehicle(load_profile(settings.profile), broker.host, broker.port, settings.vid)
        address = settings.broker.model_copy(update={"host": broker.host, "port": broker.port})
        bus = Bus(address)
        person, observer = Conversation(bus, settings.vid), Observer(bus, settings.vid)
        tasks = [group.create_task(vehicle.run()), group.create_task(bus.run())]
        await vehicle.ready()
        command = [sys.executable, "-m", "cockpit", "run"]
        where = ["--broker", f"{broker.host}:{broker.port}", "--vid", settings.vid]
        env = {**os.environ, "COCKPIT_SPEECH__PUBLISH": str(speaks).lower(), "COCKPIT_SPEECH__OUTPUT": "none"}
        await bus.wait_connected()
        begun_s = asyncio.get_running_loop().time()
        service = await asyncio.create_subprocess_exec(*command, *where, env=env)
        try:
            await person.online(60)
            process = psutil.Process(service.pid)
            yield Bench(process, person, observer, bus, vehicle, address, settings.vid, begun_s)
        finally:
            await stop(service)
            for task in tasks:
                task.cancel()


async def _typed(bench: Bench, lang: Lang, rounds: int) -> Figures:
    figures = Figures(f"typed request to set, {lang}", "ms")
    for number in range(rounds):
        for text in TYPED[lang]:
            bench.observer.seen.clear()
            began = asyncio.get_running_loop().time()
            await bench.person.type(text.format(n=18 + number % 10), lang)
            figures.values += [1000 * (seen - began) for seen in bench.observer.seen[:1]]
    return figures


async def _spoken(bench: Bench, lang: Lang, rounds: int) -> list[Figures]:
    to_set, first = (
        Figures(f"end of speech to set, {lang}", "ms"),
        Figures(f"end of speech to first reply sound, {lang}", "ms"),
    )
    for number in range(rounds + 1):
        for utterance in script():
            if utterance.lang != lang:
                continue
            for path, value in utterance.expect.before.items():
                await bench.vehicle.put(path, value)
            bench.observer.seen.clear()
            began = asyncio.get_running_loop().time()
            exchange = await bench.person.speak(utterance.file.read_bytes(), utterance.zone)
            if number:
                to_set.values += [1000 * (seen - began) for seen in bench.observer.seen[:1]]
                first.values += [exchange.timings["first_audio"]] if "first_audio" in exchange.timings else []
    return [to_set, first]


async def _idle(bench: Bench, seconds: float) -> Figures:
    """CPU of the service while it listens to quiet noise, in percent of one core."""
    rng = np.random.default_rng(1)
    samples = SAMPLE_RATE_HZ * FRAME_MS // 1000
    topic = topics.AUDIO_STREAM.build(bench.vid, zone="driver")
    loop = asyncio.get_running_loop()
    before, began = sum(bench.process.cpu_times()[:2]), loop.time()
    for number in range(int(seconds * 1000 / FRAME_MS)):
        frame = (rng.normal(0, 30, samples)).astype("<i2").tobytes()
        await bench.bus.publish(topic, frame, qos=0)
        await asyncio.sleep(max(0.0, began + (number + 1) * FRAME_MS / 1000 - loop.time()))
    used = sum(bench.process.cpu_times()[:2]) - before
    return Figures("idle CPU while listening to one stream", "% of a core", [100 * used / (loop.time() - began)])


async def _weights() -> Iterable[Figures]:
    found = []
    for engine in ENGINES:
        command = [sys.executable, "-m", "hil.weigh", engine]
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        out, _ = await process.communicate()
        if process.returncode == 0:
            figures = json.loads(out.splitlines()[-1])
            found.append(Figures(f"memory, {'no engine' if engine == 'none' else engine}", "MB", [figures["rss_mb"]]))
            if engine != "none":
                found.append(Figures(f"load and first use, {engine}", "s", [figures["load_s"]]))
    return found


async def run_bench(settings: Settings, rounds: int, idle_s: float) -> list[Figures]:
    """Every figure; `rounds` times the typed sentences and, after one round unmeasured, the demo's recordings."""
    table: list[Figures] = []
    async with serving(settings) as bench:
        table += bench.starting
        for lang in LANGS:
            await _typed(bench, lang, 2)
            table.append(await _typed(bench, lang, rounds * 4))
        for lang in LANGS:
            table += await _spoken(bench, lang, rounds)
        table.append(Figures("memory of the service, all engines", "MB", [bench.process.memory_info().rss / 1e6]))
    async with serving(settings, speaks=False) as bench:
        table.append(await _idle(bench, idle_s))
    return table + list(await _weights())
