from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hil.broker import find_mosquitto
from tests.component.broker.secured import Secured, secured


@pytest.fixture
async def secure(tmp_path: Path, vid: str) -> AsyncIterator[Secured]:
    """A running broker, set up afresh."""
    if find_mosquitto() is None:
        pytest.skip("mosquitto is not installed")
    async with secured(tmp_path, vid) as running:
        yield running
