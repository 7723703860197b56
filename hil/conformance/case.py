"""Cases in a table, each with what the contract says, and their verdicts."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

S = TypeVar("S")
Status = Literal["passed", "failed", "skipped"]


class NonConformance(Exception):  # noqa: N818 (that is the word for it)
    """What was seen is not what the contract says."""


class NotTestable(Exception):  # noqa: N818
    """This run has not what the case needs; says what."""


def require(holds: object, otherwise: str) -> None:
    if not holds:
        raise NonConformance(otherwise)


@dataclass(frozen=True, slots=True)
class Case(Generic[S]):
    """`clause` is what the contract says; `check` raises `NonConformance` where it is not so."""

    id: str
    clause: str
    check: Callable[[S], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Verdict:
    id: str
    clause: str
    status: Status
    message: str = ""
    took_s: float = 0.0


@dataclass(slots=True)
class Table(Generic[S]):
    """Cases in the order in which they are run: one that leaves its subject dead comes last."""

    cases: list[Case[S]] = field(default_factory=list)

    def case(
        self, ident: str, clause: str
    ) -> Callable[[Callable[[S], Awaitable[None]]], Callable[[S], Awaitable[None]]]:
        def add(check: Callable[[S], Awaitable[None]]) -> Callable[[S], Awaitable[None]]:
            self.cases.append(Case(ident, clause, check))
            return check

        return add

    async def run(self, scene: S, only: Callable[[str], bool] = lambda _: True) -> list[Verdict]:
        return [await _judge(case, scene) for case in self.cases if only(case.id)]

    def __iter__(self) -> Iterator[Case[S]]:
        return iter(self.cases)


async def _judge(case: Case[S], scene: S) -> Verdict:
    began_s = time.monotonic()
    try:
        await case.check(scene)
    except NonConformance as error:
        return Verdict(case.id, case.clause, "failed", str(error), time.monotonic() - began_s)
    except NotTestable as error:
        return Verdict(case.id, case.clause, "skipped", str(error))
    return Verdict(case.id, case.clause, "passed", took_s=time.monotonic() - began_s)


def failures(verdicts: Sequence[Verdict]) -> list[Verdict]:
    return [one for one in verdicts if one.status == "failed"]
