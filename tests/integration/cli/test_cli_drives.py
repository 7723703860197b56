"""Drives on the command line: kept by a process of its own, run again in this one."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
from pathlib import Path

import pytest

from cockpit.cli import main
from hil.broker import RunningBroker
from hil.drive.format import Drive
from hil.drive.golden import GOLDEN
from tests.broker import DEADLINE_S, peer

FAULTS = GOLDEN / "faults.zh.jsonl"


@pytest.fixture(autouse=True)
def no_language_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_LM__MODEL", "none")


def altered(folder: Path) -> Path:
    """A golden drive in which the assistant said something else."""
    file = folder / "altered.jsonl"
    file.write_text(FAULTS.read_text("utf-8").replace("座椅加热已打开。", "座椅加热开了。"), "utf-8")
    return file


def test_a_drive_that_is_as_it_was_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(FAULTS)]) == 0
    assert "as it was" in capsys.readouterr().out


def test_what_differs_is_told_as_json_and_by_the_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = altered(tmp_path)
    assert main(["replay", "--json", str(file)]) == 1
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["drive"], told["turns"]) == (str(file), 4)
    (difference,) = told["differences"]
    assert (difference["what"], difference["then"], difference["now"]) == (
        "words",
        "座椅加热开了。",
        "座椅加热已打开。",
    )


def test_an_update_writes_what_this_build_does_and_nothing_else(tmp_path: Path) -> None:
    file = altered(tmp_path)
    assert main(["replay", "--update", str(tmp_path)]) == 0
    assert file.read_text("utf-8") == FAULTS.read_text("utf-8")


@pytest.mark.parametrize(
    ("content", "code"), [(None, "drive-unreadable"), ("[]\n", "drive-unreadable"), ("wordless", "drive-wordless")]
)
def test_a_drive_that_cannot_be_run_is_told_by_its_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, code: str
) -> None:
    file = tmp_path / "drive.jsonl"
    if content == "wordless":
        shutil.copy(FAULTS, file)
        content = file.read_text("utf-8").replace(',"personal":true', "", 1)
    if content is not None:
        file.write_text(content, "utf-8")
    assert main(["replay", str(file)]) == 2
    assert f"[{code}]" in capsys.readouterr().err


def test_sounds_are_kept_only_with_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record", "--audio"]) == 2
    assert "[config-personal]" in capsys.readouterr().err


async def test_a_recording_that_is_interrupted_is_whole(broker: RunningBroker, vid: str, tmp_path: Path) -> None:
    file = tmp_path / "drive.jsonl"
    address = ["--broker", f"{broker.host}:{broker.port}", "--vid", vid]
    async with asyncio.timeout(60), peer(broker, vid) as car:
        await car.state("Vehicle.Speed", 12.0)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cockpit", "record", *address, "--out", str(file), "--personal",
            stderr=asyncio.subprocess.PIPE, env={**os.environ},
        )  # fmt: skip
        await _holds(file, "Vehicle/Speed")
        process.send_signal(signal.SIGINT)
        _, told = await process.communicate()
    assert process.returncode == 0
    assert "1 messages" in told.decode()
    (only,) = [entry for entry in Drive.read(file).entries if entry.topic]
    assert (only.retained, (only.data or {})["value"]) == (True, 12.0)


async def _holds(file: Path, text: str) -> None:
    """Wait until another process has written this."""
    for _ in range(int(DEADLINE_S * 3 / 0.05)):
        if await asyncio.to_thread(lambda: file.exists() and text in file.read_text("utf-8")):
            return
        await asyncio.sleep(0.05)
    raise TimeoutError(f"{text} never came into {file}")


def test_a_recording_that_met_no_broker_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record", "--out", str(tmp_path / "d.jsonl"), "--seconds", "0.5", "--broker", "127.0.0.1:1"]) == 2
    assert "bus-away" in capsys.readouterr().err
