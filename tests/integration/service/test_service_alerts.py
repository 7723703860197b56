"""Road events and broken ones at the whole assistant on a real broker."""

from __future__ import annotations

from typing import Any

from cockpit.bus import topics
from hil.standalone import Stand

EVENT: dict[str, Any] = {
    "id": "road-1", "kind": "roadworks", "distance_m": 800, "lane": "left", "ttl_s": 30, "severity": 3, "source": "rsu",
}  # fmt: skip


async def test_a_road_event_becomes_an_alert(stand: Stand, vid: str) -> None:
    alerted = stand.person.overhear("alert")
    await stand.person.bus.publish(topics.ROAD.build(vid), EVENT)
    event = await alerted
    assert event["text"] == "前方800米左侧车道施工，请减速。"
    assert (event["turn"], event["severity"], event["kind"]) == ("road-1", 3, "roadworks")


async def test_a_broken_road_event_is_answered_counted_and_harmless(stand: Stand, vid: str) -> None:
    failed = stand.person.overhear("error")
    await stand.person.bus.publish(topics.ROAD.build(vid), {**EVENT, "severity": 9})
    event = await failed
    assert (event["turn"], event["code"]) == ("road-1", "bus-bad-payload")
    assert "severity" in event["message"]
    assert (await stand.person.type("打开空调")).kind == "done"
    assert stand.service.bus.counters["bus-bad-payload"] == 1
