"""Every client against every kind of topic, on the wire. What is expected is written down here once more, by hand."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from cockpit.broker.roles import GRANTABLE
from tests.component.broker.secured import APPS, CLIENTS, Secured, settled

WATCHERS = {"recorder", "rig"}
PASSENGERS = {"screen", "rig"}
CAR = {"vehicle", "provider-can-bcm"}

TOPICS: dict[str, tuple[set[str], set[str]]] = {
    "vehicle/{vid}/state/Vehicle/Speed": (CAR, {"assistant", "screen", "diagnosis"}),
    "vehicle/{vid}/set/Vehicle/Cabin/HVAC/IsAirConditioningActive": ({"assistant"}, CAR | {"diagnosis"}),
    "vehicle/{vid}/result/cockpit": (CAR, {"assistant", "diagnosis"}),
    "vehicle/{vid}/provider/can-bcm": (CAR, {"assistant", "screen", "diagnosis"}),
    "vehicle/{vid}/provider/can-esc": ({"vehicle"}, {"assistant", "screen", "diagnosis"}),
    "app/{vid}/media/play": ({"assistant"}, {"app-media"}),
    "app/{vid}/result": ({f"app-{app}" for app in APPS}, {"assistant"}),
    # a presence looks like a request, so its app reads it and the assistant can write it
    "app/{vid}/media/status": ({"app-media", "assistant"}, {"assistant", "screen", "diagnosis", "app-media"}),
    "cockpit/{vid}/status": ({"assistant"}, {"screen", "diagnosis"}),
    "cockpit/{vid}/request/text": (PASSENGERS, {"assistant"}),
    "cockpit/{vid}/request/audio/driver/1": (PASSENGERS, {"assistant"}),
    "cockpit/{vid}/request/cancel": (PASSENGERS, {"assistant"}),
    "cockpit/{vid}/request/listen": (PASSENGERS, {"assistant"}),
    "cockpit/{vid}/request/reset": ({"rig"}, {"assistant"}),
    "cockpit/{vid}/audio/driver/stream": ({"microphone-driver", "rig"}, {"assistant"}),
    "cockpit/{vid}/event/transcript": ({"assistant"}, {"screen"}),
    "cockpit/{vid}/reply/audio/1": ({"assistant"}, {"screen"}),
    "cockpit/{vid}/context/road": ({"telematics", "rig"}, {"assistant"}),
    "cockpit/{vid}/context/link": ({"telematics", "rig"}, {"assistant", "diagnosis"}),
    "{vid}/Vehicle": ({"assistant"}, {"vehicle"}),
    "/{vid}/Vehicle": ({"assistant"}, {"vehicle"}),
    "viss/{vid}/assistant/1": ({"vehicle"}, {"assistant"}),
    "rig/desk/lease": ({"rig"}, set()),
    "rig/desk/echo/1": ({"rig"}, set()),
}
"""Topic: who may write it, and who reads it beside those who watch everything."""

NAMES = [client.name for client in CLIENTS]


def test_every_kind_of_topic_is_tried(vid: str) -> None:
    tried = [topic.format(vid=vid) for topic in TOPICS]
    for kind in GRANTABLE:
        pattern = kind.filter(vid)
        assert any(_matches(pattern, topic) for topic in tried), kind.template


async def test_each_client_reads_what_is_its_own_and_nothing_else(secure: Secured) -> None:
    async with AsyncExitStack() as stack:
        clients = {name: await stack.enter_async_context(secure.known(name)) for name in NAMES}
        for client in clients.values():
            await client.subscribe("#", qos=0)
        for topic, (writers, _) in TOPICS.items():
            await clients[min(writers)].publish(topic.format(vid=secure.vid), b"hello", qos=1)
        for name, client in clients.items():
            got = {topic for topic, _ in await settled(client)}
            wanted = {topic for topic, (_, readers) in TOPICS.items() if name in readers | WATCHERS}
            assert got == {topic.format(vid=secure.vid) for topic in wanted}, name


async def test_each_client_writes_what_is_its_own_and_nothing_else(secure: Secured) -> None:
    others = ["vehicle/other/set/Vehicle/Speed", "cockpit/other/request/text", "elsewhere"]
    async with AsyncExitStack() as stack:
        watcher = await stack.enter_async_context(secure.known("recorder"))
        clients = {name: await stack.enter_async_context(secure.known(name)) for name in NAMES if name != "recorder"}
        await watcher.subscribe("#", qos=0)
        for name, client in clients.items():
            for topic in [*TOPICS, *others]:
                await client.publish(topic.format(vid=secure.vid), name.encode(), qos=1)
        got = set(await settled(watcher))
    wanted = {(topic.format(vid=secure.vid), name.encode()) for topic, (names, _) in TOPICS.items() for name in names}
    assert got == wanted


async def test_the_watcher_itself_can_say_nothing(secure: Secured) -> None:
    async with secure.known("recorder") as recorder, secure.known("rig") as rig:
        await rig.subscribe("#", qos=0)
        for topic in TOPICS:
            await recorder.publish(topic.format(vid=secure.vid), b"hello", qos=1)
        assert await settled(rig) == []


@pytest.mark.parametrize("app", [app for app in APPS if app != "media"])
async def test_an_app_hears_no_request_to_another(secure: Secured, app: str) -> None:
    async with secure.known(f"app-{app}") as other, secure.known("assistant") as assistant:
        await other.subscribe("#", qos=0)
        await assistant.publish(f"app/{secure.vid}/media/play", b"{}", qos=1)
        await assistant.publish(f"app/{secure.vid}/{app}/anything", b"{}", qos=1)
        assert [topic for topic, _ in await settled(other)] == [f"app/{secure.vid}/{app}/anything"]


def _matches(pattern: str, topic: str) -> bool:
    from aiomqtt import Topic as Mqtt  # noqa: PLC0415 (only here)

    return Mqtt(topic).matches(pattern)
