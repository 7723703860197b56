"""The whole assistant on a real broker with the simulated vehicle, without models: what is typed works all the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cockpit.config import Settings, SpeechSettings, TurnSettings
from hil.standalone import Stand, standalone


@pytest.fixture
def settings(tmp_path: Path, vid: str) -> Settings:
    """No models, no sound card, and short deadlines."""
    return Settings(
        vid=vid,
        models_dir=tmp_path / "models",
        speech=SpeechSettings(output="none"),
        turn=TurnSettings(result_timeout_s=1.0),
    )


@pytest.fixture
async def stand(settings: Settings) -> AsyncIterator[Stand]:
    async with standalone(settings) as running:
        yield running
