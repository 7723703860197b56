"""Runs made up for the tests of reports: small ones with everything in them, and one as large as they come."""

from __future__ import annotations

import math
import struct
import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hil.scenario.outcome import Attempt, Claim, Figure, Finding, RunOutcome, ScenarioOutcome
from hil.trace import Seen

BEGAN = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
REPLY = "车窗已打开。"
WINDOW = "Vehicle/Cabin/Door/Row1/DriverSide/Window/Position"


def write_wav(file: Path, seconds: float = 1.0, hertz: float = 330.0) -> Path:
    """A tone that swells, mono, 16 kHz."""
    count = round(16_000 * seconds)
    samples = (round(20_000 * n / count * math.sin(2 * math.pi * hertz * n / 16_000)) for n in range(count))
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16_000)
        out.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return file


def bus(at_s: float, topic: str, /, **data: Any) -> Seen:
    return Seen(at_s=at_s, source="bus", name=topic, data=data)


def event(at_s: float, name: str, /, turn: str = "t1", began_s: float = 0.1, **data: Any) -> Seen:
    t_ms = round(1000 * (at_s - began_s))
    return bus(at_s, f"cockpit/demo/event/{name}", type=name, turn=turn, lang="zh", t_ms=t_ms, **data)


def turn(hear_ms: float = 300.0) -> list[Seen]:
    """One spoken command, carried out, with a fault on the way and two sounds."""
    timings = {"hear": hear_ms, "understand": 20.0, "act": 400.0, "reply": 1000.0, "set": 600.0}
    return [
        Seen(at_s=0.0, source="fault", name="delay", data={"name": "delay-1", "state": "begun", "args": {"ms": 200}}),
        Seen(at_s=0.1, source="step", name="say", data={"text": "打开车窗", "zone": "driver"}),
        Seen(at_s=0.1, source="audio", name="said", data={"file": "said.wav", "duration_s": 1.0, "text": "打开车窗"}),
        event(0.6, "transcript", text="打开车窗", final=True),
        event(0.65, "understood", acts=[{"intent": "window.open", "slots": {}, "confidence": 1.0}]),
        bus(0.7, f"vehicle/demo/set/{WINDOW}", id="c1", value=100),
        bus(0.72, "vehicle/demo/result/cockpit", id="c1", status="accepted"),
        Seen(at_s=0.75, source="can", name="DoorCommand", data={"raw": "00ff", "Position": 100}),
        bus(0.9, f"vehicle/demo/state/{WINDOW}", value=50, ts="a"),
        bus(1.0, f"vehicle/demo/state/{WINDOW}", value=100, ts="b"),
        bus(1.02, "vehicle/demo/result/cockpit", id="c1", status="succeeded"),
        event(1.05, "action", status="done", path="Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"),
        event(1.1, "reply", text=REPLY, kind="done"),
        event(1.15, "speaking", state="start"),
        Seen(at_s=1.15, source="audio", name="reply", data={"file": "reply.wav", "duration_s": 0.8, "text": REPLY}),
        Seen(at_s=1.5, source="fault", name="delay", data={"name": "delay-1", "state": "ended"}),
        Seen(at_s=1.6, source="host", name="usage", data={"process": "assistant", "cpu": 0.5, "memory_mb": 900.0}),
        event(1.95, "speaking", state="end"),
        event(2.0, "turn_end", outcome="done", timings=timings),
    ]  # fmt: skip


def attempt(
    number: int = 1,
    *,
    ok: bool = True,
    truth: bool = True,
    error: str = "",
    hear_ms: float = 300.0,
    took_ms: float = 500.0,
) -> Attempt:
    """With a `should` that is never met."""
    if error:
        return Attempt(number=number, took_s=2.0, entries=(), findings=(), claims=(), error=error)
    findings = (
        Finding(step=2, at_s=0.6, level="must", ok=True, wanted="heard 打开车窗", took_ms=took_ms, budget_ms=1500),
        Finding(step=3, at_s=1.1, level="must", ok=ok, wanted="reply done", got="" if ok else "failed: 车窗没有动。"),
        Finding(step=4, at_s=1.1, level="should", ok=False, wanted="reply shorter than 4 letters", got="6 letters"),
    )
    shown = "Window = 100" if truth else "Window = 40"
    claim = Claim(turn="t1", at_s=1.1, text=REPLY, claimed="Window = 100", shown=shown, ok=truth)
    return Attempt(number=number, took_s=2.0, entries=tuple(turn(hear_ms)), findings=findings, claims=(claim,))


def scenario(name: str, *attempts: Attempt, **changed: Any) -> ScenarioOutcome:
    given: dict[str, Any] = {"title": f"打开车窗 {name}", "file": "hil/scenarios/window.yaml", "level": "must"}
    given |= {"tags": ("zh", "window"), "attempts": attempts or (attempt(),), **changed}
    return ScenarioOutcome(id=name, **given)


def run(*scenarios: ScenarioOutcome, hours: float = 0.0, figures: tuple[Figure, ...] = ()) -> RunOutcome:
    """`hours` after the first."""
    began = BEGAN + timedelta(hours=hours)
    return RunOutcome(rig="virtual", build="0.1.0", began=began, took_s=10.0, scenarios=scenarios, figures=figures)


def everything() -> RunOutcome:
    """One scenario of each way to end, in both languages."""
    english = {"title": "open my window", "tags": ("en", "window", "fault-delay")}
    return run(
        scenario("passes", attempt(1), attempt(2)),
        scenario("unsteady", attempt(1), attempt(2, ok=False), **english),
        scenario("lies", attempt(truth=False)),
        scenario("breaks", attempt(error="rig-late: not online"), **english),
        scenario("should-fails", attempt(ok=False), level="should"),
        figures=(
            Figure(name="CPU", unit="cores", value=0.5, limit=1.0),
            Figure(name="memory", unit="MB", value=1700.0, limit=1600.0),
            Figure(name="jitter", unit="ms", value=None, limit=5.0),
        ),
    )


def large(scenarios: int = 70, attempts: int = 3, seconds: int = 10) -> RunOutcome:
    """As `make hil` may give it: 200 state updates a second on 120 signals, and a CAN bus with 50 frames a second."""

    def flooded(number: int) -> Attempt:
        states = [
            bus(
                n / 200,
                f"vehicle/demo/state/Vehicle/Cabin/Signal{n % 120}",
                value=n % 7 / 3,
                ts=f"2026-11-28T12:00:{n}",
            )
            for n in range(200 * seconds)
        ]
        frames = [
            Seen(at_s=n / 50, source="can", name=f"Frame{n % 10}", data={"raw": f"{n:016x}", "counter": n % 16})
            for n in range(50 * seconds)
        ]
        of = attempt(number, ok=number != 2)
        entries = sorted([*of.entries, *states, *frames], key=lambda entry: entry.at_s)
        return of.model_copy(update={"entries": tuple(entries), "took_s": float(seconds)})

    once = tuple(flooded(number) for number in range(1, attempts + 1))
    return run(*(scenario(f"s{n:02}", *once) for n in range(scenarios)))


def write_run(outcome: RunOutcome, folder: Path) -> Path:
    """The folder with its run.json and the sounds of `turn`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(outcome.model_dump_json(), "utf-8")
    write_wav(folder / "said.wav")
    write_wav(folder / "reply.wav", 0.8, 220.0)
    return folder
