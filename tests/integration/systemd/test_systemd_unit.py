"""The units, their users and their example settings, checked by systemd's own tools where they are installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from cockpit.cli import main
from cockpit.config import ROOT, load_settings

FOLDER = ROOT / "systemd"
WORST_EXPOSURE = {"cockpit": 2.0, "cockpit-can": 1.5}
"""Of 10; systemd 252 gives 1.6 and 1.3, and says OK below 5."""


@pytest.fixture(params=WORST_EXPOSURE)
def unit(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A unit with a program that this machine has."""
    name = f"{request.param}.service"
    text, count = re.subn(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", (FOLDER / name).read_text("utf-8"))
    assert count == 1
    copy = tmp_path / name
    copy.write_text(text, "utf-8")
    return copy


def run(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    return subprocess.run(
        [tool, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False
    )


def test_systemd_finds_nothing_wrong_with_a_unit(unit: Path) -> None:
    done = run("systemd-analyze", "verify", "--man=no", str(unit))
    about_it = [line for line in done.stdout.splitlines() if "cockpit" in line]
    assert (done.returncode, about_it) == (0, [])


def test_a_service_is_exposed_as_little_as_measured(unit: Path) -> None:
    done = run("systemd-analyze", "security", "--offline=true", "--no-pager", str(unit))
    score = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert score is not None, done.stdout
    assert float(score[1]) <= WORST_EXPOSURE[unit.stem]


@pytest.mark.parametrize("name", WORST_EXPOSURE)
def test_the_user_can_be_made(name: str) -> None:
    done = run("systemd-sysusers", "--dry-run", str(FOLDER / f"{name}.sysusers"))
    assert done.returncode == 0, done.stdout


def test_the_example_settings_are_valid_and_keep_to_the_units_folders() -> None:
    settings = load_settings(FOLDER / "cockpit.toml")
    assert settings.models_dir == Path("/var/cache/cockpit/models")
    assert settings.broker.password is None
    assert "CacheDirectory=cockpit" in (FOLDER / "cockpit.service").read_text("utf-8")


def test_the_gateway_s_unit_says_what_the_gateway_takes(capsys: pytest.CaptureFixture[str]) -> None:
    """Its command line is read by the program itself, and its settings are valid."""
    line = re.search(r"(?m)^ExecStart=\S+ (.+)$", (FOLDER / "cockpit-can.service").read_text("utf-8"))
    assert line is not None
    given = line[1].replace("/etc/cockpit/can.toml", str(FOLDER / "cockpit-can.toml")).split()
    assert main([*given[:-1], "/no/such/folder"]) == 2
    assert "--client provider:can-" in capsys.readouterr().err
    settings = load_settings(FOLDER / "cockpit-can.toml")
    assert (settings.broker.port, settings.can.interface) == (8883, "socketcan")
