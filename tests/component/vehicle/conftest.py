from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from cockpit.profile import VehicleProfile
from hil.broker import RunningBroker
from tests.component.vehicle.scripted_car import Car, make_car


@pytest.fixture
async def car(broker: RunningBroker, profile: VehicleProfile, vid: str) -> AsyncIterator[Car]:
    async with make_car(broker, profile, vid) as one:
        yield one


@pytest.fixture
async def hasty_car(broker: RunningBroker, profile: VehicleProfile, vid: str) -> AsyncIterator[Car]:
    """One that soon gives up waiting for a result."""
    async with make_car(broker, profile, vid, result_timeout_s=0.5) as one:
        yield one
