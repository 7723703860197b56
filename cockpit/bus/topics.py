"""Every topic of the bus contract in one table, and the way from a topic to its parts and back.

A part named `path` is a VSS path: dots in the program, slashes on the bus, and always the last part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from cockpit.errors import BusError

Direction = Literal["in", "out"]
"""As the assistant sees it."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One row of the contract. `template` names its parts in braces; `{vid}` is the vehicle id."""

    template: str
    direction: Direction
    qos: Literal[0, 1]
    retain: bool
    description: str

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(re.findall(r"\{(\w+)\}", self.template))

    def build(self, vid: str, **parts: str) -> str:
        """The topic with its parts filled in. Raises `BusError` (`bus-bad-topic`) for a part that cannot stand in
        a topic: empty, or with a wildcard, a level separator or a control character in it."""
        values = {"vid": vid, **parts}
        for name, value in values.items():
            if not value or re.search(r"[/+#\x00-\x1f\x7f]", value):
                raise BusError("bad-topic", f"{name} {value!r} cannot be part of a topic")
        if "path" in values:
            values["path"] = values["path"].replace(".", "/")
        return self.template.format(**values)

    def filter(self, vid: str, **parts: str) -> str:
        """The subscription that matches this row for one vehicle, or only those with `parts`."""
        template = self.template.replace("{vid}", vid)
        for name, value in parts.items():
            template = template.replace(f"{{{name}}}", value)
        return re.sub(r"\{\w+\}", "+", template.replace("{path}", "#"))

    def parse(self, topic: str) -> dict[str, str]:
        """The parts of a topic of this row, `vid` among them. Raises `BusError` (`bus-bad-topic`) for another's."""
        match = _pattern(self.template).fullmatch(topic)
        if match is None:
            raise BusError("bad-topic", f"{topic!r} is not {self.template}")
        parts = match.groupdict()
        if "path" in parts:
            parts["path"] = parts["path"].replace("/", ".")
        return parts


@lru_cache
def _pattern(template: str) -> re.Pattern[str]:
    """The template as a regular expression with one named group a part."""
    pieces = re.split(r"\{(\w+)\}", template)
    named = (f"(?P<{name}>{'.+' if name == 'path' else '[^/]+'})" for name in pieces[1::2])
    literals = map(re.escape, pieces[0::2])
    return re.compile("".join(text + group for text, group in zip(literals, [*named, ""], strict=True)))


STATE = Topic("vehicle/{vid}/state/{path}", "in", 1, True, "current value of a signal")
SET = Topic("vehicle/{vid}/set/{path}", "out", 1, False, "wanted value of an actuator")
RESULT = Topic("vehicle/{vid}/result/{issuer}", "in", 1, False, "what becomes of a wanted value")
PROVIDER = Topic("vehicle/{vid}/provider/{name}", "in", 1, True, "who serves which signals, and whether it is up")

APP_REQUEST = Topic("app/{vid}/{app}/{action}", "out", 1, False, "a request to an app on the head unit")
APP_RESULT = Topic("app/{vid}/result", "in", 1, False, "an app's answer")
APP_STATUS = Topic("app/{vid}/{app}/status", "in", 1, True, "whether an app is up")

STATUS = Topic("cockpit/{vid}/status", "out", 1, True, "whether the assistant is up and what it can do")
REQUEST_TEXT = Topic("cockpit/{vid}/request/text", "in", 1, False, "one utterance as text")
REQUEST_AUDIO = Topic("cockpit/{vid}/request/audio/{zone}/{id}", "in", 1, False, "one utterance as a WAV file")
AUDIO_STREAM = Topic("cockpit/{vid}/audio/{zone}/stream", "in", 0, False, "frames of a live microphone")
REQUEST_CANCEL = Topic("cockpit/{vid}/request/cancel", "in", 1, False, "stop speech and the turn under way")
REQUEST_RESET = Topic("cockpit/{vid}/request/reset", "in", 1, False, "forget the dialog's context")
REQUEST_LISTEN = Topic("cockpit/{vid}/request/listen", "in", 1, False, "a push-to-talk key goes down or up")
EVENT = Topic("cockpit/{vid}/event/{type}", "out", 0, False, "one step of a turn")
REPLY_AUDIO = Topic("cockpit/{vid}/reply/audio/{turn}", "out", 0, False, "the spoken reply as WAV chunks")
ROAD = Topic("cockpit/{vid}/context/road", "in", 1, False, "an event on the road ahead")
LINK = Topic("cockpit/{vid}/context/link", "in", 1, True, "what the modem says of the link to the cloud")

TOPICS: tuple[Topic, ...] = (
    STATE, SET, RESULT, PROVIDER, APP_REQUEST, APP_RESULT, APP_STATUS, STATUS, REQUEST_TEXT, REQUEST_AUDIO,
    AUDIO_STREAM, REQUEST_CANCEL, REQUEST_RESET, REQUEST_LISTEN, EVENT, REPLY_AUDIO, ROAD, LINK,
)  # fmt: skip
"""The whole contract; a test holds it against the contract's own tables."""
