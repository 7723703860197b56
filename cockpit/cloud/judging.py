"""Which of several answers is best, told without asking another model.

What counts, in this order: that it is in the question's script, that it ends what it says, and how much it agrees with
the others (what models make up, each makes up differently: minimum Bayes risk, Kumar and Byrne 2004, with shared
character n-grams as the measure, as in chrF, Popović 2015). Of answers that are equal in all that the first in order
stays.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from cockpit.cloud.asking import Answer
from cockpit.types import Message

LONGEST_GRAM = 4
_HAN = re.compile(r"[\u3400-\u9fff]")
_END = re.compile(r"[。！？!?.…][”’」』）)\"']*\s*$")
_LETTERS = re.compile(r"[\W_]+")


async def most_agreed(messages: Sequence[Message], answers: Sequence[Answer]) -> int:
    """The index of the best of `answers`; a `Judge`."""
    asked = next((message.text for message in reversed(messages) if message.role == "user"), "")
    grams = [_grams(answer.text) for answer in answers]

    def worth(place: int) -> tuple[bool, bool, float]:
        text = answers[place].text
        others = [grams[other] for other in range(len(answers)) if other != place]
        agreement = sum(_shared(grams[place], other) for other in others) / max(1, len(others))
        same_script = bool(_HAN.search(text)) == bool(_HAN.search(asked))
        return same_script, bool(_END.search(text)), round(agreement, 6)

    return max(range(len(answers)), key=worth)


def _grams(text: str) -> Counter[str]:
    letters = _LETTERS.sub(" ", text.casefold()).strip()
    return Counter(
        letters[at : at + size] for size in range(1, LONGEST_GRAM + 1) for at in range(len(letters) - size + 1)
    )


def _shared(one: Counter[str], other: Counter[str]) -> float:
    """Twice what both hold over all they hold, 0 to 1."""
    return 2 * (one & other).total() / max(1, one.total() + other.total())
