"""How long a command's last word is waited for, on virtual time."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from cockpit.config import load_settings
from cockpit.profile import load_profile
from cockpit.types import Outcome, Permit, SetSignal
from cockpit.vehicle.command import Command, Commands, Final
from cockpit.vehicle.state import SignalStore
from cockpit.vehicle.vehicle import ConnectedVehicle
from hil.virtual_time import virtually

PROFILE = load_profile(load_settings().profile)
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"


class ScriptedPort:
    """Says `words` at their seconds after a command was sent; `done` comes with the wanted value."""

    assures = True
    connected = True

    def __init__(self, words: dict[float, str], store: SignalStore, commands: Commands) -> None:
        self.link = self
        self.disconnected: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._words, self._store, self._commands = words, store, commands

    async def run(self) -> None: ...

    async def send(self, command: Command) -> None:
        command.say("published")
        for at_s, word in self._words.items():
            asyncio.get_running_loop().call_later(at_s, self._say, command.id, word)

    def _say(self, ident: str, word: str) -> None:
        if word == "done":
            self._store.heard(WINDOW, 100)
            self._commands.settled(ident, Final("done"))
        else:
            self._commands.progressed(ident, word)


def outcome(words: dict[float, str]) -> tuple[Outcome, float]:
    """What comes of opening a window, and after how many seconds."""

    async def wanted() -> tuple[Outcome, float]:
        loop = asyncio.get_running_loop()
        store, commands = SignalStore(PROFILE, Counter()), Commands(Counter(), None)
        store.provider("car", ["Vehicle.*"])
        store.heard(WINDOW, 0)
        port = ScriptedPort(words, store, commands)
        vehicle = ConnectedVehicle(port, port, store, commands, PROFILE, 6.0, 10.5)
        began_s = loop.time()
        permit = Permit(SetSignal(WINDOW, 100), "turn", "driver", began_s + 3.0)
        return await vehicle.carry_out(permit), round(loop.time() - began_s, 2)

    return virtually(wanted())


@pytest.mark.parametrize(
    ("words", "status", "code", "after_s"),
    [
        ({0.1: "accepted", 0.2: "in_progress", 4.0: "done"}, "done", "", 4.0),
        ({0.1: "accepted", 0.2: "in_progress", 9.0: "done"}, "done", "", 9.0),
        ({0.1: "accepted", 5.9: "in_progress", 10.4: "done"}, "done", "", 10.4),
        ({0.1: "accepted", 0.2: "in_progress", 11.0: "done"}, "failed", "vehicle-moving", 10.5),
        ({0.1: "accepted", 9.0: "done"}, "failed", "vehicle-accepted", 6.0),
        ({9.0: "done"}, "failed", "vehicle-no-answer", 6.0),
    ],
)
def test_what_moves_is_waited_for_longer(words: dict[float, str], status: str, code: str, after_s: float) -> None:
    came, took_s = outcome(words)
    assert (came.status, came.code, took_s) == (status, code, after_s)
