"""Faults that are taken back by doing something: begun by kind, ended by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from hil.rig.errors import RigError

Undo = Callable[[], Awaitable[None]]
Begin = Callable[[Mapping[str, Any]], Awaitable[Undo]]
"""Starts a fault with its arguments, and gives what ends it."""


class UndoableFaults:
    """`where` is what cannot do a kind that is not in `kinds`, for the error's message."""

    def __init__(self, where: str, kinds: Mapping[str, Begin]) -> None:
        self._where, self._kinds = where, kinds
        self._undo: dict[str, Undo] = {}
        self._begun: Counter[str] = Counter()

    async def begin(self, kind: str, args: Mapping[str, Any]) -> str:
        """Start a fault; gives the name by which it is ended. Raises `RigError` (`rig-unsupported`)."""
        if kind not in self._kinds:
            raise RigError("unsupported", f"{self._where} cannot do {kind}")
        self._begun[kind] += 1
        name = f"{kind}-{self._begun[kind]}"
        self._undo[name] = await self._kinds[kind](args)
        return name

    async def end(self, name: str) -> None:
        """Raises `RigError` (`rig-unknown-fault`) for one that is not on, and what ending it raises."""
        undo = self._undo.pop(name, None)
        if undo is None:
            raise RigError("unknown-fault", f"no fault {name} is on")
        await undo()

    async def clear(self) -> None:
        """End all."""
        for name in list(self._undo):
            await self.end(name)
