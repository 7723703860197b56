"""How fast each engine is beside the speech, and what it weighs, alone in a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from hil.speech.workbench import Json, Workbench


@dataclass(frozen=True, slots=True)
class Weighed:
    """An engine by its name in the report, what `hil.weigh` calls it, and the settings that choose it."""

    name: str
    part: str
    settings: Mapping[str, str] = field(default_factory=dict)


ENGINES = (
    Weighed("moonshine en", "asr:en"),
    Weighed("whisper en", "asr:en", {"COCKPIT_ASR__EN": "whisper"}),
    Weighed("whisper zh", "asr:zh"),
    Weighed("piper en", "tts:en"),
    Weighed("kokoro en", "tts:en", {"COCKPIT_SPEECH__EN": "kokoro"}),
    Weighed("kokoro zh", "tts:zh"),
)


def measure(bench: Workbench) -> Json:
    """`rows` by engine: resident memory over that of the program without an engine, seconds until its first result, and
    the real-time factor; `rss_mb` is that of the program alone. `failed` says why an engine is not among them."""
    rows, failed = [], []
    alone = _weigh(Weighed("none", "none"))
    for engine in bench.each(ENGINES, "engines one by one"):
        try:
            found = _weigh(engine)
        except subprocess.CalledProcessError as error:
            failed.append({"engine": engine.name, "why": (error.stderr.strip().splitlines() or ["failed"])[-1]})
            continue
        rows.append(
            {
                "engine": engine.name,
                "memory_mb": round(found["rss_mb"] - alone["rss_mb"]),
                "load_s": round(found["load_s"], 2),
                "real_time_factor": round(found["real_time_factor"], 3),
            }
        )
    return {"rows": rows, "rss_mb": round(alone["rss_mb"]), "failed": failed}


def _weigh(engine: Weighed) -> dict[str, float]:
    command = [sys.executable, "-m", "hil.weigh", engine.part]
    environment = {**os.environ, **engine.settings}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=300)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures
