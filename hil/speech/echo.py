"""Does the assistant hear itself, and a person over itself? `python -m hil.speech.echo [--count 10] [--langs en zh]`.

One voice of the project is the assistant's: it goes through a loudspeaker that clips softly, over a made-up room, into
the microphone. In `barge` a person, who is another voice, gives a command meanwhile, at a stated ratio to the echo.
Both go to the VAD and the recogniser as they are and through the front end. `stopped`: the assistant falls silent
0.3 s after the person began, as in the car; else it speaks on.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from cockpit.audio.endpointing import TAIL_MS, Endpointer, SpeechEnd, SpeechStart
from cockpit.audio.front import FrontEnd
from cockpit.audio.playback import Playback
from cockpit.audio.vad import CHUNK_MS, CHUNK_SAMPLES, SileroVad
from cockpit.config import AudioSettings, FrontSettings, load_settings
from cockpit.ports import Recognizer
from cockpit.types import SAMPLE_RATE_HZ, Lang, Pcm
from hil import noise, room
from hil.speech.scoring import errors, total
from hil.speech.suppression import commands, engine, recordings

ECHO_DB = -25.0
"""Level of the assistant's voice at the microphone, dB under full scale."""
FLOOR_DB = -60.0
"""Level of the car's noise: a quiet, standing car, in which an echo is heard best."""
DELAYS_S = (0.02, 0.06, 0.1, 0.15)
DRIVES = (1.0, 2.0, 4.0)
"""How hard the loudspeaker is driven (`hil.room.loudspeaker`)."""
RATIOS_DB = (10, 0, -10)
BLOCK = round(0.04 * SAMPLE_RATE_HZ)
"""What a loudspeaker is given at a time."""
PERSON_AT_S = 2.5
STOP_S = 0.3


@dataclass(frozen=True, slots=True)
class Scene:
    """One trial: what the loudspeaker was given and what the microphone hears, `person` at `PERSON_AT_S` or none."""

    far: Pcm
    near: Pcm
    text: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    """What came out for one kind of trial. `errors` of the recogniser 0..1 (None without a person); `erle_db` is how
    much weaker the echo is after 1.5 s; `own` are the utterances taken for the assistant's own voice, of which `lost`
    held a person; `delay_ms` the median from the person's first sound to the start of speech."""

    lang: Lang
    trial: str
    front: bool
    trials: int
    started: int
    utterances: int
    own: int
    lost: int
    erle_db: float | None = None
    delay_ms: float | None = None
    errors: float | None = None


def scene(assistant: Pcm, person: Pcm | None, text: str, ratio_db: float, number: int, *, stopped: bool) -> Scene:
    """The trial `number` with its own room, delay and drive of the loudspeaker."""
    rng = np.random.default_rng(number)
    begin = round(PERSON_AT_S * SAMPLE_RATE_HZ)
    whole = room.at_level(assistant, -20.0)
    far = whole.copy()
    if stopped and person is not None:
        far[begin + round(STOP_S * SAMPLE_RATE_HZ) :] = 0.0
    impulse, drive = room.response(DELAYS_S[number % len(DELAYS_S)], rng), DRIVES[number % len(DRIVES)]
    gain_db = ECHO_DB - room.speech_level_db(room.heard(room.loudspeaker(whole, drive), impulse))
    echo = room.heard(room.loudspeaker(far, drive), impulse) * np.float32(10 ** (gain_db / 20))
    floor = room.at_level(noise.car(len(far), rng), FLOOR_DB)
    near, end = echo + floor, begin
    if person is not None:
        voice = room.at_level(room.heard(person, room.response(0.003, rng)), ECHO_DB + ratio_db)
        end = min(begin + len(voice), len(near))
        near[begin:end] += voice[: end - begin]
    return Scene(far, np.clip(near, -1, 1).astype(np.float32), text, begin, end)


def listened(trial: Scene, *, front: bool) -> tuple[Pcm, FrontEnd]:
    """What the microphone's sound is after the front end, on a thread that wakes up to 20 ms late."""
    rng = np.random.default_rng(0)
    now = [0.0]
    playback = Playback(lambda: now[0])
    end = FrontEnd(FrontSettings(echo=front, suppression="off"), playback)
    out, written = [], 0
    for at in range(0, len(trial.near) - CHUNK_SAMPLES + 1, CHUNK_SAMPLES):
        heard_s = (at + CHUNK_SAMPLES) / SAMPLE_RATE_HZ
        while written < len(trial.far) and written / SAMPLE_RATE_HZ <= heard_s:
            now[0] = written / SAMPLE_RATE_HZ
            playback.played(trial.far[written : written + BLOCK], SAMPLE_RATE_HZ)
            written += BLOCK
        now[0] = heard_s + 0.02 * rng.random()
        out.append(end.take(trial.near[at : at + CHUNK_SAMPLES]))
    return np.concatenate(out), end


def segments(pcm: Pcm, vad: SileroVad) -> tuple[list[int], list[tuple[int, int]]]:
    """Sample at which each start of speech was told, and begin and end of each utterance."""
    vad.reset()
    cutter, starts, found = Endpointer(AudioSettings()), [], []
    for at in range(0, len(pcm) - CHUNK_SAMPLES + 1, CHUNK_SAMPLES):
        chunk = pcm[at : at + CHUNK_SAMPLES]
        event = cutter.feed(chunk, vad.probability(chunk))
        if isinstance(event, SpeechStart):
            starts.append(at + CHUNK_SAMPLES)
        if isinstance(event, SpeechEnd):
            found.append(_span(at + CHUNK_SAMPLES, event))
    last = cutter.finish()
    return starts, found + ([_span(len(pcm), last)] if last else [])


def _span(at: int, event: SpeechEnd) -> tuple[int, int]:
    end = at - round(max(event.silence_s - TAIL_MS / 1000, 0.0) * SAMPLE_RATE_HZ)
    return end - len(event.pcm), end


def measured(lang: Lang, name: str, trials: Sequence[Scene], recogniser: Recognizer, *, front: bool) -> Row:
    """All trials of a kind, with the front end or without."""
    vad = SileroVad()
    person = trials[0].end > trials[0].begin
    started = utterances = own = lost = 0
    erle, delays, heard = [], [], []
    for trial in trials:
        pcm, microphone = listened(trial, front=front)
        starts, found = segments(pcm, vad)
        started += len(starts)
        spans = [((last - first) / SAMPLE_RATE_HZ, (len(pcm) - last) / SAMPLE_RATE_HZ) for first, last in found]
        judged = [microphone.own_voice(length_s, ago_s) for length_s, ago_s in spans]
        with_person = [last > trial.begin + SAMPLE_RATE_HZ // 4 and person for _, last in found]
        utterances += len(found)
        own += sum(judged)
        lost += sum(taken and spoken for taken, spoken in zip(judged, with_person, strict=True))
        after = slice(round(1.5 * SAMPLE_RATE_HZ), trial.begin if person else len(pcm))
        erle.append(10 * np.log10(np.square(trial.near[after]).mean() / np.square(pcm[after]).mean()))
        told = [at for at in starts if at > trial.begin]
        delays += [(told[0] - trial.begin) * 1000 / SAMPLE_RATE_HZ] if told else []
        if person:
            cut = pcm[trial.begin - SAMPLE_RATE_HZ // 5 : trial.end + SAMPLE_RATE_HZ // 5]
            heard.append(recogniser.recognise(cut, lang).text)
    wrong = total(errors(trial.text, text, lang) for trial, text in zip(trials, heard, strict=True)) if person else None
    rate = None if wrong is None else wrong.word_rate
    delay_ms = float(np.median(delays)) if delays and person else None
    return Row(lang, name, front, len(trials), started, utterances, own, lost, float(np.mean(erle)), delay_ms, rate)


def trials(lang: Lang, count: int, folder: Path) -> dict[str, list[Scene]]:
    """Every kind of trial by its name."""
    texts = commands(lang, 30)
    speech = [voiced(pcm) for pcm in recordings(lang, texts, folder)]
    voices, people = speech[::2], speech[1::2]
    made: dict[str, list[Scene]] = {}
    for number in range(count):
        assistant = np.concatenate([voices[(number + more) % len(voices)] for more in range(5)])
        person, text = people[number % len(people)], texts[1::2][number % len(people)]
        made.setdefault("assistant alone", []).append(scene(assistant, None, "", 0, number, stopped=False))
        made.setdefault("person alone", []).append(scene(assistant * 0, person, text, 0, number, stopped=False))
        for stopped in (False, True):
            for ratio in RATIOS_DB:
                name = f"barge {ratio:+} dB" + (" stopped" if stopped else "")
                made.setdefault(name, []).append(scene(assistant, person, text, ratio, number, stopped=stopped))
    return made


def voiced(pcm: Pcm) -> Pcm:
    """Without the silence around, but for 0.1 s."""
    loud = np.flatnonzero(np.abs(pcm) > 0.02)
    return pcm[max(loud[0] - 320, 0) : loud[-1] + 1600]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m hil.speech.echo", description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10, help="trials of a kind")
    parser.add_argument("--langs", nargs="+", choices=("en", "zh"), default=["en", "zh"])
    parser.add_argument("--only", nargs="+", help="kinds of trials")
    parser.add_argument("--report", default="echo.json", help="file in the folder of the recordings")
    parser.add_argument("--out", type=Path, default=Path("out/suppression"))
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    found: list[Row] = []
    for lang in options.langs:
        recogniser = engine("moonshine" if lang == "en" else "whisper", load_settings().models_dir)
        for name, scenes in trials(lang, options.count, options.out).items():
            if options.only and name not in options.only:
                continue
            for front in (False, True):
                row = measured(lang, name, scenes, recogniser, front=front)
                found.append(row)
                sys.stdout.write(_line(row))
                sys.stdout.flush()
    report = json.dumps([asdict(row) for row in found], indent=1) + "\n"
    options.out.joinpath(options.report).write_text(report, "utf-8")


def _line(row: Row) -> str:
    told = [f"{row.lang} {row.trial:<22} {'front end' if row.front else 'as it is':<9} {row.trials} trials"]
    told.append(f"{row.started} starts of speech, {row.utterances} utterances")
    told.append(f"{row.own} taken for its own voice, {row.lost} of them a person's")
    told.append(f"{row.erle_db:.0f} dB weaker")
    told += [f"heard after {row.delay_ms:.0f} ms (chunks of {CHUNK_MS})"] if row.delay_ms is not None else []
    told += [f"{row.errors:.0%} wrong"] if row.errors is not None else []
    return ", ".join(told) + "\n"


if __name__ == "__main__":
    main()
