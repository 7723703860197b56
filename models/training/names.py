"""What fills the slots that can hold any words: written lists, values of the public sets, and mixtures of both.

Where such a slot begins and ends must be learned from the words around it, so its values must be many.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from cockpit.nlu.tokens import clean, tokenise
from cockpit.types import Lang
from models.training import public

BORROWED = {
    "artist": "artist", "track": "track", "album": "album", "playlist": "playlist", "entity_name": "track",
    "object_name": "track", "Address": "destination", "Keyword": "destination", "geographic_poi": "destination",
    "restaurant_name": "destination", "location_name": "destination", "city": "place", "state": "place",
    "country": "place", "Location": "place", "Subject": "title", "TaskContent": "title",
}  # fmt: skip
"""Slots of the public sets to ours."""
AS_DESTINATION = ("near", "waypoint", "avoid")
LONGEST = {"zh": 12, "en": 7}
"""Tokens of a borrowed value; longer ones are whole sentences."""
WRITTEN, LENT = 0.5, 0.3
"""Shares of written and of borrowed values; the rest are the beginning of one with the end of another."""


class Names:
    """Values by slot name. `written` are lists by slot, `lent` those of `borrowed`."""

    def __init__(
        self, written: Mapping[str, Sequence[str]], rng: random.Random, lent: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self._written, self._lent, self._rng = written, lent or {}, rng

    def words(self, slot: str, *, verbatim: bool = False) -> list[str]:
        """The tokens of a value for `slot`, with punctuation where it is taken `verbatim`."""
        known = self._written.get("destination" if slot in AS_DESTINATION else slot) or self._written["topic"]
        lent = self._lent.get(slot, ())
        kind = self._rng.random()
        if kind < WRITTEN or (not lent and kind < WRITTEN + LENT):
            return _tokens(self._rng.choice(known), verbatim)
        if kind < WRITTEN + LENT:
            return _tokens(self._rng.choice(lent), verbatim)
        pool = lent if lent and self._rng.random() < 0.3 else known
        first, last = (_tokens(self._rng.choice(pool), verbatim) for _ in range(2))
        return first[: (len(first) + 1) // 2] + last[len(last) // 2 :]


def borrowed(data: Path, lang: Lang) -> dict[str, list[str]]:
    """Values of the public sets in the folder `data`, by slot of ours; whole sentences are messages."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for source in ("snips", "ms_skills", "massive"):
        for sentence in public.read(data, source):
            if sentence.lang != lang:
                continue
            if source == "massive":
                found["text"][sentence.text] = None
            for name, value in sentence.slots:
                if name in BORROWED and 0 < len(_tokens(value, verbatim=False)) <= LONGEST[lang]:
                    found[BORROWED[name]][value] = None
    lists = {slot: [*values] for slot, values in found.items()}
    return lists | {slot: lists["destination"] for slot in AS_DESTINATION if "destination" in lists}


def _tokens(text: str, verbatim: bool) -> list[str]:
    return [token.text for token in tokenise(clean(text)) if verbatim or not token.punctuation]
