from __future__ import annotations

from importlib import import_module

import pytest

from cockpit.tts import english
from cockpit.tts.english import English

SPOKEN = {
    "CD": "sˈi dˈi",
    "USB": "jˈu ˈɛs bˈi",
    "A C": "ˈA sˈi",
    "now": "nˈW",
    "judge": "ʤˈʌʤ",
    "boy": "bˈY",
    "Turn on the A C, please.": "tˈɜɹn ɔnðə ˈA sˈi, plˈiz.",
    "": "",
}


@pytest.mark.parametrize(("text", "phonemes"), SPOKEN.items())
def test_words_and_acronyms(text: str, phonemes: str) -> None:
    assert English().phonemes(text) == phonemes


def test_without_espeak_words_are_spelled(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> object:
        if name.startswith("piper"):
            raise ImportError(name)
        return import_module(name)

    monkeypatch.setattr(english, "import_module", missing)
    assert English().phonemes("on, up") == "ˈO ˈɛn, jˈu pˈi"
