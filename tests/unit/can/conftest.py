from __future__ import annotations

import pytest

from cockpit.can.database import CanDatabase, load_database
from cockpit.config import CanSettings
from cockpit.profile import VehicleProfile


@pytest.fixture(scope="session")
def database(profile: VehicleProfile) -> CanDatabase:
    return load_database(CanSettings().database, profile)
