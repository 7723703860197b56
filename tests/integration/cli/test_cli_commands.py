"""The command line as a person uses it: what it prints, its exit status, and no traceback for a mistake."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hil.broker import RunningBroker, free_port


def cockpit(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cockpit", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **environment},
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("run", "--config", "/no/such/file.toml"), "config-missing"),
        (("run", "--broker", "nowhere:port"), "config-bad-broker"),
        (("run", "--vid", "a/b"), "config-invalid"),
        (("hear", "/no/such.wav", "--broker", "127.0.0.1:9"), "audio-unreadable"),
        (("say", "打开空调", "--broker", f"127.0.0.1:{free_port()}"), "bus-away"),
        (("models", "pull", "no-such-model"), "model-unknown"),
    ],
)
def test_a_mistake_is_told_with_its_code(arguments: tuple[str, ...], code: str) -> None:
    result = cockpit(*arguments)
    assert result.returncode == 2
    assert f"[{code}]" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_broken_config_file_names_every_mistake(tmp_path: Path) -> None:
    file = tmp_path / "cockpit.toml"
    file.write_text('colour = "red"\n[broker]\nport = 99999\n', "utf-8")
    result = cockpit("run", "--config", str(file))
    assert result.returncode == 2
    assert "broker.port" in result.stderr
    assert "colour" in result.stderr


def test_say_standalone_drives_the_simulated_car(tmp_path: Path) -> None:
    result = cockpit("say", "--standalone", "--json", "打开空调", COCKPIT_MODELS_DIR=str(tmp_path))
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 0, result.stderr
    assert [event["kind"] for event in events if event["type"] == "reply"] == ["done"]


def test_doctor_names_missing_models_and_what_to_do(tmp_path: Path) -> None:
    result = cockpit("doctor", "--json", "--broker", f"127.0.0.1:{free_port()}", COCKPIT_MODELS_DIR=str(tmp_path))
    findings = {finding["check"]: finding for finding in json.loads(result.stdout)}
    assert result.returncode == 1
    assert findings["asr_zh"]["state"] == "fail"
    assert "cockpit models pull whisper-base" in findings["asr_zh"]["text"]
    assert findings["broker"]["state"] == "fail"
    assert findings["skills"]["state"] == "ok"
    assert findings["lm"]["state"] == "note"
    assert "cockpit models pull qwen2.5-coder-0.5b" in findings["lm"]["text"]


@pytest.mark.models
def test_doctor_is_content_with_what_is_there_and_names_the_gpl(broker: RunningBroker) -> None:
    result = cockpit("doctor", "--json", "--broker", f"{broker.host}:{broker.port}")
    findings = {finding["check"]: finding for finding in json.loads(result.stdout)}
    assert result.returncode == 0
    assert "GPL-3.0" in findings["tts_en"]["text"]
    assert findings["lm"]["state"] in ("ok", "note")  # by the memory that is free
    assert findings["broker"]["state"] == "ok"


def test_models_list_shows_state_size_and_licence(tmp_path: Path) -> None:
    result = cockpit("models", "list", "default", "--json", COCKPIT_MODELS_DIR=str(tmp_path))
    rows = {row["id"]: row for row in json.loads(result.stdout)}
    assert rows["whisper-base"]["state"] == "missing"
    assert rows["whisper-base"]["licence"] == "MIT"
    assert rows["whisper-base"]["bytes"] > 100_000_000


async def test_say_talks_to_a_running_service(broker: RunningBroker, vid: str, tmp_path: Path) -> None:
    where = ["--broker", f"{broker.host}:{broker.port}", "--vid", vid]
    env = {**os.environ, "COCKPIT_MODELS_DIR": str(tmp_path), "COCKPIT_SPEECH__OUTPUT": "none"}
    running = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cockpit", name, *where, env=env, stderr=asyncio.subprocess.PIPE
        )
        for name in ("vehicle", "run")
    ]
    try:
        service = running[1]
        assert service.stderr is not None
        async with asyncio.timeout(60):
            while b"serves vehicle" not in await service.stderr.readline():
                pass
        result = await asyncio.to_thread(cockpit, "say", "turn on the air conditioning", *where)
        assert result.returncode == 0, result.stderr
        assert "ac.on" in result.stdout
    finally:
        for process in running:
            process.terminate()
        statuses = [await process.wait() for process in running]
    assert statuses[1] == 0
