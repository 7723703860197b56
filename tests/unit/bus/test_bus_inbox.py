from __future__ import annotations

from collections import Counter

import aiomqtt

from cockpit.bus.inbox import Inbox


def message(topic: str, payload: bytes) -> aiomqtt.Message:
    return aiomqtt.Message(topic, payload, 1, False, 0, None)


def contents(inbox: Inbox) -> list[tuple[str, bytes]]:
    return [(got.topic.value, got.payload) for got in (inbox.get_nowait() for _ in range(inbox.qsize()))]


def test_a_full_inbox_keeps_the_latest_state_and_drops_the_newest_request() -> None:
    counters: Counter[str] = Counter()
    inbox = Inbox(3, ("state/#",), counters)
    for topic, payload in [("state/a", b"1"), ("request", b"1"), ("state/b", b"1")]:
        inbox.put_nowait(message(topic, payload))
    for topic, payload in [("request", b"2"), ("state/a", b"2"), ("state/c", b"2"), ("state/a", b"3")]:
        inbox.put_nowait(message(topic, payload))
    assert contents(inbox) == [("state/a", b"3"), ("request", b"1"), ("state/b", b"1")]
    assert counters == {"bus-overflow": 2, "bus-superseded": 2}


def test_an_inbox_with_room_keeps_all_in_order() -> None:
    counters: Counter[str] = Counter()
    inbox = Inbox(3, ("state/#",), counters)
    for payload in (b"1", b"2", b"3"):
        inbox.put_nowait(message("state/a", payload))
    assert [payload for _, payload in contents(inbox)] == [b"1", b"2", b"3"]
    assert not counters
