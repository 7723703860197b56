"""`python -m hil.rig`: look at rigs without running anything on them.

check FILE   read a rig's file and say what is where
boot FILE    bring the rig up once, say how long that took and what the assistant uses, and put it away
who NAME     who holds the rig on this machine, and whether it is marked broken
mend NAME    take the mark of a broken rig away, once it was looked at
faults       every kind of fault with its arguments
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from cockpit.errors import CockpitError
from hil.fault.kinds import kinds
from hil.rig import lease
from hil.rig.rig import open_rig
from hil.rig.rigfile import read_rig


def check(file: str) -> None:
    plan = read_rig(Path(file))
    print(f"{plan.rig.name}: {plan.rig.title or 'no title'}, kept by {plan.rig.lease.kept_by}")
    for fitting in plan.fittings:
        print(f"  {fitting.driver.role:12} {fitting.name:12} {fitting.driver.__name__}  {fitting.where!r}")


def boot(file: str) -> None:
    async def once() -> None:
        async with open_rig(Path(file)) as rig:
            print(f"{rig.name} is {rig.standing.state} after {rig.startup_s:.1f} s")
            for usage in await rig.board.usage():
                print(f"  {usage.process}: {usage.memory_mb:.0f} MB")

    asyncio.run(once())


def who(name: str) -> None:
    print(f"{name} is held by {lease.holder(name) or 'nobody'}")
    if (mark := lease.broken(name)) is not None:
        print(f"{name} broke at {mark.at:%Y-%m-%d %H:%M} UTC, used by {mark.by}: {mark.reason}")


def mend(name: str) -> None:
    mark = lease.mend(name)
    print(f"{name} was not marked" if mark is None else f"{name} may be used again; it was marked for: {mark.reason}")


def faults(_: str) -> None:
    for name, kind in kinds().items():
        print(f"{name} ({kind.layer}): {kind.does}")
        for key, argument in kind.args.items():
            limits = f", {argument.range[0]:g} to {argument.range[1]:g}" if argument.range else ""
            choice = f", one of {' '.join(argument.of)}" if argument.of else ""
            unit = f" {argument.unit}" if argument.unit else ""
            print(f"    {key} = {argument.default!r}{unit}{limits}{choice}: {argument.means}")


COMMANDS: dict[str, Callable[[str], None]] = {"check": check, "boot": boot, "who": who, "mend": mend, "faults": faults}


def main() -> int:
    raw = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m hil.rig", description=__doc__, formatter_class=raw)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("rig", nargs="?", default="", help="a rig's file, or the name of one that comes along")
    arguments = parser.parse_args()
    if not arguments.rig and arguments.command != "faults":
        parser.error(f"{arguments.command} wants a rig")
    try:
        COMMANDS[arguments.command](arguments.rig)
    except CockpitError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
