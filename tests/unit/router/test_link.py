"""The link as probes and traffic show it: levels, hysteresis, flapping, the modem's word."""

from __future__ import annotations

import pytest

from cockpit.router.link import LinkEstimator, ModemReport
from cockpit.router.policy import LinkPolicy
from cockpit.types import LinkSample

POLICY = LinkPolicy()


def fed(*samples: tuple[float, float | None]) -> LinkEstimator:
    """An estimator after samples (seconds, round trip or None for a failure)."""
    estimator = LinkEstimator(POLICY)
    for at_s, rtt_ms in samples:
        estimator.add(LinkSample(at_s, rtt_ms, ok=rtt_ms is not None))
    return estimator


def steady(rtt_ms: float, until_s: int) -> list[tuple[float, float | None]]:
    return [(float(second), rtt_ms) for second in range(until_s)]


def test_nothing_known_is_no_link() -> None:
    assert LinkEstimator(POLICY).link(0.0).level == "none"


@pytest.mark.parametrize(("rtt_ms", "level"), [(40.0, "good"), (249.0, "good"), (700.0, "weak")])
def test_levels_by_round_trip(rtt_ms: float, level: str) -> None:
    link = fed(*steady(rtt_ms, 10)).link(10.0)
    assert (link.level, link.rtt_ms, link.loss) == (level, rtt_ms, 0.0)


def test_one_answer_is_a_weak_link_at_once() -> None:
    assert fed((0.0, 50.0)).link(0.1).level == "weak"


def test_a_link_between_the_thresholds_stays_what_it_was() -> None:
    estimator = fed(*steady(60.0, 10), *[(10.0 + n, 300.0) for n in range(30)])
    assert estimator.link(40.0).level == "good"
    assert fed(*steady(300.0, 30)).link(30.0).level == "weak"


def test_failures_in_a_row_are_no_link_at_once() -> None:
    estimator = fed(*steady(60.0, 10), (10.0, None), (10.5, None))
    assert estimator.link(10.6).level != "none"
    estimator.add(LinkSample(11.0, None, ok=False))
    assert estimator.link(11.0).level == "none"


def test_after_an_outage_the_link_must_hold_before_it_is_believed() -> None:
    outage = [(10.0 + n, None) for n in range(40)]
    estimator = fed(*steady(60.0, 10), *outage)
    estimator.add(LinkSample(50.0, 60.0, ok=True))
    assert estimator.link(50.0).level == "none"
    for second in range(51, 90):
        estimator.add(LinkSample(float(second), 60.0, ok=True))
    assert estimator.link(90.0).level == "good"


def test_a_flapping_link_is_never_called_good() -> None:
    """Two probes answered, one lost, for two minutes: the router would else try the cloud and give up by turns."""
    estimator = LinkEstimator(POLICY)
    seen = set()
    for second in range(120):
        ok = second % 3 != 2
        estimator.add(LinkSample(float(second), 80.0 if ok else None, ok=ok))
        if second > 5:
            seen.add(estimator.link(float(second)).level)
    assert seen == {"weak"}


def test_a_link_that_comes_and_goes_every_few_seconds_stays_none() -> None:
    estimator = fed(*steady(60.0, 5))
    seen = set()
    for second in range(5, 125):
        ok = second % 8 >= 4
        estimator.add(LinkSample(float(second), 60.0 if ok else None, ok=ok))
        if second >= 10:
            seen.add(estimator.link(float(second)).level)
    assert seen == {"none"}


def test_silence_is_no_link() -> None:
    assert fed(*steady(60.0, 10)).link(10.0 + POLICY.window_s).level == "none"


def test_the_modem_can_only_make_it_worse_and_is_forgotten() -> None:
    estimator = fed(*steady(60.0, 10))
    estimator.report(ModemReport(10.0, "weak", metered=True))
    assert estimator.link(10.0).level == "weak"
    assert estimator.metered(10.0)
    assert not estimator.metered(10.1 + POLICY.modem_max_age_s)
    nothing_heard = LinkEstimator(POLICY)
    nothing_heard.report(ModemReport(0.0, "good"))
    assert nothing_heard.link(0.0).level == "none"


def test_an_answer_without_a_round_trip_counts_as_an_answer_only() -> None:
    estimator = LinkEstimator(POLICY)
    for second in range(5):
        estimator.add(LinkSample(float(second), None, ok=True))
    link = estimator.link(5.0)
    assert (link.level, link.rtt_ms) == ("weak", None)
