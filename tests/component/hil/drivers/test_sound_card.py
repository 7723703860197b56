"""A real voice through PortAudio and ALSA, without a sound card: ALSA's own file device takes what is played and gives
what is to be heard. In a process of its own, since PortAudio reads ALSA's configuration once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cockpit.audio.wav import decode_wav
from cockpit.config import ROOT
from cockpit.types import SAMPLE_RATE_HZ

ALSA = Path("/usr/share/alsa/alsa.conf")
DEVICES = """
pcm.!default {{ type file slave.pcm "null" file "{folder}/played.wav" format "wav" infile "{folder}/room.raw"
  hint {{ show on description "the rig's card" }} }}
pcm.null {{ type null }}
"""
PROGRAM = """
import asyncio, sys
from pathlib import Path
import numpy as np
from cockpit.config import BrokerSettings, Settings
from hil.rig.driver import Site
from hil.rig.drivers import sound_card as card
from hil.trace import Trace

async def main(folder):
    nowhere = BrokerSettings(port=1)
    site = Site("desk", Settings(vid="demo"), {}, Trace(), folder, nowhere, nowhere)
    tone = (0.5 * np.sin(np.arange(8000) * 0.1)).astype(np.float32)
    async with card.SoundCardVoice(card.SoundCardVoiceResource(), site) as voice:
        await voice.sound("t1", tone, "driver")
    print([seen.data for seen in site.trace.since(source="audio")])

asyncio.run(main(Path(sys.argv[1])))
"""


def test_what_is_said_comes_out_of_the_sound_card(tmp_path: Path) -> None:
    sounddevice = pytest.importorskip("sounddevice", reason="PortAudio is not installed")
    if "ALSA" not in str(sounddevice.query_hostapis()):
        pytest.skip("PortAudio has no ALSA here")
    (tmp_path / "room.raw").write_bytes(bytes(2 * SAMPLE_RATE_HZ))
    (tmp_path / "asound.conf").write_text(DEVICES.format(folder=tmp_path), "utf-8")
    environment = {**os.environ, "ALSA_CONFIG_PATH": str(tmp_path / "asound.conf"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        check=False,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "'file': 'said-t1.wav', 'duration_s': 0.5, 'zone': 'driver'" in done.stdout
    played = decode_wav(_whole(tmp_path / "played.wav"))
    sounding = played[np.abs(played) > 0.001]  # a device that takes all at once plays silence in between
    assert 7500 < len(sounding) < 8100
    spectrum = np.abs(np.fft.rfft(played))
    hertz = np.argmax(spectrum) * SAMPLE_RATE_HZ / len(played)
    assert abs(hertz - 0.1 * SAMPLE_RATE_HZ / (2 * np.pi)) < 30


def _whole(file: Path) -> bytes:
    """ALSA writes the sizes in the header once it is closed in good order; they are taken from the file here."""
    data = bytearray(file.read_bytes())
    data[4:8] = (len(data) - 8).to_bytes(4, "little")
    data[40:44] = (len(data) - 44).to_bytes(4, "little")
    return bytes(data)
