"""What a bus may have shown, written down as a trace without one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cockpit.types import CallApp, Lang, Proposal, ReplyKind, Scalar, SetSignal, Zone
from hil.trace import Seen
from tests.unit.plan.reference_car import PROFILE

TURN = "turn-1"


class Story:
    """Entries one second apart; every signal is told at its default, or as `given` says, before anything else."""

    def __init__(self, given: Mapping[str, Scalar] | None = None, *, told: bool = True) -> None:
        self.entries: list[Seen] = []
        self._at_s = 0.0
        values = {path: signal.default for path, signal in PROFILE.signals.items()} if told else {}
        for path, value in {**values, **(given or {})}.items():
            self._add(f"vehicle/demo/state/{path.replace('.', '/')}", {"value": value})
        self.tick()

    def tick(self, seconds: float = 1.0) -> None:
        self._at_s += seconds

    def add(self, topic: str, body: Mapping[str, Any]) -> Story:
        self._add(topic, body)
        self.tick()
        return self

    def asked(self, text: str = "…", turn: str = TURN) -> Story:
        return self.add("cockpit/demo/request/text", {"id": turn, "text": text})

    def state(self, path: str, value: Scalar) -> Story:
        return self.add(f"vehicle/demo/state/{path.replace('.', '/')}", {"value": value})

    def sent(self, path: str, value: Scalar, turn: str = TURN, ident: str = "") -> str:
        ident = ident or f"c{len(self.entries)}"
        body = {"id": ident, "value": value, "turn": turn, "ttl_ms": 3000, "issuer": "cockpit"}
        self.add(f"vehicle/demo/set/{path.replace('.', '/')}", body)
        return ident

    def result(self, ident: str, status: str, code: str = "") -> Story:
        return self.add("vehicle/demo/result/cockpit", {"id": ident, "status": status, "code": code})

    def called(self, app: str, action: str, args: Mapping[str, Any], turn: str = TURN) -> str:
        ident = f"a{len(self.entries)}"
        self.add(f"app/demo/{app}/{action}", {"id": ident, "args": dict(args), "turn": turn})
        return ident

    def app_result(self, ident: str, status: str, data: Mapping[str, Any] | None = None) -> Story:
        return self.add("app/demo/result", {"id": ident, "status": status, "data": dict(data or {})})

    def event(self, name: str, turn: str = TURN, **fields: Any) -> Story:
        return self.add(f"cockpit/demo/event/{name}", {"type": name, "turn": turn, **fields})

    def replied(self, text: str, kind: ReplyKind, lang: Lang = "zh", zone: Zone = "driver", turn: str = TURN) -> Story:
        return self.event("reply", turn, text=text, kind=kind, lang=lang, zone=zone)

    def carried_out(self, proposals: Iterable[Proposal], status: str = "succeeded", *, moves: bool = True) -> Story:
        """All of them sent and answered so; the signals are what was wanted where it `moves`."""
        for proposal in proposals:
            if isinstance(proposal, CallApp):
                self.app_result(self.called(proposal.app, proposal.action, proposal.args), status)
                continue
            assert isinstance(proposal, SetSignal)
            ident = self.sent(proposal.path, proposal.value)
            if status == "succeeded" and moves:
                self.state(proposal.path, proposal.value)
            self.result(ident, status)
        return self

    def _add(self, topic: str, body: Mapping[str, Any]) -> None:
        self.entries.append(Seen(at_s=self._at_s, source="bus", name=topic, data=dict(body)))
