"""Events of what is decided and what comes of it when something is talked about."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from cockpit.errors import CockpitError
from cockpit.events import Receipted
from cockpit.router.receipt import Receipt
from cockpit.router.route import Route
from cockpit.runtime.answers import Asked
from cockpit.runtime.turn import Telling


@dataclass(slots=True)
class Talked:
    """Satisfies `talking.Listens`. What comes when its turn is over is dropped."""

    telling: Telling

    def routed(self, asked: Asked, decided: Route) -> None:
        if (turn := self.telling.turn(asked.turn)) is not None:
            self.telling.routed(turn, decided.tier, decided.reason, decided.link, decided.complexity)

    def receipted(self, asked: Asked, receipt: Receipt) -> None:
        if (turn := self.telling.turn(asked.turn)) is not None:
            fields = asdict(receipt)
            kept = {name: fields[name] for name in ("part", "situation", "route", "answered", "first_ms", "cost")}
            self.telling.emit(turn, Receipted, **kept)

    def failed(self, asked: Asked, error: CockpitError) -> None:
        if (turn := self.telling.turn(asked.turn)) is not None:
            self.telling.error(turn, error.code, error.message)
