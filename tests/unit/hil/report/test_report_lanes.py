"""What stands where on a timeline."""

from __future__ import annotations

import pytest

from hil.report.faults import fault_spans
from hil.report.lanes import Span, lane, language, latencies, turns
from hil.trace import Seen, Source
from tests.report_runs import attempt, bus, event, run, scenario, turn


@pytest.mark.parametrize(
    ("topic", "where"),
    [
        ("vehicle/demo/state/Vehicle/Speed", "state"),
        ("vehicle/demo/provider/simulator", "state"),
        ("vehicle/demo/set/Vehicle/Cabin/Lights", "set"),
        ("vehicle/demo/result/cockpit", "result"),
        ("app/demo/navigation/navigate", "app"),
        ("cockpit/demo/event/transcript", "event"),
        ("cockpit/demo/event/reply", "reply"),
        ("cockpit/demo/event/alert", "reply"),
        ("cockpit/demo/reply/audio/t1", "reply"),
        ("cockpit/demo/request/text", "event"),
        ("cockpit/demo/status", "event"),
        ("something", "event"),
    ],
)
def test_a_message_stands_on_the_lane_of_what_it_is(topic: str, where: str) -> None:
    assert lane(bus(0.0, topic)) == where


@pytest.mark.parametrize("source", ["can", "step", "fault", "audio", "host"])
def test_anything_else_stands_on_the_lane_of_its_source(source: Source) -> None:
    assert lane(Seen(at_s=0.0, source=source, name="vehicle/demo/state/Vehicle/Speed")) == source


def test_stages_end_with_their_events_and_are_as_long_as_the_timings_say() -> None:
    (seen,) = turns(turn(hear_ms=300.0))
    assert (seen.heard, seen.reply, seen.kind, seen.lang) == ("打开车窗", "车窗已打开。", "done", "zh")
    assert (seen.from_s, seen.to_s) == pytest.approx((0.1, 2.0))
    spans = {span.stage: (round(span.from_s, 3), round(span.to_s, 3)) for span in seen.spans}
    assert spans == {"hear": (0.3, 0.6), "understand": (0.63, 0.65), "act": (0.65, 1.05), "speak": (1.15, 1.95)}


def test_an_event_that_waited_on_its_way_stands_where_it_happened() -> None:
    early = event(0.5, "transcript", text="x")
    late = early.model_copy(update={"at_s": 0.9})
    end = event(1.0, "turn_end", timings={"hear": 100.0})
    (seen,) = turns([late, end])
    assert seen.spans == [Span("hear", pytest.approx(0.4), pytest.approx(0.5))]


def test_a_reset_or_an_alert_is_no_turn() -> None:
    assert turns([event(0.1, "reset", turn="r"), event(0.2, "alert", turn="a"), event(0.3, "duck", turn="d")]) == []


def test_turns_with_broken_payloads_do_not_stop_a_report() -> None:
    broken = [bus(0.1, "cockpit/demo/event/turn_end", turn="t", t_ms="soon", timings=["x"]), bus(0.2, "cockpit//")]
    (seen,) = turns(broken)
    assert (seen.timings, seen.spans) == ({}, [])


def test_a_language_comes_from_the_tags_or_else_from_the_replies() -> None:
    assert language(scenario("a", tags=("en", "window"))) == "en"
    assert language(scenario("a", tags=("window",))) == "zh"
    assert language(scenario("a", tags=("en", "zh"))) == "zh en"
    assert language(scenario("a", attempt(error="rig-late"), tags=())) == ""


def test_latencies_are_those_of_expectations_and_of_stages() -> None:
    found = latencies(run(scenario("a", attempt(1, took_ms=400.0), attempt(2, took_ms=600.0, hear_ms=310.0))))
    assert found["a", "2: heard 打开车窗"] == [400.0, 600.0]
    assert found["a", "turn 1: hear"] == [300.0, 310.0]
    assert ("a", "3: reply done") not in found


def fault(at_s: float, kind: str, **data: object) -> Seen:
    return Seen(at_s=at_s, source="fault", name=kind, data=data)


def test_faults_of_one_kind_are_told_apart_by_their_names() -> None:
    first, second = fault_spans(
        [
            fault(0.0, "delay", name="a", state="begun", args={"ms": 100}),
            fault(0.5, "delay", name="b", state="begun", args={"ms": 200}),
            fault(1.0, "delay", name="a", state="ended"),
        ]
    )
    assert (first.from_s, first.to_s, first.args) == (0.0, 1.0, {"ms": 100})
    assert (second.from_s, second.to_s, second.args) == (0.5, None, {"ms": 200})


def test_a_fault_without_a_name_ends_with_its_kind_and_can_come_again() -> None:
    going = [fault(0.0, "kill", args="all"), fault(1.0, "kill", state="ended"), fault(2.0, "kill")]
    assert [(span.from_s, span.to_s) for span in fault_spans(going)] == [(0.0, 1.0), (2.0, None)]


def test_the_end_of_a_fault_that_never_began_is_left_alone() -> None:
    assert fault_spans([fault(1.0, "delay", name="a", state="ended")]) == []
