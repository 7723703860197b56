"""What all parts of the settings are, and where things lie when nothing else is said."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict

ROOT = Path(__file__).resolve().parent.parent.parent
"""Where `skills/` and `models/` lie: the checkout, or site-packages when installed as a wheel."""


def models_dir() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "cockpit" / "models"


def state_dir() -> Path:
    state = os.environ.get("STATE_DIRECTORY")  # systemd's StateDirectory=
    if state:
        return Path(state.split(":")[0])
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "cockpit"


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
