"""hassil as a peer of the intent model: what it makes of a sentence, as acts."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType

from hassil.intents import Intents
from hassil.models import MatchEntity
from hassil.recognize import RecognizeResult, recognize_all

from cockpit.nlu.calendar import read_time
from cockpit.nlu.numbers import read_digits
from cockpit.nlu.tokens import clean, tokenise
from cockpit.skillset import SkillSet
from cockpit.types import LANGS, Lang
from models.eval.hassil_sentences import KIND_END, sentences
from models.eval.peers import Acts

UNSAID: Mapping[Lang, str] = {"zh": "'’，。、！？；：,!?;:…", "en": "'’"}
"""Marks that the templates are written without. Between English words hassil drops punctuation itself."""


class _TooSlowError(Exception):
    """The deadline of one call has passed."""


class HassilPeer:
    """hassil with the skills' sentences, expanded as an integrator of Home Assistant would: one set of intents per
    language, the control's own names as local rules, the assistant's fillers as words to skip.

    A sentence is one intent to hassil, so several acts in one breath are beyond it; that is left as it is. Bare
    mentions, which name no operation, are left out. A call that outlasts `deadline_s` counts as not understood; this
    needs the main thread, elsewhere there is no deadline.
    """

    name = "hassil"

    def __init__(self, skills: SkillSet, deadline_s: float = 2.0) -> None:
        self.deadline_s = deadline_s
        self.timeouts = 0
        self._intents = {lang: Intents.from_dict(sentences(skills, lang)) for lang in LANGS}
        for lang in LANGS:
            self._best(_WARM_UP[lang], lang)

    def understand(self, text: str, lang: Lang) -> Acts:
        try:
            with _deadline(self.deadline_s):
                return self._best(text, lang)
        except _TooSlowError:
            self.timeouts += 1
            return []

    def _best(self, text: str, lang: Lang) -> Acts:
        """The best result as Home Assistant ranks them, of those whose values can be read."""
        places = [at for at, letter in enumerate(text) if letter not in UNSAID[lang]]
        said = "".join(text[at] for at in places)
        found = []
        for result in recognize_all(said, self._intents[lang], language=lang):
            slots = _slots(result, text, places, lang)
            if slots is not None:
                found.append((_rank(result), result.intent.name, slots))
        if not found:
            return []
        _, intent, slots = min(found, key=lambda one: one[:2])
        return [(intent, slots)]


_WARM_UP: Mapping[Lang, str] = {"zh": "温度调到二十二度", "en": "set the temperature to twenty two degrees"}


def _slots(result: RecognizeResult, text: str, places: list[int], lang: Lang) -> dict[str, object] | None:
    """The slots of a result; None when a wildcard holds no such value as it should."""
    slots: dict[str, object] = {}
    for entity in result.entities_list:
        value = _words(entity, text, places) if entity.is_wildcard else entity.value
        kind, between, name = entity.name.rpartition(KIND_END)
        if between and (value := _read(kind, str(value), lang)) is None:
            return None
        slots[name] = value
    return slots


def _words(entity: MatchEntity, text: str, places: list[int]) -> str:
    """What a wildcard holds, as it was written."""
    if entity.text_span is None or entity.text_span[0] >= entity.text_span[1]:
        return entity.text.strip()
    start, end = entity.text_span
    return text[places[start] : places[end - 1] + 1].strip()


def _read(kind: str, words: str, lang: Lang) -> str | None:
    tokens = tokenise(clean(words))
    readers: Mapping[str, Callable[[], Iterable[tuple[int, str]]]] = {
        "time": lambda: read_time(tokens, 0, lang),
        "digits": lambda: [read_digits(tokens, 0, lang)],
    }
    return next((value for end, value in readers[kind]() if value and end == len(tokens)), None)


def _rank(result: RecognizeResult) -> tuple[int, int, int]:
    """Home Assistant's order: few wildcards, much literal text, little text in wildcards."""
    wildcards = [entity for entity in result.entities_list if entity.is_wildcard]
    return len(wildcards), -result.text_chunks_matched, sum(len(entity.text) for entity in wildcards)


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """Raises `_TooSlowError` in the body after `seconds`."""

    def late(_number: int, _frame: FrameType | None) -> None:
        raise _TooSlowError

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
