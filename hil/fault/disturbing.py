"""What a transport fault makes of messages, one after the other: pure but for its luck, which has a seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from aiomqtt import Topic

from hil.fault.packets import Publish

Direction = Literal["to-broker", "from-broker"]
"""As the assistant sees it: what it sends, and what it is sent."""


@dataclass(frozen=True, slots=True)
class Passing:
    """A message on its way, `late_s` after it would have been there; `again` marks one that is there already."""

    message: Publish
    late_s: float = 0.0
    again: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one message: what passes now, and whether it was taken out of the stream.

    `held` is one that waits until `by` others have passed; `acknowledge` says that a lost one is acknowledged.
    """

    passing: tuple[Passing, ...]
    held: bool = False
    acknowledge: bool = False


class Disturbance:
    """One transport fault that is on, with all its arguments (`hil.fault.kinds.checked`). `hits` counts messages."""

    def __init__(self, kind: str, args: Mapping[str, Any], seed: int) -> None:
        self.kind, self.args, self.hits = kind, args, 0
        self._random = random.Random(seed)  # noqa: S311 (a network's luck)
        self._seen = 0

    def concerns(self, message: Publish, direction: Direction) -> bool:
        """Whether it is about messages like this one."""
        way = self.args.get("direction", "both")
        if way not in {"both", direction} or (self.kind == "duplicate" and message.qos == 2):
            return False
        return bool(Topic(message.topic).matches(self.args["topics"]))

    def judge(self, message: Publish) -> Verdict:
        """What becomes of the next message that it concerns."""
        if not self._strikes():
            return Verdict((Passing(message),))
        self.hits += 1
        return _JUDGES[self.kind](self, message)

    def _strikes(self) -> bool:
        self._seen += 1
        if every := self.args.get("every", 0):
            return self._seen % int(every) == 0
        return self._random.random() < float(self.args.get("share", 1))

    def _delay(self, message: Publish) -> Verdict:
        jitter = self.args["jitter_ms"]
        late_ms = self.args["ms"] + self._random.uniform(-jitter, jitter)
        return Verdict((Passing(message, max(0.0, late_ms / 1000)),))

    def _drop(self, _: Publish) -> Verdict:
        return Verdict((), acknowledge=self.args["acknowledged"])

    def _duplicate(self, message: Publish) -> Verdict:
        again = Passing(replace(message, duplicate=message.qos > 0), again=True)
        return Verdict((Passing(message), *[again] * self.args["copies"]))

    def _reorder(self, _: Publish) -> Verdict:
        return Verdict((), held=True)

    def _corrupt(self, message: Publish) -> Verdict:
        return Verdict((Passing(replace(message, payload=self._damaged(message.payload))),))

    def _damaged(self, payload: bytes) -> bytes:
        match self.args["how"]:
            case "empty":
                return b""
            case "cut":
                return payload[: len(payload) // 2]
            case "garbage":
                return self._random.randbytes(len(payload))
        damaged = bytearray(payload)
        for at in self._random.sample(range(len(payload)), min(self.args["bytes"], len(payload))):
            damaged[at] ^= self._random.randint(1, 255)
        return bytes(damaged)


_JUDGES: Mapping[str, Callable[[Disturbance, Publish], Verdict]] = {
    "delay": Disturbance._delay,  # noqa: SLF001 (its own table)
    "drop": Disturbance._drop,  # noqa: SLF001
    "duplicate": Disturbance._duplicate,  # noqa: SLF001
    "reorder": Disturbance._reorder,  # noqa: SLF001
    "corrupt": Disturbance._corrupt,  # noqa: SLF001
}
DISTURBING = tuple(_JUDGES)
