"""What is said unasked: events on the road ahead, from `context/road`.

Severity 3 cuts short what is being said, 2 waits for its end, 1 is only shown (event `alert`). An event is spoken once,
whatever comes again under its id, and not at all once it has waited longer than its time to live.

What `value` means the contract leaves open; here a number is the limit in km/h of a `speed_limit`, the delay in minutes
of a `congestion` and the seconds left of a `red_light`, and a word is the kind of `weather`. Any other is not told.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from typing import Literal, Protocol

from cockpit.bus import Bus, topics
from cockpit.bus.payloads import RoadEvent, claimed_id, parse
from cockpit.dialog.reply import Composer
from cockpit.errors import BusError, CockpitError
from cockpit.events import Alerted, ErrorOccurred, Spoke
from cockpit.ports import EventSink
from cockpit.tts.floor import Priority
from cockpit.types import Lang

log = logging.getLogger(__name__)

Way = Literal["interrupt", "wait", "show", "nothing"]
Known = Literal["", "shown", "spoken"]

REMEMBERED = 1000
"""Event ids that are known to have come; the oldest goes."""
MAX_WAITING = 8
"""Alerts that wait to be spoken or sound; one more is shown only, and counted."""

VALUES = {"speed_limit": ("limit", "km_h"), "congestion": ("delay", "minutes"), "red_light": ("wait", "seconds")}
"""Kind to the field that its numeric value fills, and the value's unit."""
WEATHER = frozenset({"fog", "ice", "rain", "snow", "wind", "hail", "wet"})
LANES = frozenset({"left", "middle", "right", "shoulder"})
"""What has a name in the language files."""


def way(event: RoadEvent, before: Known) -> Way:
    """What to do about an event of whose id `before` is known."""
    if before == "spoken" or (before == "shown" and event.severity == 1):
        return "nothing"
    return "show" if event.severity == 1 else "wait" if event.severity == 2 else "interrupt"


def told(event: RoadEvent) -> dict[str, object]:
    """The fields of an event's text, as `Wording.say` takes them."""
    fields: dict[str, object] = {"distance": _rounded(event.distance_m)}
    if isinstance(event.lane, int):
        fields["lane"] = (event.lane, "lane")
    elif event.lane in LANES:
        fields["lane"] = event.lane
    value = event.value
    if event.kind == "weather" and value in WEATHER:
        fields["weather"] = value
    elif event.kind in VALUES and isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
        name, unit = VALUES[event.kind]
        fields[name] = (round(value), unit)
    return fields


def _rounded(distance_m: float) -> tuple[float, str]:
    """A distance as one says it: to ten metres, from 200 m to fifty, from a kilometre in tenths."""
    if distance_m >= 950:
        return round(distance_m / 1000, 1), "km"
    step = 10 if distance_m < 200 else 50
    return max(10, step * round(distance_m / step)), "m"


class Say(Protocol):
    """Speaks a text in its turn; gives whether it was heard out, and calls `started` at the first sound."""

    async def __call__(
        self, turn: str, text: str, lang: Lang, started: Callable[[], None], priority: Priority
    ) -> bool: ...


class Alerts:
    """Subscribes to road events and tells them, in one language."""

    def __init__(self, bus: Bus, vid: str, lang: Lang, composer: Composer, say: Say, sink: EventSink) -> None:
        self._lang, self._composer, self._say, self._sink = lang, composer, say, sink
        self.counters = bus.counters
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._speaking: dict[asyncio.Task[None], Priority] = {}
        bus.subscribe(topics.ROAD.filter(vid), self.on_message)

    def on_message(self, topic: str, payload: bytes, retained: bool) -> None:
        """A road event from the bus. Raises `BusError` (`bus-bad-payload`, `bus-retained-event`)."""
        if retained:
            raise BusError("retained-event", f"{topic}: nobody knows how old a retained event is")
        try:
            event = parse(RoadEvent, payload)
        except BusError as error:
            self._error(claimed_id(payload), error.code, error.message)
            raise
        self.take(event)

    def take(self, event: RoadEvent) -> None:
        """Show an event and have it spoken, as its severity says. Returns at once."""
        chosen = way(event, self._known.get(event.id, ""))
        if chosen == "nothing":
            return
        text = self.text(event)
        self._sink(Alerted(turn=event.id, lang=self._lang, text=text, severity=event.severity, kind=event.kind))
        self._know(event.id, "shown")
        if chosen == "show":
            return
        if len(self._speaking) >= MAX_WAITING:
            self.counters["alert-dropped"] += 1
            self._error(event.id, "cockpit-busy", "too many alerts wait to be spoken")
            return
        self._know(event.id, "spoken")
        priority = Priority.WARNING if chosen == "interrupt" else Priority.NOTICE
        task = asyncio.create_task(self._speak(event, text, priority), name=f"alert {event.id}")
        self._speaking[task] = priority
        task.add_done_callback(self._speaking.pop)

    def text(self, event: RoadEvent) -> str:
        said = self._composer.say(self._lang, "answer", f"alert.{event.kind}", told(event))
        return self._composer.reply([said], self._lang).text

    def _know(self, ident: str, what: Known) -> None:
        self._known[ident] = what
        self._known.move_to_end(ident)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    async def _speak(self, event: RoadEvent, text: str, priority: Priority) -> None:
        """Until it was heard; again when a warning cut it short, but never after its time to live."""
        expires_s = asyncio.get_running_loop().time() + event.ttl_s
        try:
            while not await self._spoken(event.id, text, priority, expires_s):
                if priority is Priority.WARNING or Priority.WARNING not in self._speaking.values():
                    return
        except TimeoutError:
            self.counters["alert-expired"] += 1
            self._know(event.id, "shown")
        except CockpitError as error:
            self.counters[error.code] += 1
            self._error(event.id, error.code, error.message)

    async def _spoken(self, ident: str, text: str, priority: Priority, expires_s: float) -> bool:
        """Whether `text` was heard out. Raises `TimeoutError` when it does not sound by `expires_s`."""
        sounded = heard_out = False
        try:
            async with asyncio.timeout_at(expires_s) as limit:

                def first_sound() -> None:
                    nonlocal sounded
                    sounded = True
                    limit.reschedule(None)
                    self._sink(Spoke(turn=ident, lang=self._lang, state="start"))

                heard_out = await self._say(ident, text, self._lang, first_sound, priority)
        finally:
            if sounded:
                self._sink(Spoke(turn=ident, lang=self._lang, state="end" if heard_out else "interrupted"))
        return heard_out

    def _error(self, ident: str, code: str, message: str) -> None:
        self._sink(ErrorOccurred(turn=ident, lang=self._lang, code=code, message=message))

    async def close(self) -> None:
        """Say nothing more."""
        tasks = list(self._speaking)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
