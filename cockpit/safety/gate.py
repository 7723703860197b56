"""The only maker of permits. Pure: what it decides on is handed to it, time included.

An act is judged as a whole: all of its proposals are permitted, or none. The checks stand in `Gate.judge` in the
order in which they win; the first that finds fault decides for the whole act.
"""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.profile import PolicyRow, VehicleProfile
from cockpit.safety.policy import Facts, PolicyTable, objection
from cockpit.types import CallApp, Outcome, OutcomeStatus, Permit, Proposal, Snapshot, Zone

Finding = tuple[OutcomeStatus, str, str]
"""Status, code and reason of an outcome."""


@dataclass(frozen=True, slots=True)
class Request:
    """What one act of a turn wants. `confirmed`: a spoken yes to exactly these proposals was heard.

    `deadline_s` is the turn's (monotonic seconds); `ttl_s` is how long a command may live once permitted.
    """

    proposals: tuple[Proposal, ...]
    turn: str
    zone: Zone
    confirmed: bool
    deadline_s: float
    ttl_s: float

    def expires_s(self, now_s: float) -> float:
        return min(self.deadline_s, now_s + self.ttl_s)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Either a permit for every proposal, or an outcome for every proposal, in their order.

    All outcomes have one status. `code` is the id of a policy row or `gate-…`; a proposal without a fault of its
    own bears the finding that stopped its act.
    """

    permits: tuple[Permit, ...] = ()
    outcomes: tuple[Outcome, ...] = ()


class Gate:
    """Checks what acts want against the profile's signals, apps and policy."""

    def __init__(self, profile: VehicleProfile) -> None:
        self._profile = profile
        self._table = PolicyTable(profile)

    def judge(self, request: Request, snapshot: Snapshot, now_s: float) -> Verdict:
        """Permits that expire with the turn or after `ttl_s`, whichever is first, or what stands against them.

        A row that says never wins over a bad value and an absent provider: what is forbidden is not explained away.
        """
        case = _Case(request, self._table, Facts(self._profile, snapshot, now_s))
        for check in (
            case.unknown,
            case.forbidden,
            case.ill_valued,
            case.refused,
            case.unavailable,
            case.unconfirmed,
            case.late,
        ):
            findings = [check(proposal) for proposal in request.proposals]
            decisive = next(filter(None, findings), None)
            if decisive:
                pairs = zip(request.proposals, findings, strict=True)
                return Verdict(outcomes=tuple(Outcome(proposal, *(own or decisive)) for proposal, own in pairs))
        expires_s = request.expires_s(now_s)
        return Verdict(tuple(Permit(proposal, request.turn, request.zone, expires_s) for proposal in request.proposals))


@dataclass(frozen=True, slots=True)
class _Case:
    """One request against the facts. Each check returns its finding about one proposal, None when it has none."""

    request: Request
    table: PolicyTable
    facts: Facts

    def unknown(self, proposal: Proposal) -> Finding | None:
        profile = self.facts.profile
        if isinstance(proposal, CallApp):
            known = proposal.action in profile.apps.get(proposal.app, ())
            return None if known else ("invalid", "gate-unknown-app", f"{proposal.app}/{proposal.action}")
        signal = profile.signals.get(proposal.path)
        if signal is None:
            return "invalid", "gate-unknown-path", proposal.path
        return None if signal.kind == "actuator" else ("invalid", "gate-not-an-actuator", proposal.path)

    def forbidden(self, proposal: Proposal) -> Finding | None:
        rows = self._rows(proposal)
        return next((("refused", row.id, objection(row, self.facts)) for row in rows if row.never), None)

    def ill_valued(self, proposal: Proposal) -> Finding | None:
        if isinstance(proposal, CallApp):
            return None
        match self.facts.profile.signals[proposal.path].fault(proposal.value):
            case "type":
                return "invalid", "gate-bad-type", proposal.path
            case "range":
                return "invalid", "gate-out-of-range", proposal.path
            case _:
                return None

    def refused(self, proposal: Proposal) -> Finding | None:
        for row in self._rows(proposal):
            if reason := objection(row, self.facts):
                return "refused", row.id, reason
        return None

    def unavailable(self, proposal: Proposal) -> Finding | None:
        snapshot = self.facts.snapshot
        if isinstance(proposal, CallApp):
            return None if proposal.app in snapshot.apps else ("unavailable", "gate-app-offline", proposal.app)
        return None if snapshot.online(proposal.path) else ("unavailable", "gate-no-provider", proposal.path)

    def unconfirmed(self, proposal: Proposal) -> Finding | None:
        if self.request.confirmed:
            return None
        rows = self._rows(proposal)
        return next((("needs_confirmation", row.id, "confirm") for row in rows if row.confirm), None)

    def late(self, proposal: Proposal) -> Finding | None:
        del proposal  # the turn's deadline is the same for all
        now_s = self.facts.now_s
        return None if now_s < self.request.expires_s(now_s) else ("expired", "gate-deadline", "deadline")

    def _rows(self, proposal: Proposal) -> list[PolicyRow]:
        return self.table.applying(proposal, self.request.zone, self.facts)
