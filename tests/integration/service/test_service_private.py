"""Nothing private on the wire: every private utterance of the sets through the whole service, the cloud being all there
is to answer, and what came over real HTTP searched for what must not be there."""

from __future__ import annotations

import pytest

from cockpit.types import LANGS, Lang
from hil.routing.privacy import sentences
from hil.standalone import Stand
from hil.weaknet.server import ScriptedServer

QUESTION = {"zh": "珠穆朗玛峰有多高", "en": "how high is mount everest"}


@pytest.fixture
def phone_book() -> list[str]:
    """That of the sets, which about half of their people are not in."""
    return [name for lang in LANGS for name in sentences(lang).phone_book]


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_no_private_string_comes_over_the_wire(online: Stand, server: ScriptedServer, lang: Lang) -> None:
    said = sentences(lang).private
    assert len(said) >= 300
    for text in said:
        await online.person.type(text, lang)
    sent = [request.json["messages"][-1]["content"] for request in server.requests]
    assert [text for text in said if text in sent] == []
    hidden = {string for strings in said.values() for string in strings}
    bodies = [request.body for request in server.requests]
    assert {string for string in hidden if any(string in body for body in bodies)} == set()
    await online.person.type(QUESTION[lang], lang)
    assert QUESTION[lang] in server.requests[-1].json["messages"][-1]["content"]  # the wire was there all the time


@pytest.mark.parametrize("report", [{"level": "none"}, {"level": "good", "metered": True}])
async def test_the_modem_has_its_say(online: Stand, server: ScriptedServer, report: dict[str, object]) -> None:
    await online.person.bus.publish(f"cockpit/{online.service.settings.vid}/context/link", report)
    heard = await online.person.type(QUESTION["zh"])
    situation = heard.first("receipt")["situation"]
    assert situation["metered"] is report.get("metered", False)
    assert (situation["link"]["level"] == "none") is (report["level"] == "none")
    assert bool(server.requests) is (report["level"] != "none")
