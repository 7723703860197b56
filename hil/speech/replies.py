"""How soon replies are heard: `python -m hil.speech.replies [--lang zh] [--understood]`.

The replies are those of a session: the requests of replies.yaml are typed to the assistant with the simulated vehicle.
Each is then spoken into nothing three ways: with nothing voiced before, with what the service voices ahead while nobody
speaks, and once more when it was spoken before. The processor's time up to the first sound, over all cores, tells what
the first sound costs where the machine has other work too. `--understood` has Whisper write down each reply voiced in
one go and in the pieces it is played in, and gives the share of its syllables or letters that came out otherwise.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soxr

from cockpit.config import Settings, SpeechSettings, load_settings
from cockpit.dialog.reply import Composer
from cockpit.profile import load_profile
from cockpit.skillset import load_skills
from cockpit.tts.speech import NORMALISE, Speech
from cockpit.types import LANGS, SAMPLE_RATE_HZ, AudioChunk, Lang, Pcm
from cockpit.yamlfile import read_yaml
from hil.standalone import standalone

TARGET_MS: dict[Lang, int] = {"en": 200, "zh": 400}
"""Median of the first sound of a reply of ordinary length."""


@dataclass(slots=True)
class Ear:
    """A sink that plays in no time and keeps what it was given."""

    pcm: list[Pcm] = field(default_factory=list)
    rate_hz: int = SAMPLE_RATE_HZ

    async def play(self, chunk: AudioChunk) -> None:
        self.pcm.append(chunk.pcm)
        self.rate_hz = chunk.rate_hz

    async def stop(self) -> None:
        """Nothing is ever playing."""

    def heard(self) -> Pcm:
        """All of it at 16 kHz."""
        return np.asarray(soxr.resample(np.concatenate(self.pcm), self.rate_hz, SAMPLE_RATE_HZ), np.float32)


@dataclass(frozen=True, slots=True)
class Spoken:
    """Milliseconds from the reply's text to its first sound, what the processor worked in them, and to its last piece;
    and the seconds it lasts."""

    first_ms: float
    worked_ms: float
    whole_ms: float
    lasts_s: float


async def session(settings: Settings, langs: Iterable[Lang]) -> dict[Lang, list[str]]:
    """The assistant's replies to the requests of replies.yaml, each once."""
    asked = read_yaml(Path(__file__).parent / "replies.yaml")
    quiet = settings.model_copy(update={"speech": SpeechSettings(zh="none", en="none", output="none")})
    found: dict[Lang, list[str]] = {}
    for lang in langs:
        async with standalone(quiet) as stand:
            replies = [(await stand.person.type(text, lang)).reply for text in asked[lang]]
        found[lang] = list(dict.fromkeys(replies))
    return found


async def spoken(speech: Speech, text: str, lang: Lang) -> Spoken:
    loop, ear = asyncio.get_running_loop(), Ear()
    first: list[tuple[float, float]] = []
    begun_s, worked_s = loop.time(), time.process_time()
    await speech.say(text, lang, [ear], lambda: first.append((loop.time(), time.process_time())))
    lasts_s = sum(map(len, ear.pcm)) / ear.rate_hz
    waited_ms, worked_ms = 1000 * (first[0][0] - begun_s), 1000 * (first[0][1] - worked_s)
    return Spoken(waited_ms, worked_ms, 1000 * (loop.time() - begun_s), lasts_s)


async def measure(settings: Settings, lang: Lang, replies: list[str]) -> dict[str, list[Spoken]]:
    """Each way of having voiced something before, with what each reply took."""
    nothing = settings.model_copy(update={"speech": settings.speech.model_copy(update={"cache_mb": 0})})
    found = {}
    for name, chosen in (("nothing voiced before", nothing), ("as the service voices ahead", settings)):
        speech = Speech.from_settings(chosen)
        await speech.warm({lang: [replies[0]]})  # the engine's first run takes longer than any other
        if chosen is settings:
            composer = Composer(load_skills(settings.skills_dir), load_profile(settings.profile))
            await speech.warm({lang: composer.fixed(lang)})
            await speech.warm({lang: composer.likely(lang)}, starts=True)
        found[name] = [await spoken(speech, text, lang) for text in replies]
        if chosen is settings:
            found["spoken before"] = [await spoken(speech, text, lang) for text in replies]
        await speech.close()
    return found


async def understood(settings: Settings, lang: Lang, replies: list[str]) -> tuple[float, float]:
    """Share of the syllables (zh) or letters (en) that Whisper writes otherwise: voiced in one go, and in pieces."""
    from faster_whisper import WhisperModel  # noqa: PLC0415 (only here)

    whisper = WhisperModel(str(settings.models_dir / "whisper-base"), device="cpu", compute_type="int8", cpu_threads=2)
    speech = Speech.from_settings(settings)
    voice = await speech.voice(lang)
    wrong = [0.0, 0.0]
    length = 0
    for text in replies:
        ear = Ear()
        await speech.say(text, lang, [ear])
        words = NORMALISE[lang](text)
        whole = Ear([await voice.say(words, lang)], voice.engine.capabilities.rate_hz)
        wanted = sounds(words, lang)
        length += len(wanted)
        for place, one in enumerate((whole, ear)):
            silence = np.zeros(SAMPLE_RATE_HZ // 3, np.float32)
            prompt = "以下是普通话的句子。" if lang == "zh" else None
            pcm = np.concatenate([silence, one.heard(), silence])
            segments, _ = whisper.transcribe(pcm, language=lang, initial_prompt=prompt, temperature=0.0)
            said = NORMALISE[lang]("".join(segment.text for segment in segments))
            # a recogniser that runs on must not count for more than the whole reply
            wrong[place] += min(len(wanted), distance(wanted, sounds(said, lang)))
    await speech.close()
    return wrong[0] / length, wrong[1] / length


def sounds(text: str, lang: Lang) -> list[str]:
    """Letters of English, syllables without tones of Chinese, so that homophones are the same."""
    if lang == "en":
        return [character for character in text.lower() if character.isalpha()]
    from pypinyin import lazy_pinyin  # noqa: PLC0415 (only here)

    return list(lazy_pinyin([character for character in text if "\u3400" <= character <= "\u9fff"]))


def distance(one: list[str], other: list[str]) -> int:
    from rapidfuzz.distance import Levenshtein  # noqa: PLC0415 (only here)

    return int(Levenshtein.distance(one, other))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m hil.speech.replies", description="how soon replies are heard")
    parser.add_argument("--lang", choices=LANGS, help="only this language")
    parser.add_argument("--understood", action="store_true", help="have Whisper write the replies down too")
    options = parser.parse_args(arguments)
    langs: tuple[Lang, ...] = (options.lang,) if options.lang else LANGS
    asyncio.run(_report(load_settings(), langs, with_whisper=options.understood))


async def _report(settings: Settings, langs: tuple[Lang, ...], *, with_whisper: bool) -> None:
    for lang, replies in (await session(settings, langs)).items():
        wanted, load = TARGET_MS[lang], os.getloadavg()[0]
        sys.stdout.write(f"{lang}: {len(replies)} replies, first sound wanted at {wanted} ms; load before {load:.1f}\n")
        for name, found in (await measure(settings, lang, replies)).items():
            sys.stdout.write(f"  {name:<28} {_medians(found)}\n")
        if with_whisper:
            whole_share, pieces_share = await understood(settings, lang, replies)
            sys.stdout.write(f"  written down otherwise: in one go {whole_share:.1%}, in pieces {pieces_share:.1%}\n")


def _medians(found: list[Spoken]) -> str:
    first = [one.first_ms for one in found]
    worked_ms = statistics.median(one.worked_ms for one in found)
    whole_ms = statistics.median(one.whole_ms for one in found)
    lasts_s = statistics.median(one.lasts_s for one in found)
    tenth = statistics.quantiles(first, n=10)[-1]
    return (
        f"first sound {statistics.median(first):.0f} ms (nine of ten {tenth:.0f}, processor {worked_ms:.0f}), "
        f"all voiced {whole_ms:.0f} ms, lasts {lasts_s:.1f} s"
    )


if __name__ == "__main__":
    main()
