"""What a scenario says aloud: a recording, or a voice of the board with noise under it. Mono at 16 kHz."""

from __future__ import annotations

from zlib import crc32

import numpy as np

from cockpit.audio.wav import decode_wav, resample
from cockpit.config import Settings
from cockpit.tts.speech import NORMALISE
from cockpit.tts.voices import FallbackVoice, configured
from cockpit.types import SAMPLE_RATE_HZ, Lang, Pcm
from hil import noise
from hil.room import heard, response
from hil.scenario.load import Loaded, ScenarioError
from hil.scenario.steps import Say, Voiced

MOUTH_S = 0.002
"""Sound's way from a mouth to the microphone above it, some 70 cm."""
SILENCE_S = 0.3
"""Before and behind what is said, with the noise going on."""
OTHERS = {
    "zh": ("今天路上车有点多，我们早点出发吧", "昨天的会开到很晚，大家都累了"),
    "en": ("there was a lot of traffic this morning", "we should call them back after lunch today"),
}
"""What the people in the babble talk about."""


class Sounds:
    """Makes sounds. The voices are those of `settings`."""

    def __init__(self, settings: Settings) -> None:
        self._voices = configured(settings.speech, settings.models_dir)

    async def of(self, loaded: Loaded) -> dict[int, Pcm]:
        """The sounds of a scenario by the places of their steps: the same every time it is run."""
        found: dict[int, Pcm] = {}
        for place, step in enumerate(loaded.scenario.timeline):
            if isinstance(step, Say) and (step.wav or step.voice):
                found[place] = await self._pcm(step, loaded)
        return found

    async def close(self) -> None:
        for voice in self._voices.values():
            for one in voice.voices:
                if one.loaded:
                    await one.close()

    async def _pcm(self, step: Say, loaded: Loaded) -> Pcm:
        lang = loaded.scenario.lang
        if step.wav:
            said = decode_wav(loaded.file.parent / step.wav)
        else:
            said = await self._spoken(step.say, lang)
        if step.voice is None:
            return said
        rng = np.random.default_rng(crc32(f"{step.say}{step.voice}".encode()))
        quiet = np.zeros(round(SILENCE_S * SAMPLE_RATE_HZ), np.float32)
        said = heard(np.concatenate([quiet, said, quiet]), response(MOUTH_S, rng))
        return await self._in_noise(said, step.voice, lang, rng)

    async def _spoken(self, text: str, lang: Lang) -> Pcm:
        voice = self._voice(lang)
        chosen = await voice.choose()
        pcm = await chosen.say(NORMALISE[lang](text), lang)
        return resample(pcm, chosen.engine.capabilities.rate_hz)

    def _voice(self, lang: Lang) -> FallbackVoice:
        if lang not in self._voices:
            raise ScenarioError("no-voice", f"the settings name no voice for {lang}")
        return self._voices[lang]

    async def _in_noise(self, said: Pcm, how: Voiced, lang: Lang, rng: np.random.Generator) -> Pcm:
        match how.noise:
            case "none":
                return said
            case "car":
                sound = noise.car(len(said), rng, how.speed_km_h)
            case "engine":
                sound = noise.engine(len(said), rng, how.speed_km_h).astype(np.float32)
            case "babble":
                others = [await self._spoken(text, lang) for text in OTHERS[lang]]
                sound = noise.babble(len(said), others, rng)
        return noise.mixed(said, sound, how.snr_db)
