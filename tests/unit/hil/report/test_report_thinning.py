"""Floods are thinned, and what was left out is counted."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from hil.report.lanes import lane
from hil.report.thinning import KEPT, thinned
from hil.trace import Seen
from tests.report_runs import bus, turn

SPEED = "vehicle/demo/state/Vehicle/Speed"


def test_a_trace_within_the_bound_stays_whole() -> None:
    entries = [*turn(), bus(3.0, SPEED, value=1.0), bus(3.1, SPEED, value=1.0)]
    shown = thinned(entries, len(entries))
    assert shown.entries == tuple(entries)
    assert shown.left_out == {}


def test_repeats_go_first() -> None:
    same = [bus(n / 10, SPEED, value=30.0, ts=str(n)) for n in range(50)]
    other = bus(5.0, SPEED, value=31.0, ts="50")
    shown = thinned([*same, other], 10)
    assert shown.entries == (same[0], other)
    assert shown.left_out == {SPEED: (51, 2)}


def test_a_flood_is_cut_evenly_with_both_its_ends_and_spares_the_rest() -> None:
    flood = [bus(n / 100, SPEED, value=n) for n in range(1000)]
    rare = [bus(n, "vehicle/demo/state/Vehicle/Cabin/Light", value=n) for n in range(5)]
    spared = turn()
    entries = sorted([*flood, *rare, *spared], key=lambda entry: entry.at_s)
    shown = thinned(entries, 100)
    assert len(shown.entries) <= 100
    assert set(map(id, [*rare, *spared])) <= set(map(id, shown.entries))
    assert flood[0] in shown.entries
    assert flood[-1] in shown.entries
    assert [*shown.left_out] == [SPEED]


def test_even_a_storm_of_results_leaves_the_steps_in() -> None:
    storm = [bus(n / 100, "vehicle/demo/result/cockpit", id=str(n), status="failed") for n in range(1000)]
    steps = [Seen(at_s=n, source="step", name="say") for n in range(50)]
    shown = thinned([*storm, *steps], 60)
    assert set(map(id, steps)) <= set(map(id, shown.entries))
    assert len(shown.entries) == 60


NAMES = st.sampled_from(["vehicle/d/state/A", "vehicle/d/state/B", "vehicle/d/set/A", "cockpit/d/event/reply"])
ENTRIES = st.lists(
    st.one_of(
        st.builds(lambda name, value: bus(0.0, name, value=value), NAMES, st.integers(0, 3)),
        st.builds(
            lambda source: Seen(at_s=0.0, source=source, name="x"), st.sampled_from(["can", "host", "step", "fault"])
        ),
    ),
    max_size=120,
)


@given(ENTRIES, st.integers(1, 60))
def test_nothing_is_lost_silently(entries: list[Seen], most: int) -> None:
    shown = thinned(entries, most)
    numbered = iter(entries)
    assert all(any(entry is other for other in numbered) for entry in shown.entries)
    before, after = Counter(e.name for e in entries), Counter(e.name for e in shown.entries)
    assert {name: (n, after[name]) for name, n in before.items() if n != after[name]} == shown.left_out
    assert all(after[name] for name in before)
    never = [entry for entry in entries if lane(entry) in KEPT]
    assert [entry for entry in shown.entries if lane(entry) in KEPT] == never
    assert len(shown.entries) <= max(most, len(never) + len(before))
