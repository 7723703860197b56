from __future__ import annotations

from uuid import uuid4

import pytest

from cockpit.can.database import CanDatabase, load_database
from cockpit.config import CanSettings
from cockpit.profile import VehicleProfile


@pytest.fixture(scope="session")
def database(profile: VehicleProfile) -> CanDatabase:
    return load_database(CanSettings().database, profile)


@pytest.fixture
def can_bus() -> CanSettings:
    """A virtual CAN bus that nobody else is on."""
    return CanSettings(interface="virtual", channel=uuid4().hex)
