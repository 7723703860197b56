"""A reply while it is written: one writes it, clause by clause, others speak and show it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from cockpit.types import Lang


class Writing:
    """Clauses in their order. Iterating gives them from the first on and waits for more until `end`."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self._clauses: list[str] = []
        self._ended = False
        self.first_s: float | None = None
        """Loop time at which the first clause was there."""
        self._changed = asyncio.Event()

    def put(self, clause: str) -> None:
        """Add a clause; an empty one is none."""
        if clause:
            if self.first_s is None:
                self.first_s = asyncio.get_running_loop().time()
            self._clauses.append(clause)
            self._changed.set()

    def end(self) -> None:
        """Nothing more comes."""
        self._ended = True
        self._changed.set()

    @property
    def begun(self) -> bool:
        return bool(self._clauses)

    @property
    def text(self) -> str:
        """All clauses so far, joined as the language does."""
        return ("" if self.lang == "zh" else " ").join(self._clauses)

    async def first(self) -> None:
        """Wait for the first clause, or the end."""
        while not self._clauses and not self._ended:
            await self._wait()

    async def __aiter__(self) -> AsyncIterator[str]:
        place = 0
        while True:
            while place < len(self._clauses):
                place += 1
                yield self._clauses[place - 1]
            if self._ended:
                return
            await self._wait()

    async def _wait(self) -> None:
        self._changed.clear()
        await self._changed.wait()
