from __future__ import annotations

import asyncio

from hil.trace import Trace


async def test_a_trace_begins_anew_and_who_waits_waits_for_what_comes_now() -> None:
    trace = Trace()
    for name in ("a", "b", "wanted"):
        trace.add("step", name)
    waiting = asyncio.create_task(trace.until(lambda seen: seen.name == "new", 5.0, since_s=0.0))
    await asyncio.sleep(0)
    before = trace.restart()
    assert [seen.name for seen in before] == ["a", "b", "wanted"]
    assert trace.entries == []
    added = trace.add("step", "new")
    assert await waiting == added
    assert added.at_s < 5.0
