"""Who may read and write which topics: one table, from which the broker's access list is made.

A client's certificate names it (`CN`) and its role (`OU`). What a role may not do is not in the table: the broker
delivers no message and takes none that no row allows, whatever was subscribed to. One thing filters cannot tell apart:
an app's presence looks like a request to it, so the assistant may also write presences and an app reads its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from cockpit.bus import topics
from cockpit.bus.topics import TOPICS, Topic
from cockpit.errors import ConfigError

VISS_REQUEST = Topic("{vid}/Vehicle", "out", 0, False, "a request to a VISS server")
VISS_REQUEST_ROOTED = Topic("/{vid}/Vehicle", "out", 0, False, "a request to a VISS server, as vissr listens")
VISS_REPLY = Topic("viss/{vid}/{client}/{name}", "in", 0, False, "a VISS server's answers; a client's own branch")

RIG_LEASE = Topic("rig/{rig}/lease", "in", 1, True, "who has a test rig")
RIG_ECHO = Topic("rig/{rig}/echo/{token}", "in", 1, False, "what a rig says to itself, to have heard all before it")

GRANTABLE: tuple[Topic, ...] = (*TOPICS, VISS_REQUEST, VISS_REQUEST_ROOTED, VISS_REPLY, RIG_LEASE, RIG_ECHO)
"""Every kind of topic that rights are given for; the broker carries no other."""

Access = Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class Role:
    """One row. `own` names the part of a topic that must be the client's own instance, as an app answers for itself."""

    name: str
    description: str
    reads: tuple[Topic, ...] = ()
    writes: tuple[Topic, ...] = ()
    own: str = ""


PEOPLE = (topics.REQUEST_TEXT, topics.REQUEST_AUDIO, topics.REQUEST_CANCEL, topics.REQUEST_LISTEN)
"""What somebody who speaks to the assistant sends."""

ROLES: dict[str, Role] = {
    role.name: role
    for role in (
        Role(
            "assistant",
            "understands and acts; the only one that may actuate",
            reads=(*(topic for topic in TOPICS if topic.direction == "in"), VISS_REPLY),
            writes=(*(topic for topic in TOPICS if topic.direction == "out"), VISS_REQUEST, VISS_REQUEST_ROOTED),
        ),
        Role(
            "vehicle",
            "the gateway to the car's own buses",
            reads=(topics.SET, VISS_REQUEST, VISS_REQUEST_ROOTED),
            writes=(topics.STATE, topics.RESULT, topics.PROVIDER, VISS_REPLY),
        ),
        Role(
            "provider",
            "one part of the car, as an ECU behind a CAN gateway, named as it appears on the bus",
            reads=(topics.SET,),
            writes=(topics.STATE, topics.RESULT, topics.PROVIDER),
            own="name",
        ),
        Role(
            "app",
            "one app of the head unit, named by its instance",
            reads=(topics.APP_REQUEST,),
            writes=(topics.APP_RESULT, topics.APP_STATUS),
            own="app",
        ),
        Role(
            "screen",
            "the head unit: shows and plays replies, passes on what is typed and which key is pressed",
            reads=(topics.STATUS, topics.EVENT, topics.REPLY_AUDIO, topics.STATE, topics.PROVIDER, topics.APP_STATUS),
            writes=PEOPLE,
        ),
        Role("microphone", "one seat's microphone, named by its zone", writes=(topics.AUDIO_STREAM,), own="zone"),
        Role("telematics", "the modem and what comes from the road", writes=(topics.ROAD, topics.LINK)),
        Role(
            "diagnosis",
            "sees what the car does; no word that anybody says",
            reads=(
                topics.STATE,
                topics.SET,
                topics.RESULT,
                topics.PROVIDER,
                topics.APP_STATUS,
                topics.STATUS,
                topics.LINK,
            ),
        ),
        Role("recorder", "keeps drives: hears everything, says nothing", reads=GRANTABLE),
        Role(
            "rig",
            "a test rig: everybody around the assistant but the car and its apps; never in a car that is sold",
            reads=GRANTABLE,
            writes=(
                *PEOPLE,
                topics.REQUEST_RESET,
                topics.AUDIO_STREAM,
                topics.ROAD,
                topics.LINK,
                RIG_LEASE,
                RIG_ECHO,
            ),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody who may connect. `instance` tells several of one role apart: the app's name, the microphone's zone."""

    role: str
    instance: str = ""

    @classmethod
    def parse(cls, text: str) -> Client:
        """`role` or `role:instance`. Raises `ConfigError` (`config-unknown-role`, `config-bad-client`)."""
        role, _, instance = text.partition(":")
        if role not in ROLES:
            raise ConfigError("unknown-role", f"there is no role {role!r}; there are {', '.join(ROLES)}")
        if not re.fullmatch(r"[A-Za-z0-9_-]*", instance) or (ROLES[role].own and not instance):
            raise ConfigError("bad-client", f"{text!r}: {role} is written {role}:NAME, in letters, digits, _ and -")
        return cls(role, instance)

    def __str__(self) -> str:
        """As `parse` takes it."""
        return f"{self.role}:{self.instance}" if self.instance else self.role

    @property
    def name(self) -> str:
        """The certificate's common name: the user and client id that the broker knows it by."""
        return f"{self.role}-{self.instance}" if self.instance else self.role


def usual_clients(apps: Iterable[str], zones: Iterable[str]) -> list[Client]:
    """Everybody in a car whose head unit has these apps and whose seats these microphones."""
    alone = ("assistant", "vehicle", "screen", "telematics", "diagnosis")
    return [
        *(Client(role) for role in alone),
        *(Client("app", app) for app in apps),
        *(Client("microphone", zone) for zone in zones),
    ]


def rights(client: Client, vid: str) -> Iterator[tuple[Access, str]]:
    """What `client` may do, as topic filters."""
    role = ROLES[client.role]
    own = {role.own: client.instance} if role.own else {}
    rows: tuple[tuple[Access, tuple[Topic, ...]], ...] = (
        ("read", role.reads),
        ("write", role.writes),
    )
    for access, allowed in rows:
        for topic in allowed:
            yield access, topic.filter(vid, **own)
