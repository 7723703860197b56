"""Recordings of a drive heard again, by this build's recognisers: on real time, before the drive is run on virtual."""

from __future__ import annotations

import asyncio
from typing import Any

from cockpit.asr.recognition import Recognition
from cockpit.audio.endpointing import trim
from cockpit.audio.vad import SileroVad
from cockpit.audio.wav import decode_wav
from cockpit.bus import topics
from cockpit.config import Settings
from cockpit.errors import AudioError, ModelError
from cockpit.types import ZONES, Utterance, Zone
from hil.drive.errors import DriveError
from hil.drive.format import Drive, Entry
from hil.drive.script import kind_of


async def heard_again(drive: Drive, settings: Settings) -> Drive:
    """The drive with each kept recording as the text that is heard in it now.

    Raises `DriveError` (`drive-models` without the recognisers' models; `drive-unreadable` where a recording is gone).
    """
    recognition = Recognition(settings.asr, settings.models_dir)
    try:
        entries = [await _typed(drive, entry, recognition, settings) for entry in drive.entries]
    except ModelError as error:
        raise DriveError("models", f"the recordings cannot be heard again: {error.message}") from error
    finally:
        recognition.close()
    return Drive(drive.header, tuple(entries), drive.folder)


async def _typed(drive: Drive, entry: Entry, recognition: Recognition, settings: Settings) -> Entry:
    if kind_of(entry.topic) is not topics.REQUEST_AUDIO or entry.file is None:
        return entry
    parts = topics.REQUEST_AUDIO.parse(entry.topic)
    zone: Zone = next((zone for zone in ZONES if zone == parts["zone"]), "driver")
    body: dict[str, Any] = {"id": parts["id"], "zone": zone, "text": ""}
    try:
        pcm = await asyncio.to_thread(decode_wav, await asyncio.to_thread(entry.payload, drive.folder))
        spoken = await asyncio.to_thread(trim, pcm, SileroVad(), settings.audio)
    except (AudioError, OSError) as error:
        raise DriveError("unreadable", f"{entry.file} of the drive cannot be heard: {error}") from error
    if spoken is not None:
        lang = settings.asr.zone_language.get(zone)
        heard = await recognition.transcribe(Utterance(spoken, zone, 0.0), lang)
        body |= {"text": heard.text, "lang": heard.lang}
    topic = topics.REQUEST_TEXT.build(drive.header.vid)
    return entry.model_copy(update={"topic": topic, "data": body, "file": None})
