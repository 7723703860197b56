"""Drives the scripts of the golden drives with the simulated vehicle, and records: `python -m hil.drive.recording`.

The assistant, the vehicle and the broker are real and take their time. What was recorded is then written as this build
replays it, so that a fresh golden drive is its own replay.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path
from typing import Any
from uuid import uuid4

from cockpit.bus import Bus, topics
from cockpit.config import LanguageModelSettings, Settings
from cockpit.yamlfile import read_yaml
from hil.drive.format import Drive
from hil.drive.golden import GOLDEN, golden
from hil.drive.recorder import Keeping, Recorder
from hil.drive.replay import replay
from hil.standalone import Stand, standalone

SCRIPTS = GOLDEN / "scripts.yaml"
AFTER_S = 1.0
"""Recorded after the last step."""


async def recorded(steps: list[dict[str, Any]], settings: Settings, file: Path) -> None:
    """Record one drive into `file`."""
    async with standalone(settings) as stand:
        bus = Bus(settings.broker.model_copy(update={"host": stand.broker.host, "port": stand.broker.port}))
        recorder = Recorder(bus, settings.vid, file, Keeping(personal=True))
        async with bus.running(), asyncio.TaskGroup() as group:
            group.create_task(recorder.run())
            await bus.wait_connected()
            await asyncio.sleep(AFTER_S)
            for step in steps:
                await _take(step, stand)
            await asyncio.sleep(AFTER_S)
            recorder.stop()


async def _take(step: dict[str, Any], stand: Stand) -> None:
    match step:
        case {"say": text}:
            await stand.person.type(text)
        case {"put": values}:
            for path, value in values.items():
                await stand.vehicle.put(path, value)
        case {"wait": seconds}:
            await asyncio.sleep(seconds)
        case {"provider": online}:
            await stand.vehicle.provide(online=online)
        case {"fault": str(kind), **rest}:
            await stand.vehicle.begin(kind, rest)
        case {"mend": "all"}:
            await stand.vehicle.clear()
        case {"road": event}:
            topic = topics.ROAD.build(stand.vehicle.vid)
            await stand.person.bus.publish(topic, {"id": uuid4().hex, **event})
        case _:
            raise ValueError(f"{SCRIPTS}: there is no step {step}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m hil.drive.recording", description=__doc__)
    scripts: dict[str, list[dict[str, Any]]] = read_yaml(SCRIPTS)
    parser.add_argument("name", nargs="*", choices=[[], *scripts], help="of the drives to record anew (default: all)")
    args = parser.parse_args()
    settings = Settings(lm=LanguageModelSettings(model="none"))
    for name in args.name or scripts:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "drive.jsonl")
            asyncio.run(recorded(scripts[name], settings, file))
            golden(replay(Drive.read(file), settings)).write(GOLDEN / f"{name}.jsonl")


if __name__ == "__main__":
    main()
