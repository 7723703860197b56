"""A message, a page or a list, shortened to what can be said: by its own sentences, or by a model that adds nothing.

The sentences of the text itself are the floor, which needs no model: those that hold most of what the text comes back
to, in their order. A model's summary is taken only where it names no number, no name and no "not" otherwise than the
text does.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Sequence

from cockpit.errors import CockpitError
from cockpit.lm.conversation import ANSWER_TOKENS, conversation
from cockpit.lm.guard import SPOKEN_S, Guard, limit, spoken_length
from cockpit.ports import LanguageModel
from cockpit.types import Lang, Message

MOST_READ = 2000
"""Characters of a text that a model is shown."""
LEAST_ITEMS = 4
"""Lines from which short ones are a list."""
LIST_LINE: dict[Lang, int] = {"zh": 30, "en": 16}
"""Characters or words of a list's longest line."""
FIRST, FIGURE = 1.5, 1.2
"""What a sentence counts more for being the first, or for holding a number: a time, a date, an amount."""

_SENTENCE = re.compile(r"[^。！？!?；;\n.]*(?:\.(?=\S)[^。！？!?；;\n.]*)*[。！？!?；;.]*[”’」』）)\"']*")
_CLAUSE = re.compile(r"(?<=[，、,:：])\s*")
_BULLET = re.compile(r"^\s*(?:[-*•·]|\d{1,2}[.)、）])\s*")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_HAN_NUMBER = re.compile(r"[零〇一二两三四五六七八九十百千万亿]+")
_WORD = re.compile(r"[a-z']{4,}")
_NUMBER = re.compile(r"\d+(?:[.:,]\d+)*")
_CAPITAL = re.compile(r"(?P<start>(?:^|[.!?]\s+)[\"']?)?\b(?P<word>[A-Z][\w'’]*)")


def extract(text: str, lang: Lang, seconds: float = SPOKEN_S) -> str:
    """What of `text` can be said in `seconds`, in its own words; all of it where that is short enough."""
    room = limit(lang, seconds)
    lines = [_BULLET.sub("", line).strip() for line in text.splitlines() if line.strip()]
    if _is_list(lines, lang):
        return _listed(lines, lang, room)
    sentences = [found.strip() for line in lines for found in _SENTENCE.findall(line) if found.strip()]
    if spoken_length(text, lang) <= room:
        return _joined(sentences, lang)
    return _joined(_best(sentences, lang, room), lang)


async def summarise(
    text: str, lang: Lang, model: LanguageModel | None, *, deadline_s: float, seconds: float = SPOKEN_S
) -> str:
    """The same, by `model` where it is there, in time, and true to the text. Never raises `CockpitError`."""
    floor = extract(text, lang, seconds)
    if model is None or lang not in model.capabilities.languages or spoken_length(text, lang) <= limit(lang, seconds):
        return floor
    texts = conversation(lang)
    guard = Guard(lang, texts.bounds, small=False, seconds=seconds)
    asked = (Message("system", texts.summary.ask), Message("user", text[:MOST_READ]))
    try:
        async with asyncio.timeout(deadline_s):
            async for piece in model.stream(asked, limit_tokens=ANSWER_TOKENS):
                guard.feed(piece)
                if guard.fault is not None:
                    return floor
            guard.finish()
    except (TimeoutError, CockpitError):
        return floor
    return guard.text if guard.fault is None and faithful(guard.text, text, lang) else floor


def faithful(summary: str, source: str, lang: Lang) -> bool:
    """Whether `summary` holds no number and no name that `source` lacks, and says "not" where the source does.

    Chinese writes names in no letters of their own: there every character but common ones must be in the source.
    """
    texts = conversation(lang).summary
    numbers = {*_NUMBER.findall(summary), *(_HAN_NUMBER.findall(summary) if lang == "zh" else ())}
    if any(number not in source for number in numbers):
        return False
    if bool(texts.negations.search(summary)) != bool(texts.negations.search(source)):
        return False
    plain = source.casefold()
    if lang == "zh":
        return all(letter in source or letter in texts.common for run in _HAN.findall(summary) for letter in run)
    words = {*re.findall(r"[\w'’]+", plain)}
    for found in _CAPITAL.finditer(summary):
        word = found["word"].casefold()
        may_be_common = found["start"] is not None or word in ("i", "i'm", "i'll", "i've")
        if word not in words and not (may_be_common and word in texts.common):
            return False
    return True


def _is_list(lines: Sequence[str], lang: Lang) -> bool:
    return len(lines) >= LEAST_ITEMS and all(spoken_length(line, lang) <= LIST_LINE[lang] for line in lines)


def _listed(lines: Sequence[str], lang: Lang, room: int) -> str:
    """The first items that there is room for, and how many more there are."""
    ends = "，。；！？,.;!?"
    items = [line.rstrip(ends) for line in lines]
    comma, stop = ("，", "。") if lang == "zh" else (", ", ". ")
    for kept in range(len(items), 0, -1):
        left = len(items) - kept
        more = conversation(lang).summary.more.format(count=left) if left else ""
        said = comma.join(items[:kept]) + stop + more
        if spoken_length(said, lang) <= room or kept == 1:
            return said.strip()
    return ""


def _best(sentences: Sequence[str], lang: Lang, room: int) -> list[str]:
    """The sentences that say most of the whole and fit, in their order; at least the beginning of one."""
    terms = [_terms(sentence, lang) for sentence in sentences]
    weight = Counter(term for found in terms for term in set(found))
    left, kept, said = room, set[int](), set[str]()

    def worth(place: int) -> float:
        new = {*terms[place]} - said
        score: float = sum(weight[term] for term in new) / max(8, len(terms[place])) ** 0.5
        return score * (FIRST if place == 0 else 1.0) * (FIGURE if _NUMBER.search(sentences[place]) else 1.0)

    while fitting := [
        place
        for place in range(len(sentences))
        if place not in kept and spoken_length(sentences[place], lang) <= left and {*terms[place]} - said
    ]:
        best = max(fitting, key=worth)
        kept.add(best)
        said |= {*terms[best]}
        left -= spoken_length(sentences[best], lang)
    return [sentences[place] for place in sorted(kept)] or [_beginning(sentences[0], lang, room)]


def _beginning(sentence: str, lang: Lang, room: int) -> str:
    """The clauses of a sentence that is too long by itself."""
    said, glue = "", "" if lang == "zh" else " "
    for clause in _CLAUSE.split(sentence):
        longer = said + glue * bool(said) + clause
        if spoken_length(longer, lang) > room:
            # a heading alone ("Your messages:") says nothing, so a clause that does not fit is cut in the middle
            said = _cut(longer, lang, room) if spoken_length(said, lang) < room / 2 else said
            break
        said = longer
    said = said.rstrip("，、,:： ")
    return said + ("。" if lang == "zh" else ".") if said[-1:] not in "。！？.!?" else said


def _cut(text: str, lang: Lang, room: int) -> str:
    """As many characters or whole words of `text` as there is room for; at least the beginning of the first."""
    if lang == "zh":
        return text[:room]
    words = text.split()
    while len(words) > 1 and spoken_length(" ".join(words), lang) > room:
        words.pop()
    return " ".join(words)[: 20 * room]


def _terms(sentence: str, lang: Lang) -> list[str]:
    """Pairs of characters, or words."""
    if lang == "en":
        return _WORD.findall(sentence.casefold())
    return [run[at : at + 2] for run in _HAN.findall(sentence) for at in range(len(run) - 1)]


def _joined(sentences: Sequence[str], lang: Lang) -> str:
    return ("" if lang == "zh" else " ").join(sentences)
