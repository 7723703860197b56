from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from cockpit.bus.payloads import (
    AppResult,
    AppStatus,
    CancelRequest,
    Payload,
    Provider,
    ResetRequest,
    Result,
    State,
    TextRequest,
    claimed_id,
    dump,
    parse,
    parse_timestamp,
    timestamp,
)
from cockpit.errors import BusError


@pytest.mark.parametrize(
    ("model", "raw", "expected"),
    [
        (State, b'{"value": 22.5, "ts": "x", "more": 1}', State(value=22.5, ts="x")),
        (State, b'{"value": true, "ts": ""}', State(value=True, ts="")),
        (Result, b'{"id": "1", "status": "accepted"}', Result(id="1", status="accepted")),
        (Provider, b'{"status": "offline", "paths": []}', Provider(status="offline", paths=[])),
        (AppStatus, b'{"status": "online"}', AppStatus(status="online")),
        (AppResult, b'{"id": "1", "status": "failed", "reason": "r"}', AppResult(id="1", status="failed", reason="r")),
        (TextRequest, '{"id": "1", "text": "开窗"}'.encode(), TextRequest(id="1", text="开窗", zone="driver")),
        (TextRequest, b'{"id": "1", "text": "a", "lang": null}', TextRequest(id="1", text="a")),
        (CancelRequest, b"{}", CancelRequest()),
        (ResetRequest, b'{"id": "1"}', ResetRequest(id="1")),
    ],
)
def test_good_payloads(model: type[Payload], raw: bytes, expected: Payload) -> None:
    assert parse(model, raw) == expected


def test_the_type_of_a_value_is_kept() -> None:
    values = [parse(State, raw).value for raw in (b'{"value":1,"ts":""}', b'{"value":1.0,"ts":""}')]
    assert [type(value) for value in values] == [int, float]


@pytest.mark.parametrize(
    ("model", "raw", "key"),
    [
        (State, b'{"ts": "x"}', "value"),
        (State, b'{"value": 1}', "ts"),
        (State, b'{"value": null, "ts": ""}', "value"),
        (State, b'{"value": [1], "ts": ""}', "value"),
        (State, b'{"value": 1e999, "ts": ""}', "value"),
        (State, b'{"value": 1' + b"0" * 400 + b', "ts": ""}', "value"),
        (Result, b'{"id": 7, "status": "accepted"}', "id"),
        (Result, b'{"id": "", "status": "accepted"}', "id"),
        (Result, b'{"id": "1", "status": "done"}', "status"),
        (Provider, b'{"status": "online"}', "paths"),
        (Provider, b'{"status": "online", "paths": [1]}', "paths"),
        (AppResult, b'{"id": "1", "status": "succeeded", "data": {"a": 1e999}}', "data"),
        (AppResult, b'{"id": "1", "status": "succeeded", "data": []}', "data"),
        (TextRequest, b'{"id": "1"}', "text"),
        (TextRequest, b'{"id": "1", "text": "a", "zone": "boot"}', "zone"),
        (TextRequest, b'{"id": "1", "text": "a", "lang": "de"}', "lang"),
        (TextRequest, b'{"id": "1", "text": "' + b"a" * 1001 + b'"}', "text"),
        (TextRequest, b"[]", "payload"),
        (TextRequest, b"", "payload"),
        (TextRequest, b"not json", "payload"),
        (TextRequest, b"\xff\xfe", "payload"),
        (TextRequest, b'{"id": "1", "text": "\\ud800"}', "payload"),
        (TextRequest, b'{"id": "1", "te', "payload"),
        (TextRequest, b"[" * 100_000, "payload"),
        (CancelRequest, b'{"zone": 1}', "zone"),
    ],
)
def test_a_broken_payload_names_the_key(model: type[Payload], raw: bytes, key: str) -> None:
    with pytest.raises(BusError) as caught:
        parse(model, raw)
    assert caught.value.code == "bus-bad-payload"
    assert f"{key}: " in caught.value.message


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_are_not_finite_are_refused(number: str) -> None:
    with pytest.raises(BusError, match="value"):
        parse(State, f'{{"value": {number}, "ts": ""}}'.encode())
    with pytest.raises(BusError, match="data"):
        parse(AppResult, f'{{"id": "1", "status": "succeeded", "data": {{"a": [{number}]}}}}'.encode())


def test_finality_of_results() -> None:
    final = {s: Result(id="1", status=s).final for s in ("accepted", "in_progress", "succeeded", "failed", "rejected")}
    assert [status for status, is_final in final.items() if is_final] == ["succeeded", "failed", "rejected"]


@pytest.mark.parametrize(
    ("raw", "ident"),
    [(b'{"id": "1", "text": 7}', "1"), (b'{"id": 1}', ""), (b'{"text": "a"}', ""), (b"{", ""), (b'"1"', "")],
)
def test_the_id_of_a_broken_payload(raw: bytes, ident: str) -> None:
    assert claimed_id(raw) == ident


def test_dump_is_utf8_and_refuses_what_json_cannot_hold() -> None:
    assert dump({"text": "好", "n": 1}) == '{"text":"好","n":1}'.encode()
    for bad in ({"a": float("nan")}, {"a": {1, 2}}, {"a": "\ud800"}):
        with pytest.raises(BusError) as caught:
            dump(bad)
        assert caught.value.code == "bus-bad-payload"


def test_timestamps_are_utc_with_milliseconds() -> None:
    at = datetime(2026, 3, 1, 9, 30, 0, 5_600, timezone(timedelta(hours=8)))
    assert timestamp(at) == "2026-03-01T01:30:00.005Z"
    assert parse_timestamp("2026-03-01T01:30:00.005Z") == datetime(2026, 3, 1, 1, 30, 0, 5_000, UTC)
    assert parse_timestamp("2026-03-01T09:30:00+08:00") == datetime(2026, 3, 1, 1, 30, tzinfo=UTC)
    assert parse_timestamp("2026-03-01T01:30:00") is None
    assert parse_timestamp("yesterday") is None
