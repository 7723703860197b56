"""All of the cloud from the settings, and its probe on a real network."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cockpit.cloud.opening import open_cloud
from cockpit.cloud.probe import Probe
from cockpit.config import CloudSettings, Settings
from cockpit.errors import ConfigError
from cockpit.types import LinkSample
from hil.weaknet import FAULTS, Fault, WeakNet
from hil.weaknet.certificates import Certificates
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


def probe_of(url: str, samples: asyncio.Queue[LinkSample] | None = None, **settings: object) -> Probe:
    observe = samples.put_nowait if samples is not None else lambda _sample: None
    return Probe(url, CloudSettings.model_validate(settings), observe, lambda: True)


async def test_a_probe_tells_the_round_trip_of_the_network(net: WeakNet, server: ScriptedServer) -> None:
    net.fault = Fault(delay_s=0.1)
    sample = await probe_of(net.url).once()
    assert sample.ok
    assert sample.rtt_ms is not None
    assert sample.rtt_ms >= 200
    assert bytes(net.received).startswith(b"HEAD / HTTP/1.1\r\n")
    assert not server.requests


async def test_a_probe_over_tls_believes_only_the_server_itself(
    net: WeakNet, certificates: Certificates, tmp_path: Path
) -> None:
    authority = certificates.write_authority(tmp_path / "authority.pem")
    for name in ("tls", "self-signed", "other-host"):
        net.fault = FAULTS[name]
        assert (await probe_of(net.url, ca_file=authority).once()).ok == (name == "tls")


@pytest.mark.parametrize("name", ["refuse", "blackhole", "cut-at-once"])
async def test_a_probe_of_nothing_fails_within_its_deadline(name: str, net: WeakNet) -> None:
    net.fault = FAULTS[name]
    sample = await probe_of(net.url, probe_deadline_s=0.3).once()
    assert (sample.ok, sample.rtt_ms) == (False, None)


async def test_probes_go_on_by_themselves_and_leave_a_metered_link_alone(net: WeakNet) -> None:
    samples: asyncio.Queue[LinkSample] = asyncio.Queue()
    probe = probe_of(net.url, samples, probe_s=0.01)
    running = asyncio.create_task(probe.run())
    async with asyncio.timeout(5):
        taken = [await samples.get() for _ in range(3)]
    running.cancel()
    assert all(sample.ok for sample in taken)
    probe.metered = True
    assert probe.interval_s == 120.0
    probe.heard(LinkSample(0.0, None, ok=False))
    assert probe.interval_s == 0.01


async def test_with_the_switch_off_nothing_is_probed() -> None:
    async with WeakNet("127.0.0.1", 9, FAULTS["blackhole"]) as net:
        probe = Probe(net.url, CloudSettings(probe_s=0.01), lambda _sample: None, lambda: False)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(probe.run(), 0.1)
        assert net.connections == 0
