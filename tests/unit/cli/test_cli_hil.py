"""`cockpit hil` where no rig is needed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cockpit.cli.main import main
from hil.rig import lease
from hil.rig.lease import Holder

FILE = """\
- {id: a, title: eins, lang: zh, tags: [climate], timeline: [{wait: 0}]}
- {id: b, title: zwei, lang: en, tags: [climate], level: should, timeline: [{fault: kill}]}
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "some.yaml"
    path.write_text(FILE, "utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ([], ["a", "b"]),
        (["--tags", "zh"], ["a"]),
        (["--tags", "climate,should"], ["b"]),
        (["--without", "kill"], ["a"]),
        (["--only", "^b$"], ["b"]),
    ],
)
def test_list_shows_those_that_are_meant(
    file: str, arguments: list[str], shown: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["hil", "list", file, *arguments]) == 0
    *rows, last = capsys.readouterr().out.splitlines()
    assert [row.split()[0] for row in rows] == shown
    assert last.startswith(f"{len(shown)} scenarios")


def test_none_that_is_meant_is_a_mistake(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hil", "list", file, "--tags", "nowhere"]) == 2
    assert "scenario-none" in capsys.readouterr().err


def test_check_tells_where_a_mistake_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("id: a\ntitle: a\nlang: zh\ntimeline:\n  - shout: 打开空调\n", "utf-8")
    assert main(["hil", "check", str(path)]) == 2
    assert f"{path}:5: timeline[1]" in capsys.readouterr().err


def test_check_reads_the_rig_too(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hil", "check", file, "--rig", "virtual-typed"]) == 0
    assert "virtual-typed" in capsys.readouterr().out


def test_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hil", "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["additionalProperties"] is False


def test_mend_takes_the_mark_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    lease.mark_broken("desk", "the relay does not click", Holder.here("me"))
    assert main(["hil", "mend", "desk"]) == 0
    assert "the relay does not click" in capsys.readouterr().out
    assert lease.broken("desk") is None
