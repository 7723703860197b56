"""Fixtures for tests on a real broker, each test with a vehicle id of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from cockpit.config import ROOT
from cockpit.profile import VehicleProfile, load_profile
from hil.broker import RunningBroker, find_mosquitto, running_broker


@pytest.fixture(scope="session")
def profile() -> VehicleProfile:
    return load_profile(ROOT / "cockpit" / "profiles" / "reference.yaml")


@pytest.fixture
def vid() -> str:
    return f"t{uuid4().hex[:8]}"


@pytest.fixture
async def broker() -> AsyncIterator[RunningBroker]:
    """mosquitto where it is installed, else amqtt."""
    async with running_broker() as running:
        yield running


@pytest.fixture(params=["mosquitto", "amqtt"])
async def each_broker(request: pytest.FixtureRequest) -> AsyncIterator[RunningBroker]:
    """One test on either broker."""
    if request.param == "mosquitto" and find_mosquitto() is None:
        pytest.skip("mosquitto is not installed")
    async with running_broker(kind=request.param) as running:
        yield running
