"""A spoken drive: recorded with its sound, heard again by the recognisers, and run again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cockpit.bus import Bus
from cockpit.config import LanguageModelSettings, Settings, SpeechSettings
from hil.demo import script
from hil.drive.difference import differences, turns
from hil.drive.format import Drive
from hil.drive.recognition import heard_again
from hil.drive.recorder import Keeping, Recorder
from hil.drive.replay import replay
from hil.standalone import standalone

pytestmark = pytest.mark.models


async def recorded(settings: Settings, file: Path) -> Drive:
    """The first things that are said in the demo, one in each language, said aloud."""
    first = {utterance.lang: utterance for utterance in reversed(script()) if not utterance.expect.before}
    async with standalone(settings) as stand:
        bus = Bus(settings.broker.model_copy(update={"host": stand.broker.host, "port": stand.broker.port}))
        recorder = Recorder(bus, settings.vid, file, Keeping(personal=True, audio=True))
        async with bus.running(), asyncio.TaskGroup() as group:
            group.create_task(recorder.run())
            await bus.wait_connected()
            for utterance in first.values():
                await stand.person.reset()
                await stand.person.speak(await asyncio.to_thread(utterance.file.read_bytes), utterance.zone)
            recorder.stop()
    return Drive.read(file)


def test_a_spoken_drive_is_heard_again_and_ends_as_it_did(vid: str, tmp_path: Path) -> None:
    settings = Settings(vid=vid, speech=SpeechSettings(output="none"), lm=LanguageModelSettings(model="none"))
    then = asyncio.run(recorded(settings, tmp_path / "drive.jsonl"))
    assert len(turns(then)) == 2
    assert all(turn.acts for turn in turns(then).values())
    again = asyncio.run(heard_again(then, settings))
    typed = [entry for entry in again.entries if "request/text" in entry.topic]
    assert [(one.data or {})["text"] for one in typed] == [turn.said for turn in turns(then).values()]
    assert [one for one in differences(then, replay(again, settings)) if one.what != "time"] == []
