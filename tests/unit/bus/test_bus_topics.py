from __future__ import annotations

import pytest

from cockpit.bus import topics
from cockpit.errors import BusError

CONTRACT = {
    # topic as the contract writes it: (QoS, retained, direction)
    "vehicle/{vid}/state/{path}": (1, True, "in"),
    "vehicle/{vid}/set/{path}": (1, False, "out"),
    "vehicle/{vid}/result/{issuer}": (1, False, "in"),
    "vehicle/{vid}/provider/{name}": (1, True, "in"),
    "app/{vid}/{app}/{action}": (1, False, "out"),
    "app/{vid}/result": (1, False, "in"),
    "app/{vid}/{app}/status": (1, True, "in"),
    "cockpit/{vid}/status": (1, True, "out"),
    "cockpit/{vid}/request/text": (1, False, "in"),
    "cockpit/{vid}/request/audio/{zone}/{id}": (1, False, "in"),
    "cockpit/{vid}/audio/{zone}/stream": (0, False, "in"),
    "cockpit/{vid}/request/cancel": (1, False, "in"),
    "cockpit/{vid}/request/reset": (1, False, "in"),
    "cockpit/{vid}/event/{type}": (0, False, "out"),
    "cockpit/{vid}/reply/audio/{turn}": (0, False, "out"),
    "cockpit/{vid}/context/road": (1, False, "in"),
}

OURS = {"cockpit/{vid}/request/listen": (1, False, "in"), "cockpit/{vid}/context/link": (1, True, "in")}
"""Not in the contract, and in nobody's way."""


def test_the_table_is_the_contract_whole_and_what_is_ours() -> None:
    table = {topic.template: (topic.qos, topic.retain, topic.direction) for topic in topics.TOPICS}
    assert table == CONTRACT | OURS
    assert len(topics.TOPICS) == len(table)
    assert all(topic.description for topic in topics.TOPICS)


def test_every_row_of_the_module_is_in_the_table() -> None:
    rows = {value for value in vars(topics).values() if isinstance(value, topics.Topic)}
    assert rows == set(topics.TOPICS)


@pytest.mark.parametrize("topic", topics.TOPICS, ids=lambda topic: topic.template)
def test_what_is_built_parses_to_the_same_parts(topic: topics.Topic) -> None:
    names = {"path": "Vehicle.Cabin.Light.IsDomeOn", "zone": "driver", "id": "a-1", "turn": "t.9"}
    parts = {name: names.get(name, name) for name in topic.parts if name != "vid"}
    assert topic.parse(topic.build("demo", **parts)) == {"vid": "demo", **parts}


def test_vss_paths_have_slashes_on_the_bus() -> None:
    assert topics.SET.build("demo", path="Vehicle.Speed") == "vehicle/demo/set/Vehicle/Speed"
    assert topics.STATE.parse("vehicle/demo/state/Vehicle/Speed")["path"] == "Vehicle.Speed"


def test_filters() -> None:
    assert topics.STATE.filter("demo") == "vehicle/demo/state/#"
    assert topics.APP_STATUS.filter("demo") == "app/demo/+/status"
    assert topics.REQUEST_AUDIO.filter("demo") == "cockpit/demo/request/audio/+/+"
    assert topics.REQUEST_TEXT.filter("demo") == "cockpit/demo/request/text"


@pytest.mark.parametrize("turn", ["", "a/b", "+", "#", "a\x00b", "a\nb"])
def test_a_part_that_cannot_stand_in_a_topic_is_refused(turn: str) -> None:
    with pytest.raises(BusError) as caught:
        topics.REPLY_AUDIO.build("demo", turn=turn)
    assert caught.value.code == "bus-bad-topic"


@pytest.mark.parametrize(
    "topic", ["vehicle/demo/set/Vehicle/Speed", "vehicle/demo/state/", "xvehicle/demo/state/A", ""]
)
def test_another_rows_topic_is_refused(topic: str) -> None:
    with pytest.raises(BusError) as caught:
        topics.STATE.parse(topic)
    assert caught.value.code == "bus-bad-topic"
