"""A place for a single driver: no assistant, and where wanted a broker."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.config import BrokerSettings, Settings
from hil.rig.driver import Site
from hil.trace import Trace


@pytest.fixture
async def site(tmp_path: Path, vid: str) -> Site:
    nowhere = BrokerSettings(port=1)
    return Site("desk", Settings(vid=vid), {}, Trace(), tmp_path, nowhere, nowhere)
