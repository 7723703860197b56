"""What is heard wrong, and what is understood all the same, against noise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product

from cockpit.ports import Understander
from cockpit.runtime.hearing import believed
from cockpit.types import LANGS, Lang, Pcm, Transcript
from hil import noise
from hil.speech import corpus
from hil.speech.corpus import Clip
from hil.speech.scoring import errors, total
from hil.speech.workbench import Json, Workbench, seeded, share, speech_of

SNRS_DB: tuple[float | None, ...] = (None, 20, 15, 10, 5, 0)
"""None is clean."""
QUICK_DB: tuple[float | None, ...] = (None, 10, 0)
NOISES = ("car", "babble")
ENGINES: dict[Lang, tuple[str, ...]] = {"en": ("moonshine", "whisper"), "zh": ("whisper",)}
COMMANDS, PEOPLE, BABBLERS = 30, 30, 12
"""Sentences of each language, recordings of people, and lines that babble is made of."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A recogniser as it is measured."""

    engine: str
    leaning: bool
    hear: Callable[[Pcm], Transcript]


@dataclass(frozen=True, slots=True)
class Condition:
    noise: str
    snr_db: float | None


def conditions(quick: bool) -> list[Condition]:
    """Clean once, then each noise from little to much."""
    levels = [level for level in (QUICK_DB if quick else SNRS_DB) if level is not None]
    return [Condition("none", None), *(Condition(kind, level) for kind, level in product(NOISES, levels))]


def listeners(bench: Workbench, lang: Lang) -> list[Listener]:
    """Every engine for `lang`, as it is and, where the service expects something, leaning on that."""
    found, expected = [], bench.expectations.get(lang)
    for name in ENGINES[lang]:
        recognise = partial(bench.engine(name).recognise, lang=lang)
        found.append(Listener(name, False, recognise))
        if expected is not None:
            found.append(Listener(name, True, partial(recognise, expected=expected.expected())))
    return found


def under(clip: Clip, pcm: Pcm, condition: Condition, others: Sequence[Pcm]) -> Pcm:
    """The clip with noise, the same at every ratio."""
    if condition.snr_db is None:
        return pcm
    rng = seeded(clip, condition.noise)
    made = noise.car(len(pcm), rng) if condition.noise == "car" else noise.babble(len(pcm), others, rng)
    return noise.mixed(pcm, made, condition.snr_db)


def measure(bench: Workbench) -> Json:
    """`rows`, one for each language, engine, kind of speech and condition; `heard` has every wrong transcript."""
    rows: list[Json] = []
    heard: list[Json] = []
    for lang in LANGS:
        ours = bench.voiced(corpus.commands(lang, bench.count(COMMANDS, 5)), lang)
        others = [clip.pcm for clip in bench.voiced(corpus.other_speech(lang, BABBLERS), lang)]
        groups = [group for group in (ours, bench.people(lang, bench.count(PEOPLE, 5))) if group]
        ears = listeners(bench, lang)
        work = [*product(groups, conditions(bench.quick), ears)]
        for clips, condition, listener in bench.each(work, f"hearing in noise, {lang}"):
            found = [*_heard(clips, condition, listener, others)]
            rows.append(_row(found, condition, listener, bench.understander))
            heard += [_line(clip, one.text, condition, listener) for clip, one in found if one.text != clip.text]
    return {"rows": rows, "heard": heard}


def _heard(
    clips: Sequence[Clip], condition: Condition, listener: Listener, others: Sequence[Pcm]
) -> Iterator[tuple[Clip, Transcript]]:
    for clip in clips:
        yield clip, listener.hear(under(clip, clip.pcm, condition, others))


def _row(
    found: Sequence[tuple[Clip, Transcript]], condition: Condition, listener: Listener, understander: Understander
) -> Json:
    lang = found[0][0].lang
    wrong = total(errors(clip.text, heard.text, lang) for clip, heard in found)
    commands = [(clip, heard) for clip, heard in found if is_command(clip)]
    right = sum(as_typed(heard, clip.text, understander) for clip, heard in commands)
    return {
        "lang": lang, "engine": listener.engine, "leaning": listener.leaning, "speech": speech_of(found[0][0]),
        "noise": condition.noise, "snr_db": condition.snr_db, "clips": len(found), "words": wrong.words,
        "word_errors": round(wrong.word_rate, 4), "character_errors": round(wrong.character_rate, 4),
        "commands": len(commands), "right": share(right, len(commands)) if commands else None,
    }  # fmt: skip


def is_command(clip: Clip) -> bool:
    """Prompts of a telephone exchange and lines of a novel are none; what is joined from syllables is."""
    return not clip.human or clip.source == "gcin-voice"


def as_typed(heard: Transcript, said: str, understander: Understander) -> bool:
    """Whether what was heard comes to the same acts and slots as what was said would, had it been typed."""
    got = believed(understander, heard).understanding.acts
    wanted = understander.understand(said, heard.lang).acts
    return [(act.intent, act.slots) for act in wanted] == [(act.intent, act.slots) for act in got]


def _line(clip: Clip, text: str, condition: Condition, listener: Listener) -> Json:
    return {
        "said": clip.text, "heard": text, "source": clip.source, "engine": listener.engine,
        "leaning": listener.leaning, "noise": condition.noise, "snr_db": condition.snr_db,
    }  # fmt: skip
