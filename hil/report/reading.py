"""Runs as they lie on disk."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from cockpit.errors import CockpitError
from hil.scenario.outcome import RunOutcome

RUN_FILE = "run.json"


class ReportError(CockpitError):
    """`report-no-run` (a folder without a run's file), `report-bad-run` (a file that is none)."""

    stage = "report"


def read_run(folder: Path) -> RunOutcome:
    """The run kept in `folder`. Raises `ReportError`."""
    file = folder / RUN_FILE
    try:
        return RunOutcome.model_validate_json(file.read_bytes())
    except OSError as error:
        raise ReportError("no-run", f"{file} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise ReportError("bad-run", f"{file} is no run: {where}: {first['msg']}") from error
