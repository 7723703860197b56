"""The unit, its user and its example settings, checked by systemd's own tools where they are installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from cockpit.config import ROOT, load_settings

FOLDER = ROOT / "systemd"
WORST_EXPOSURE = 2.0
"""Of 10; systemd 252 gives 1.6, and says OK below 5."""


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a program that this machine has."""
    text, count = re.subn(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", (FOLDER / "cockpit.service").read_text("utf-8"))
    assert count == 1
    copy = tmp_path / "cockpit.service"
    copy.write_text(text, "utf-8")
    return copy


def run(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    return subprocess.run(
        [tool, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False
    )


def test_systemd_finds_nothing_wrong_with_the_unit(unit: Path) -> None:
    done = run("systemd-analyze", "verify", "--man=no", str(unit))
    about_it = [line for line in done.stdout.splitlines() if "cockpit" in line]
    assert (done.returncode, about_it) == (0, [])


def test_the_service_is_exposed_as_little_as_measured(unit: Path) -> None:
    done = run("systemd-analyze", "security", "--offline=true", "--no-pager", str(unit))
    score = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert score is not None, done.stdout
    assert float(score[1]) <= WORST_EXPOSURE


def test_the_user_can_be_made() -> None:
    done = run("systemd-sysusers", "--dry-run", str(FOLDER / "cockpit.sysusers"))
    assert done.returncode == 0, done.stdout


def test_the_example_settings_are_valid_and_keep_to_the_units_folders() -> None:
    settings = load_settings(FOLDER / "cockpit.toml")
    assert settings.models_dir == Path("/var/cache/cockpit/models")
    assert settings.broker.password is None
    assert "CacheDirectory=cockpit" in (FOLDER / "cockpit.service").read_text("utf-8")
