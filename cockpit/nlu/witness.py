"""How much of an act's words a skill's author wrote for that very act, though the whole utterance is no sentence of
theirs ("there's a car coming, high beam off")."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from cockpit.nlu.language import Language, Sentence
from cockpit.nlu.matcher import Matcher


class Witness:
    """Of one language."""

    def __init__(self, language: Language) -> None:
        self._sentences: Mapping[str, Sequence[Sentence]] = _by_intent(language)

    def worded(self, intent: str, start: int, end: int, matcher: Matcher) -> float:
        """The share of tokens `start` to `end` that the longest of the intent's sentences within them accounts for."""
        longest = 0
        for sentence in self._sentences.get(intent, ()):
            if all(need & matcher.present for need in sentence.needs):
                for at in range(start, end - longest):
                    found = (match.end - at for match in matcher.match(sentence.node, at) if match.end <= end)
                    longest = max(longest, max(found, default=0))
        return longest / (end - start)


def _by_intent(language: Language) -> Mapping[str, Sequence[Sentence]]:
    found: dict[str, list[Sentence]] = defaultdict(list)
    for sentence in (*language.sentences, *(one for answers in language.answers.values() for one in answers)):
        found[sentence.intent].append(sentence)
    return found
