"""How long a silence must last before somebody has finished."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from cockpit.config import AudioSettings
from cockpit.runtime.drafts import Draft
from cockpit.types import Act, Lang


class Patience:
    """`connectors` are the words of each language that join two acts, `controls` what the car has to operate."""

    def __init__(
        self, settings: AudioSettings, connectors: Mapping[Lang, Sequence[str]], controls: Collection[str]
    ) -> None:
        self._settings, self._controls = settings, controls
        self._connectors = {lang: frozenset(words) for lang, words in connectors.items()}

    def milliseconds(self, draft: Draft) -> int:
        """The silence that ends an utterance of which this was recognised."""
        understood, settings = draft.understanding, self._settings
        if not draft.transcript.text.strip():
            return settings.end_silence_ms
        if not understood.complete or self._joins(draft.transcript.text, draft.transcript.lang):
            return settings.end_silence_incomplete_ms
        if not understood.sure or self._may_go_on(understood.acts[-1]):
            return settings.end_silence_ms
        return settings.end_silence_complete_ms

    def _joins(self, text: str, lang: Lang) -> bool:
        """Whether it ends with a word that joins: 打开空调然后 …"""
        said = text.rstrip(" .,!?…。，！？、").casefold()
        if lang == "en":
            return said.rpartition(" ")[2] in self._connectors[lang]
        return any(said.endswith(word) for word in self._connectors[lang] if len(word) > 1)

    def _may_go_on(self, act: Act) -> bool:
        """Whether more of it would change it: its value is still missing, or it ends in a name or free text."""
        control, _, operation = act.intent.rpartition(".")
        if operation == "ask":
            return True
        return control not in self._controls and any(isinstance(value, str) for value in act.slots.values())
