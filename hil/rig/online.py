"""Whether the assistant is there, as its status on the bus says."""

from __future__ import annotations

from cockpit.bus import topics
from hil.rig.driver import Site
from hil.trace import Seen


async def until_online(site: Site, timeout_s: float, since_s: float) -> bool:
    """Wait until the assistant has said, since `since_s` on the trace, that it is online with all its engines."""
    status = topics.STATUS.build(site.vid)

    def online(seen: Seen) -> bool:
        said = seen.data.get("status") == "online" and not seen.data.get("loading")
        return seen.source == "bus" and seen.name == status and said

    since_s = since_s if since_s <= site.trace.now_s() else 0.0  # of a trace that is over
    return await site.trace.until(online, timeout_s, since_s) is not None
