"""`python -m hil.weaknet --to 127.0.0.1:8080 --fault drip`: put a bad network before a server, until interrupted."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from dataclasses import replace

from hil.weaknet.faults import FAULTS, Fault, saying
from hil.weaknet.proxy import WeakNet


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m hil.weaknet", description=__doc__)
    parser.add_argument("--to", default="127.0.0.1:8080", metavar="HOST:PORT", help="the server behind it")
    parser.add_argument("--listen", type=int, default=0, metavar="PORT", help="where clients connect (any free port)")
    parser.add_argument("--fault", choices=sorted(FAULTS), default="good")
    parser.add_argument("--delay", type=float, metavar="S", help="one way, on top of the fault")
    parser.add_argument("--loss", type=float, metavar="SHARE", help="of pieces, on top of the fault")
    parser.add_argument("--say", metavar="TEXT", help="answer this in the server's place")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def _fault(arguments: argparse.Namespace) -> Fault:
    fault = saying(arguments.say) if arguments.say is not None else FAULTS[arguments.fault]
    if arguments.delay is not None:
        fault = replace(fault, delay_s=arguments.delay)
    return fault if arguments.loss is None else replace(fault, loss=arguments.loss)


async def _run(arguments: argparse.Namespace) -> None:
    host, _, port = arguments.to.rpartition(":")
    async with WeakNet(host, int(port), _fault(arguments), seed=arguments.seed, listen=arguments.listen) as net:
        print(f"{net.url} → {arguments.to}: {arguments.fault}", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(_arguments()))
