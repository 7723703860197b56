"""English text to Kokoro's phonemes.

Words go through the espeak-ng that piper-tts bundles (GPL-3.0, imported when first needed); where it is not installed
everything is spelled letter by letter. Kokoro writes a diphthong as one capital (A eɪ, I aɪ, O oʊ, W aʊ, Y ɔɪ), an
affricate as one letter and no vowel length; the table is that of misaki's espeak front end for American English.
"""

from __future__ import annotations

import re
import threading
from importlib import import_module
from typing import Protocol

ESPEAK_LOCK = threading.Lock()
"""espeak-ng keeps its voice and state in globals: whoever phonemizes holds this."""

LETTERS = {
    "A": "ˈA", "B": "bˈi", "C": "sˈi", "D": "dˈi", "E": "ˈi", "F": "ˈɛf", "G": "ʤˈi", "H": "ˈAʧ", "I": "ˈI",
    "J": "ʤˈA", "K": "kˈA", "L": "ˈɛl", "M": "ˈɛm", "N": "ˈɛn", "O": "ˈO", "P": "pˈi", "Q": "kjˈu", "R": "ˈɑɹ",
    "S": "ˈɛs", "T": "tˈi", "U": "jˈu", "V": "vˈi", "W": "dˈʌbəlju", "X": "ˈɛks", "Y": "wˈI", "Z": "zˈi",
}  # fmt: skip

ESPEAK_TO_KOKORO = {
    "\u0303": "", "\u0329": "", "ʔn": "tᵊn", "ɾəl": "ɾᵊl", "aɪ": "I", "aʊ": "W", "eɪ": "A", "oʊ": "O", "ɔɪ": "Y",
    "dʒ": "ʤ", "tʃ": "ʧ", "ʲ": "", "ɚ": "əɹ", "ɜː": "ɜɹ", "ɪə": "iə", "ɐ": "ə", "ː": "", "r": "ɹ", "x": "k", "ç": "k",
    "ɬ": "l", "e": "A", "o": "ɔ", "ɾ": "T", "ʔ": "t",
}  # fmt: skip
"""Applied in this order."""
_ACRONYM = re.compile(r"^(?:[A-Z]{1,5}|[A-Za-z])$")


class Phonemizer(Protocol):
    def phonemize(self, voice: str, text: str) -> list[list[str]]: ...


class English:
    """Phonemes of English text; loads espeak-ng at the first word that is not an acronym."""

    def __init__(self) -> None:
        self._espeak: Phonemizer | None = None
        self._tried = False

    def phonemes(self, text: str) -> str:
        """Kokoro phonemes of `text`: acronyms of up to five capitals by letter, the rest as words."""
        parts: list[str] = []
        words: list[str] = []
        for token in "".join(c if c.isprintable() else " " for c in text).split():
            if _ACRONYM.match(token.strip(".,!?;:")) and token not in ("a", "I"):
                parts += [self._words(words), _spell(token)]
                words = []
            else:
                words.append(token)
        parts.append(self._words(words))
        return " ".join(part for part in parts if part)

    def _words(self, words: list[str]) -> str:
        if not words:
            return ""
        espeak = self._phonemizer()
        if espeak is None:
            return " ".join(map(_spell, words))
        with ESPEAK_LOCK:
            sentences = espeak.phonemize("en-us", " ".join(words))
        text = " ".join("".join(sentence).strip() for sentence in sentences)
        for theirs, ours in ESPEAK_TO_KOKORO.items():
            text = text.replace(theirs, ours)
        return text if words[-1][-1:] in ".,!?;:" else text.rstrip(".,!?;: ")

    def _phonemizer(self) -> Phonemizer | None:
        if not self._tried:
            self._tried = True
            try:
                self._espeak = import_module("piper.phonemize_espeak").EspeakPhonemizer()
            except ImportError:
                return None
        return self._espeak


def _spell(word: str) -> str:
    tail = word[-1] if word[-1:] in ".,!?;:" else ""
    return " ".join(LETTERS[c] for c in word.upper() if c in LETTERS) + tail
