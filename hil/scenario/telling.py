"""What an attempt came to, in lines for a person."""

from __future__ import annotations

from collections.abc import Iterator

from hil.scenario.outcome import Attempt


def complaints(attempt: Attempt) -> Iterator[str]:
    """What was not as it should be, a line each."""
    for finding in attempt.findings:
        if not finding.ok:
            got = f": {finding.got}" if finding.got else ""
            yield f"step {finding.step + 1} {finding.level} {finding.wanted}{got}"
    for claim in attempt.claims:
        if not claim.ok:
            yield f"untrue: {claim.text!r} claims {claim.claimed}, but {claim.shown}"
    if attempt.error:
        yield attempt.error
