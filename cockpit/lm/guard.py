"""What of a language model's answer may be said: in the driver's language, short, sensible, and true of the car.

Small models go round in circles, fall into code or another language, and claim to have done what only the gate and
the car can do. An answer is judged clause by clause, as it is written: it is cut where it gets worse, and unusable
where nothing good came before. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cockpit.types import Lang

SPOKEN_S = 12.0
"""How long an answer may last when it is spoken."""
RATE: Mapping[Lang, float] = {"zh": 4.6, "en": 2.7}
"""Chinese characters and English words a second, as the project's voices speak (`python -m hil.speech.replies`)."""
LEAST_ECHO: Mapping[Lang, int] = {"zh": 6, "en": 16}
"""Letters from which saying the question again is an echo, and no greeting that is returned."""
LEAST_CLAUSE: Mapping[Lang, int] = {"zh": 6, "en": 4}
"""Characters or words that a clause which ends in a comma must have to be voiced on its own."""
LEAST_FIRST: Mapping[Lang, int] = {"zh": 5, "en": 3}
"""The same for an answer's first sentence: "Sure!" is no word to be said before it is known what follows."""

Fault = Literal["empty", "wrong_language", "code", "loop", "claim", "persona", "state", "figure", "unsafe", "long"]
"""Why an answer ends or is none; `long` is the only one that leaves a good answer."""

_END = re.compile(r"[。！？!?…；;\n]+[”’」』）)\"']*|(?<![\d.])\.(?=\s|$)|(?<=\d)\.(?=\s|$)")
_COMMA = re.compile(r"[，、：]|[,:](?=\s)")
_CODE = re.compile(
    r"```|<\||\|>|[{}<>\\]|\b(?:def|import|print|function|return)\b\s*[\w(]|https?:|\[/?INST\]|\*\*|^#|=>|=="
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]+")
_COUNTED: Mapping[Lang, re.Pattern[str]] = {
    "zh": re.compile(r"[\u3400-\u9fff]|[A-Za-z]+|\d"),
    "en": re.compile(r"[\w']+"),
}


def spoken_length(text: str, lang: Lang) -> int:
    """Characters (a word of letters is one) or words."""
    return len(_COUNTED[lang].findall(text))


def limit(lang: Lang, seconds: float = SPOKEN_S) -> int:
    """What can be said in `seconds`, in characters or words."""
    return int(seconds * RATE[lang])


@dataclass(frozen=True, slots=True)
class Claims:
    """What says that the assistant did, does or will do something to the car or by an app, as patterns of one language.
    One of `unless` before a claim's end takes it back ("if …", "you can …")."""

    patterns: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...] = ()

    @classmethod
    def of(cls, patterns: Iterable[str], unless: Iterable[str] = (), parts: Mapping[str, str] | None = None) -> Claims:
        """`<name>` in a pattern stands for that part. Raises `re.error` for what is no pattern."""

        def compiled(pattern: str) -> re.Pattern[str]:
            for _ in parts or ():  # a part may hold others
                for name, part in (parts or {}).items():
                    pattern = pattern.replace(f"<{name}>", part)
            return re.compile(pattern, re.IGNORECASE)

        return cls(tuple(map(compiled, patterns)), tuple(map(compiled, unless)))

    def made(self, text: str) -> bool:
        return any(not self._taken_back(text, claim) for pattern in self.patterns for claim in pattern.finditer(text))

    def _taken_back(self, text: str, claim: re.Match[str]) -> bool:
        marks = [mark.end() for mark in _COMMA.finditer(text, 0, claim.start())]
        return any(one.search(text, marks[-1] if marks else 0, claim.end()) for one in self.unless)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of one language, what must not be said: by any model `claims`, and advice that nobody at the wheel should get
    (`unsafe`); by the small one also who it is beside the assistant (`persona`), what only the car or a clock knows
    (`state`), and figures (`figure`), which it makes up."""

    claims: Claims
    unsafe: re.Pattern[str] | None = None
    small: Mapping[Fault, re.Pattern[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, claims: Claims, unsafe: Sequence[str], small: Mapping[Fault, Sequence[str]]) -> Bounds:
        """Raises `re.error` for what is no pattern."""
        patterns = {fault: _any(texts) for fault, texts in small.items()}
        return cls(claims, _any(unsafe), {fault: pattern for fault, pattern in patterns.items() if pattern})

    def broken(self, text: str, *, small: bool) -> Fault | None:
        if self.claims.made(text):
            return "claim"
        if self.unsafe is not None and self.unsafe.search(text):
            return "unsafe"
        return next((fault for fault, pattern in self.small.items() if small and pattern.search(text)), None)


def _any(texts: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{one})" for one in texts), re.IGNORECASE) if texts else None


class Guard:
    """Judges one answer. `fault` tells why it ended before the model did, or that there is none."""

    def __init__(
        self, lang: Lang, bounds: Bounds, asked: str = "", *, small: bool = True, seconds: float = SPOKEN_S
    ) -> None:
        self._lang, self._bounds, self._small, self._asked = lang, bounds, small, _letters(asked)
        self._left = limit(lang, seconds)
        self._waiting = ""
        self._said: list[str] = []
        self.fault: Fault | None = None

    @property
    def text(self) -> str:
        """What was let through."""
        return _joined(self._said, self._lang)

    @property
    def usable(self) -> bool:
        return bool(self._said)

    def feed(self, piece: str) -> list[str]:
        """Take the next piece; the clauses that can be said now. Nothing more comes once there is a `fault`."""
        if self.fault is not None:
            return []
        self._waiting += piece
        return self._passed(self._cut())

    def finish(self) -> list[str]:
        """The rest, when the model has ended; of an answer that was cut by its limit, `complete` is False."""
        if self.fault is not None:
            return []
        rest, self._waiting = self._waiting.strip(), ""
        found = self._passed([rest] if rest else [])
        if not self._said and self.fault is None:
            self.fault = "empty"
        return found

    def _cut(self) -> list[str]:
        """Clauses that are complete."""
        clauses: list[str] = []
        while True:
            end = self._long_enough(_END, 0 if self._said or clauses else LEAST_FIRST[self._lang])
            comma = self._long_enough(_COMMA, LEAST_CLAUSE[self._lang])
            mark = min((one for one in (end, comma) if one), key=lambda one: one.end(), default=None)
            if mark is None or (mark.end() == len(self._waiting) and mark[0] == "."):
                return clauses
            clauses.append(self._waiting[: mark.end()].strip())
            self._waiting = self._waiting[mark.end() :].lstrip()

    def _long_enough(self, marks: re.Pattern[str], least: int) -> re.Match[str] | None:
        """The first of `marks` with at least so much before it."""
        found = marks.finditer(self._waiting)
        return next((one for one in found if spoken_length(self._waiting[: one.start()], self._lang) >= least), None)

    def _passed(self, clauses: Iterable[str]) -> list[str]:
        passed: list[str] = []
        for clause in clauses:
            if not _COUNTED[self._lang].search(clause) or self._echoes(clause):
                continue
            self.fault = self._fault(clause)
            if self.fault is not None:
                break
            self._left -= spoken_length(clause, self._lang)
            self._said.append(clause)
            passed.append(clause)
        return passed

    def _fault(self, clause: str) -> Fault | None:
        if spoken_length(clause, self._lang) > self._left:
            return "long"
        if _CODE.search(clause):
            return "code"
        if not _in(clause, self._lang):
            return "wrong_language"
        if broken := self._bounds.broken(clause, small=self._small):
            return broken
        return "loop" if _again(clause, self._said) else None

    def _echoes(self, clause: str) -> bool:
        """Whether `clause` only says the question again, which is left out."""
        return len(self._asked) >= LEAST_ECHO[self._lang] and _letters(clause) == self._asked


def _in(clause: str, lang: Lang) -> bool:
    """Whether most of `clause` is in `lang`; names may be in the other."""
    han, latin = len(_HAN.findall(clause)), len(_LATIN.findall(clause))
    return han >= latin if lang == "zh" else not han


def _again(clause: str, before: Iterable[str]) -> bool:
    """Whether `clause` was said already, or says a stretch of words over and over."""
    plain = _letters(clause)
    return (
        any(plain == _letters(one) for one in before) or re.search(r"(.{2,}?)\1{3,}|(.{4,}?)\2{2,}", plain) is not None
    )


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _joined(clauses: Iterable[str], lang: Lang) -> str:
    return ("" if lang == "zh" else " ").join(clauses)
