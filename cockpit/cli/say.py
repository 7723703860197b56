"""`cockpit say` and `cockpit hear`: one utterance, typed or as a WAV, to a running service or a stand of its own."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from cockpit.bus import Bus
from cockpit.cli import pack
from cockpit.cli.options import Subcommands, add_settings, settings_of
from cockpit.config import Settings
from cockpit.errors import AudioError, BusError
from cockpit.types import LANGS, ZONES
from hil.conversation import Conversation, Exchange
from hil.standalone import standalone

CONNECT_TIMEOUT_S = 10.0


def add(subcommands: Subcommands) -> None:
    say = subcommands.add_parser("say", help="give the assistant one utterance as text")
    say.add_argument("text")
    say.add_argument("--lang", choices=LANGS, help="language of the text (default: seen from its letters)")
    hear = subcommands.add_parser("hear", help="give the assistant one utterance as a WAV file")
    hear.add_argument("file", type=Path)
    hear.add_argument("--pack", type=Path, metavar="PACK", help="hear it as an utterance of this phrase pack, here")
    for command in (say, hear):
        add_settings(command)
        command.add_argument("--zone", choices=ZONES, default="driver", help="who speaks")
        command.add_argument("--standalone", action="store_true", help="with a broker, vehicle and service of its own")
        command.add_argument("--json", action="store_true", help="print every event as a JSON line")
        command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if args.command == "hear" and args.pack is not None:
        return pack.hear(args)
    exchange = asyncio.run(_exchange(args, settings_of(args)))
    if args.json:
        for event in exchange.events:
            print(json.dumps(event, ensure_ascii=False))
    else:
        _show(exchange)
    return 0 if exchange.kind in ("done", "already", "answer", "ask") else 1


async def _exchange(args: argparse.Namespace, settings: Settings) -> Exchange:
    wav = _read(args.file) if args.command == "hear" else b""
    async with _person(args, settings) as person:
        if args.command == "hear":
            return await person.speak(wav, args.zone)
        return await person.type(args.text, args.lang, args.zone)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise AudioError("unreadable", f"cannot read {file}: {error.strerror}") from error


@asynccontextmanager
async def _person(args: argparse.Namespace, settings: Settings) -> AsyncIterator[Conversation]:
    if args.standalone:
        async with standalone(settings) as stand:
            yield stand.person
        return
    bus = Bus(settings.broker)
    person = Conversation(bus, settings.vid)
    where = f"{settings.broker.host}:{settings.broker.port}"
    async with bus.running():
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await bus.wait_connected()
                await person.online(CONNECT_TIMEOUT_S)
        except TimeoutError:
            what = "no assistant is online" if bus.connected else "no broker answers"
            raise BusError("away", f"{what} at {where}; start `cockpit run`, or try --standalone") from None
        yield person


def _show(exchange: Exchange) -> None:
    if exchange.first("transcript").get("engine") not in (None, "text"):
        print(f"heard       {exchange.heard}")
    for act in exchange.first("understood").get("acts", []):
        slots = ", ".join(f"{name} {value}" for name, value in act["slots"].items())
        print(f"understood  {act['intent']}{': ' + slots if slots else ''}")
    for action in exchange.all("action"):
        what = action.get("path") or f"{action.get('app')}.{action.get('action')}"
        print(f"{action['status']:<11} {what} {action.get('value', action.get('args', ''))}")
    for error in exchange.all("error"):
        print(f"error       {error['message']} [{error['code']}]")
    print(f"{exchange.kind:<11} {exchange.reply}")
    print("ms          " + ", ".join(f"{stage} {ms:g}" for stage, ms in exchange.timings.items()))
