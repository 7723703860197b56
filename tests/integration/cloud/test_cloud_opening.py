"""All of the cloud from the settings, and its probe on a real network."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cockpit.cloud.link import LinkSample
from cockpit.cloud.opening import open_cloud
from cockpit.cloud.probe import Probe
from cockpit.config import CloudSettings, Settings
from cockpit.errors import ConfigError
from hil.weaknet import FAULTS, WeakNet
from hil.weaknet.server import ScriptedServer
from tests.integration.cloud.conftest import ANSWER, KEY, QUESTION, TABLE, heard_of


def settings(folder: Path, url: str, **cloud: object) -> Settings:
    table = folder / "own.yaml"
    table.write_text(TABLE.format(name="own", url=url), "utf-8")
    given = {"enabled": True, "providers": ["own"], "providers_file": table, **cloud}
    return Settings(state_dir=folder / "state", cloud=CloudSettings.model_validate(given))


async def test_a_question_is_answered_and_its_cost_outlasts_the_service(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEAKNET_KEY", KEY)
    wanted = settings(tmp_path, server.url, first_token_s=10.0, deadline_s=20.0)
    async with open_cloud(wanted, lambda _sample: None) as cloud:
        question = cloud.asking.ask(QUESTION, limit_tokens=64, deadline_s=20.0)
        assert await heard_of(question) == (ANSWER, None)
        await cloud.switch.set(False)
    async with open_cloud(wanted, lambda _sample: None) as again:
        assert again.budget.spent == pytest.approx(question.receipt.cost)
        heard, error = await heard_of(again.asking.ask(QUESTION, limit_tokens=64, deadline_s=20.0))
        assert (heard, error and error.code) == ("", "cloud-off")
    assert len(server.requests) == 1


@pytest.mark.parametrize("providers", [[], ["nobody"], ["own/unknown"]])
async def test_a_provider_that_is_not_in_the_table_is_a_mistake(providers: list[str], tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        async with open_cloud(settings(tmp_path, "http://127.0.0.1:9/v1", providers=providers), lambda _sample: None):
            pass


async def test_a_key_may_come_from_systemd(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cloud-key-own").write_text(f"{KEY}\n", "utf-8")
    monkeypatch.delenv("WEAKNET_KEY", raising=False)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    async with open_cloud(
        settings(tmp_path, server.url, first_token_s=10.0, deadline_s=20.0), lambda _sample: None
    ) as cloud:
        assert await heard_of(cloud.asking.ask(QUESTION, limit_tokens=64, deadline_s=20.0)) == (ANSWER, None)


async def test_a_probe_tells_the_round_trip(server: ScriptedServer) -> None:
    sample = await Probe(server.url, CloudSettings(), lambda _sample: None, lambda: True).once()
    assert sample.ok
    assert sample.rtt_ms is not None
    assert not server.requests


async def test_a_probe_of_nothing_fails_within_its_deadline() -> None:
    async with WeakNet("127.0.0.1", 9) as gone:
        port = gone.port
    probe = Probe(f"http://127.0.0.1:{port}/v1", CloudSettings(), lambda _sample: None, lambda: True)
    sample = await probe.once()
    assert (sample.ok, sample.rtt_ms) == (False, None)


async def test_probes_go_on_by_themselves_and_leave_a_metered_link_alone() -> None:
    samples: asyncio.Queue[LinkSample] = asyncio.Queue()
    async with WeakNet("127.0.0.1", 9, FAULTS["blackhole"]) as net:
        probe = Probe(net.url, CloudSettings(probe_s=0.01), samples.put_nowait, lambda: True)
        running = asyncio.create_task(probe.run())
        async with asyncio.timeout(5):
            taken = [await samples.get() for _ in range(3)]
        probe.metered = True
        assert probe.interval_s == 120.0
        running.cancel()
    assert all(sample.ok for sample in taken)
    assert bytes(net.received) == b""


async def test_with_the_switch_off_nothing_is_probed() -> None:
    async with WeakNet("127.0.0.1", 9, FAULTS["blackhole"]) as net:
        probe = Probe(net.url, CloudSettings(probe_s=0.01), lambda _sample: None, lambda: False)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(probe.run(), 0.1)
        assert net.connections == 0
