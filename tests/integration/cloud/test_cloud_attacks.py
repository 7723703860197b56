"""Hostile replies over real HTTP: what is left of any of them is words."""

from __future__ import annotations

import re

from cockpit.cloud.breaker import Breaker
from hil.weaknet import WeakNet
from hil.weaknet.attacks import attacks
from tests.integration.cloud.conftest import QUESTION, Rig, heard_of

MARKUP = re.compile(
    r"[{}<>\x00-\x1f\u200b-\u200f\u202a-\u202e]|```|\w\(|Vehicle\.|\w=|://|/set/|\"(?:name|intent|acts|value)\""
)
"""What code, JSON, tags, calls, signal paths, topics and links are made of."""


async def test_nothing_but_words_is_left_of_any_attack(net: WeakNet, rig: Rig) -> None:
    model = rig.model(net.url, first_token_s=10.0, deadline_s=20.0)
    model.breaker = Breaker(1000, 30.0)
    left: dict[str, str] = {}
    for attack in attacks():
        net.fault = attack.fault
        heard, error = await heard_of(model.call(QUESTION, limit_tokens=256))
        assert error is None or error.code == "cloud-nonsense"
        assert (error is None) == bool(heard)
        left[attack.name] = heard
    assert len(left) >= 400
    assert [name for name, heard in left.items() if MARKUP.search(heard)] == []
    assert all(
        not heard for name, heard in left.items() if name.endswith(("-json", "-json-array", "-fenced", "-tool-calls"))
    )
