"""One lane per zone: its turns run one after the other, those of different zones side by side."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Protocol

from cockpit.runtime.runner import TurnRunner
from cockpit.runtime.turn import Turn
from cockpit.types import ZONES, Zone


class Voice(Protocol):
    """Whatever sounds at the moment."""

    async def hold(self) -> bool:
        """Be silent within 100 ms, and remember where; False where nothing sounds."""

    def resume(self) -> None:
        """Go on after `hold`."""


class Lanes:
    """Queues turns by zone. A queue holds `size` turns; one more is turned away by the caller (`submit` is False)."""

    def __init__(self, runner: TurnRunner, voice: Voice, size: int) -> None:
        self._runner, self._voice = runner, voice
        self._queues: dict[Zone, asyncio.Queue[Turn]] = {zone: asyncio.Queue(size) for zone in ZONES}
        self._current: dict[Zone, tuple[Turn, asyncio.Task[None]]] = {}
        self._last_s = float("-inf")
        self._holding: asyncio.Future[bool] | None = None

    def submit(self, turn: Turn) -> bool:
        """Queue a turn; speech under way in its zone stops for it. False when the lane is full."""
        try:
            self._queues[turn.zone].put_nowait(turn)
        except asyncio.QueueFull:
            return False
        self.hush_zone(turn.zone)
        return True

    def speaking(self, zone: Zone) -> bool:
        """Whether a reply to `zone` sounds."""
        return zone in self._current and self._current[zone][0].sounding

    def hold(self, zone: Zone) -> None:
        """Be silent in `zone` until `resume` or `hush_zone`."""
        if self.speaking(zone):
            self._holding = asyncio.ensure_future(self._voice.hold())

    def resume(self, zone: Zone) -> None:
        if self.speaking(zone) and self._holding is not None:
            self._holding.add_done_callback(lambda _: self._voice.resume())
            self._holding = None

    def hush_zone(self, zone: Zone) -> None:
        """Give up the speech that answers `zone`, whether it sounds already or not (barge-in)."""
        current = self._current.get(zone)
        if current is not None and current[0].speech is not None:
            current[0].speech.cancel()

    def cancel(self, zone: Zone | None) -> int:
        """Stop speech and the turn under way in `zone`, or in all; gives how many turns were cancelled."""
        chosen = [zone] if zone is not None else list(self._current)
        cancelled = 0
        for name in chosen:
            if name in self._current:
                self._current[name][1].cancel()
                cancelled += 1
        return cancelled

    async def quiet(self, seconds: float) -> None:
        """Return when no turn has run for `seconds`."""
        loop = asyncio.get_running_loop()
        while True:
            waited_s = loop.time() - self._last_s
            if not self._current and waited_s >= seconds:
                return
            await asyncio.sleep(seconds if self._current else seconds - waited_s)

    async def run(self) -> None:
        """Work off every lane until cancelled."""
        async with asyncio.TaskGroup() as group:
            for zone in ZONES:
                group.create_task(self._work(zone), name=f"lane {zone}")

    async def _work(self, zone: Zone) -> None:
        while True:
            turn = await self._queues[zone].get()
            task = asyncio.create_task(self._runner.run(turn), name=f"turn {turn.id}")
            self._current[zone] = (turn, task)
            try:
                await asyncio.wait({task})
            except asyncio.CancelledError:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
                raise
            finally:
                del self._current[zone]
                self._last_s = asyncio.get_running_loop().time()
