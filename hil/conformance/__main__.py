"""`python -m hil.conformance vehicle|assistant`: the suite against what is on a broker.

Exit status 0 when nothing failed, 1 when something did, 2 when there was nothing to test.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiomqtt
from rich.console import Console

from cockpit.config import ROOT
from cockpit.profile import load_profile
from hil.conformance import assistant, vehicle
from hil.conformance.case import NonConformance, Verdict, failures
from hil.conformance.probe import Address
from hil.conformance.report import show, write_junit
from hil.conformance.scene import vehicle_scene
from hil.conformance.stage import staging
from hil.weaknet.proxy import WeakNet

AWAY_S = 1.0
"""How long a cut connection stays so."""

Hand = Callable[[], Awaitable[None]] | None


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="python -m hil.conformance", description=__doc__)
    top.add_argument("side", choices=["vehicle", "assistant"])
    top.add_argument("--host", default="127.0.0.1")
    top.add_argument("--port", type=int, default=1883)
    top.add_argument("--vid", default="demo")
    top.add_argument("--profile", type=Path, default=ROOT / "cockpit" / "profiles" / "reference.yaml")
    top.add_argument("--lang", choices=["zh", "en"], default="zh", help="what the assistant is spoken to in")
    top.add_argument("--timeout", type=float, default=20.0, metavar="S", help="longest wait for an answer")
    top.add_argument("--only", default="", metavar="REGEX", help="cases whose id matches")
    top.add_argument("--crash", metavar="COMMAND", help="ends what is tested as losing its power does")
    top.add_argument("--via", type=int, metavar="PORT", help="listen here for the assistant, to cut its connection")
    top.add_argument("--junit", type=Path, metavar="FILE")
    return top


async def run(args: argparse.Namespace) -> list[Verdict]:
    """All cases of one side. Raises `TimeoutError` when it is not there, `aiomqtt.MqttError` without a broker."""
    address, profile = Address(args.host, args.port), load_profile(args.profile)
    only = re.compile(args.only).search
    async with AsyncExitStack() as stack:
        crash = _command(args.crash)
        if args.side == "vehicle":
            scene = vehicle_scene(address, args.vid, profile, crash, args.timeout)
            return await vehicle.CASES.run(await stack.enter_async_context(scene), lambda one: bool(only(one)))
        interrupt = None if args.via is None else await stack.enter_async_context(cutting(address, args.via))
        stage = staging(
            address,
            args.vid,
            profile,
            lang=args.lang,
            timeout_s=args.timeout,
            interrupt=interrupt,
            crash=crash,
        )
        return await assistant.CASES.run(await stack.enter_async_context(stage), lambda one: bool(only(one)))


@asynccontextmanager
async def cutting(address: Address, listen: int) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """A way to the broker on port `listen` that is cut for a second by what is given."""
    way = WeakNet(address.host, address.port, listen=listen)

    async def cut() -> None:
        await way.__aexit__()
        await asyncio.sleep(AWAY_S)
        await way.__aenter__()

    async with way:
        yield cut


def _command(command: str | None) -> Hand:
    if command is None:
        return None

    async def call() -> None:
        process = await asyncio.create_subprocess_shell(command)
        await process.wait()

    return call


def main(arguments: Sequence[str] | None = None) -> int:
    args = parser().parse_args(arguments)
    console = Console()
    try:
        verdicts = asyncio.run(run(args))
    except (TimeoutError, aiomqtt.MqttError, NonConformance) as error:
        console.print(f"nothing to test: {error}", style="bold red")
        return 2
    show(args.side, verdicts, console)
    if args.junit is not None:
        write_junit(args.side, verdicts, args.junit)
    return 1 if failures(verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
