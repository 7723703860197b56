"""What the modem says of the link to the cloud, from `context/link`: the best that it can be, and whether it is paid
for by volume."""

from __future__ import annotations

import asyncio

from cockpit.bus import Bus, topics
from cockpit.bus.payloads import LinkReport, parse
from cockpit.router.link import ModemReport
from cockpit.runtime.tiers import Tiers


class Modem:
    """Hands the modem's reports on to the link's estimate and the probe; without any, probes and traffic tell alone."""

    def __init__(self, bus: Bus, vid: str, tiers: Tiers) -> None:
        self._tiers = tiers
        bus.subscribe(topics.LINK.filter(vid), self.on_message)

    def on_message(self, topic: str, payload: bytes, retained: bool) -> None:
        """A report from the bus, which may be a retained one: it counts for `link.modem_max_age_s` from now. Raises
        `BusError` (`bus-bad-payload`)."""
        del topic, retained
        said = parse(LinkReport, payload)
        report = ModemReport(asyncio.get_running_loop().time(), said.level, said.metered)
        self._tiers.estimator.report(report)
        if self._tiers.cloud is not None:
            self._tiers.cloud.probe.metered = said.metered
