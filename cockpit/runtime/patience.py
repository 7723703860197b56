"""How long a silence must last before somebody has finished."""

from __future__ import annotations

import re

from cockpit.config import AudioSettings
from cockpit.runtime.drafts import Draft
from cockpit.skillset import SkillSet
from cockpit.types import Act, Lang

_FREE_SLOT = re.compile(r"\{(?:text|verbatim):(\w+)\}")
"""How templates write a slot that any words may fill."""

PERHAPS_NUMBERS = frozenset({"2", "two", "4", "four"})
"""What recognisers write for the "to" or "for" after which somebody thinks."""


class Patience:
    """Judges by what the sentences of `skills` can be."""

    def __init__(self, settings: AudioSettings, skills: SkillSet) -> None:
        self._settings = settings
        self._connectors = {lang: frozenset(grammar.connectors) for lang, grammar in skills.grammars.items()}
        self._free_slots = frozenset(_FREE_SLOT.findall(skills.model_dump_json()))
        self._required = {
            intent: [frozenset(slots.split("|")) for slots in what.requires]
            for skill in skills.skills.values()
            for intent, what in skill.manifest.intents.items()
        }

    def milliseconds(self, draft: Draft) -> int:
        """The silence that ends an utterance of which this was recognised."""
        understood, settings = draft.understanding, self._settings
        if not draft.transcript.text.strip():
            return settings.end_silence_ms
        said = draft.transcript.text.rstrip(" .,!?…。，！？、").casefold()
        if not understood.complete or self._joins(said, draft.transcript.lang):
            return settings.end_silence_incomplete_ms
        if not understood.sure:
            return settings.end_silence_ms
        last = understood.acts[-1]
        if self._lacks(last):
            return settings.end_silence_incomplete_ms
        if said.rpartition(" ")[2] in PERHAPS_NUMBERS or not self._free_slots.isdisjoint(last.slots):
            return settings.end_silence_ms
        return settings.end_silence_complete_ms

    def _joins(self, said: str, lang: Lang) -> bool:
        """Whether it ends with a word that joins: 打开空调然后 …"""
        if lang == "en":
            return said.rpartition(" ")[2] in self._connectors[lang]
        return any(said.endswith(word) for word in self._connectors[lang] if len(word) > 1)

    def _lacks(self, act: Act) -> bool:
        """Whether something that it needs is still missing."""
        return act.intent.endswith(".ask") or any(
            slots.isdisjoint(act.slots) for slots in self._required.get(act.intent, ())
        )
