"""The demo: every recorded utterance spoken into the assistant, each turn shown live and checked against the car."""

from __future__ import annotations

import asyncio
import io
import time
import wave
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from rich.console import Console
from rich.markup import escape

from cockpit.config import Settings
from cockpit.types import Lang, Scalar, Zone
from cockpit.yamlfile import read_yaml
from hil.conversation import Event, Exchange
from hil.standalone import Stand, standalone

HERE = Path(__file__).parent
SPEECH = HERE / "speech"


class AppCall(BaseModel):
    """An app request as the demo expects it; args not named are free."""

    model_config = ConfigDict(extra="forbid")
    app: str
    action: str
    args: dict[str, Any] = Field(default_factory=dict)


class Expectation(BaseModel):
    """What an utterance must come to."""

    model_config = ConfigDict(extra="forbid")
    before: dict[str, Scalar] = Field(default_factory=dict)
    state: dict[str, Scalar] = Field(default_factory=dict)
    app: AppCall | None = None
    reply: str


@dataclass(frozen=True, slots=True)
class Utterance:
    file: Path
    text: str
    lang: Lang
    zone: Zone
    expect: Expectation


@dataclass(slots=True)
class Result:
    utterance: Utterance
    exchange: Exchange
    wrong: list[str] = field(default_factory=list)


def script() -> list[Utterance]:
    """The demo's utterances in order."""
    expected = read_yaml(HERE / "demo.yaml")
    listed = read_yaml(SPEECH / "manifest.yaml")["utterances"]
    return [
        Utterance(
            SPEECH / row["file"],
            row["text"],
            row["lang"],
            row["zone"],
            Expectation.model_validate(expected[row["file"]]),
        )
        for row in listed
    ]


def check(utterance: Utterance, exchange: Exchange, values: dict[str, Scalar]) -> list[str]:
    """What is wrong with a turn; `values` is what the vehicle itself holds after it."""
    expect, wrong = utterance.expect, []
    if exchange.kind != expect.reply:
        wrong.append(f"the reply is {exchange.kind or 'missing'}, not {expect.reply}")
    wrong += [
        f"{path} is {values.get(path)!r}, not {want!r}"
        for path, want in expect.state.items()
        if values.get(path) != want
    ]
    if expect.app is not None and not any(_is_call(expect.app, action) for action in exchange.all("action")):
        wrong.append(f"no {expect.app.app}.{expect.app.action} was carried out")
    return wrong


def _is_call(call: AppCall, action: Event) -> bool:
    same = (action.get("app"), action.get("action"), action.get("status")) == (call.app, call.action, "done")
    return same and all(action.get("args", {}).get(name) == value for name, value in call.args.items())


async def run_demo(settings: Settings, out: Path, console: Console) -> list[Result]:
    """Speak the whole script; reply WAVs go to `out`. Raises what `standalone` raises."""
    began = time.monotonic()
    await asyncio.to_thread(out.mkdir, parents=True, exist_ok=True)
    speech = settings.speech.model_copy(update={"publish": True})
    results: list[Result] = []
    first_reply_s = 0.0
    utterances = script()
    async with standalone(settings.model_copy(update={"speech": speech}), Screen(console).show) as stand:
        console.print(f"broker {stand.broker.kind} on port {stand.broker.port}, simulated vehicle and assistant are up")
        for number, utterance in enumerate(utterances, start=1):
            console.rule(escape(f"{number}/{len(utterances)}  {utterance.zone}: {utterance.text}"), align="left")
            result = await _say(stand, utterance, out)
            first_reply_s = first_reply_s or time.monotonic() - began
            results.append(result)
            for fault in result.wrong:
                console.print(f"[red]wrong[/]       {escape(fault)}")
    _summarise(results, first_reply_s, time.monotonic() - began, out, console)
    return results


async def _say(stand: Stand, utterance: Utterance, out: Path) -> Result:
    for path, value in utterance.expect.before.items():
        await stand.vehicle.put(path, value)
    exchange = await stand.person.speak(utterance.file.read_bytes(), utterance.zone)
    if exchange.wavs:
        (out / f"{utterance.file.stem}-reply.wav").write_bytes(joined(exchange.wavs))
    wrong = check(utterance, exchange, stand.vehicle.values)
    if not exchange.wavs:
        wrong.append("the reply was not spoken")
    return Result(utterance, exchange, wrong)


def joined(wavs: list[bytes]) -> bytes:
    """The slices of one reply, which are alike in form, as one WAV file."""
    whole = io.BytesIO()
    with wave.open(whole, "wb") as out:
        for wav in wavs:
            with wave.open(io.BytesIO(wav)) as part:
                if wav is wavs[0]:
                    out.setparams(part.getparams())
                out.writeframes(part.readframes(part.getnframes()))
    return whole.getvalue()


class Screen:
    """Prints each event of a turn as it comes."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def show(self, event: Event) -> None:
        """One line for what a person wants to see; the rest is left to the event log."""
        for label, text in _lines(event):
            self._console.print(f"[dim]{event['t_ms']:>6} ms[/] [bold]{label:<11}[/] {escape(text)}", highlight=False)


def _lines(event: Event) -> Iterable[tuple[str, str]]:
    kind = event["type"]
    if kind == "transcript":
        yield "heard", f"{event['text']}  ({event['engine']}, {event['lang']})"
    elif kind == "understood":
        for act in event["acts"]:
            yield "understood", f"{act['intent']} {_slots(act['slots'])}"
    elif kind == "action":
        what = event.get("path") or f"{event.get('app')}.{event.get('action')}"
        value = event.get("value", event.get("args"))
        label = "published" if event["status"] == "published" else "vehicle"
        yield label, f"{what} = {value}" if label == "published" else f"{event['status']}: {what}"
    elif kind == "reply":
        yield "reply", f"{event['text']}  ({event['kind']})"
    elif kind == "turn_end":
        yield "stages", "  ".join(f"{stage} {ms:.0f}" for stage, ms in event["timings"].items())
    elif kind == "error":
        yield "error", f"{event['message']} [{event['code']}]"


def _slots(slots: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in slots.items())


def _summarise(results: list[Result], first_s: float, total_s: float, out: Path, console: Console) -> None:
    console.rule()
    for lang in ("zh", "en"):
        mine = [result for result in results if result.utterance.lang == lang]
        right = sum(not result.wrong for result in mine)
        console.print(f"{lang}: {right} of {len(mine)} turns right")
    console.print(
        f"first spoken reply {first_s:.1f} s after the start, everything {total_s:.1f} s; replies are in {out}"
    )
