"""Private strings taken out of what goes up, and put back into the answer.

The second line behind `privacy`: a text that may leave goes through here too, with the dialog that goes with it. Each
string gets a placeholder (`[CONTACT_1]`), the same string the same one, so that the answer can speak of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cockpit.router.privacy import Patterns, load_patterns, names_pattern
from cockpit.router.situation import PrivacyClass

PLACEHOLDERS: Mapping[PrivacyClass, str] = {
    "contacts": "CONTACT", "places": "PLACE", "positions": "POSITION", "plates": "PLATE",
    "phone_numbers": "NUMBER", "identity": "ID",
}  # fmt: skip
_WRITTEN = re.compile(r"[\[【(（<]\s*([A-Z]+)[\s_-]?(\d+)\s*[\]】)）>]", re.IGNORECASE)
"""A placeholder as models write it back."""
_BEGUN = re.compile(r"[\[【(（<][^\]】)）>]{0,16}$")
"""One that may go on in the next piece."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """`originals` has what each placeholder stands for, without its brackets."""

    text: str
    originals: Mapping[str, str]

    def restored(self, answer: str) -> str:
        """The answer with the strings put back; a placeholder that was not sent stays as it is."""
        return _WRITTEN.sub(lambda m: self.originals.get(f"{m[1].upper()}_{m[2]}", m[0]), answer)


class Redactor:
    """Redacts the texts of one request, which share their placeholders. `contacts` are the names known on the board."""

    def __init__(self, contacts: Iterable[str] = (), patterns: Patterns | None = None) -> None:
        names = names_pattern(contacts)
        known = (patterns or load_patterns()).things
        named: list[tuple[PrivacyClass, re.Pattern[str]]] = [("contacts", names)] if names else []
        self._sought = [*named, *known]

    def redact(self, text: str, before: Redacted | None = None) -> Redacted:
        """`before` is what was redacted for the same request: its placeholders are used again."""
        originals = dict(before.originals) if before else {}
        for cls, pattern in self._sought:
            text = self._replaced(text, cls, pattern, originals)
        return Redacted(text, originals)

    def _replaced(self, text: str, cls: PrivacyClass, pattern: re.Pattern[str], originals: dict[str, str]) -> str:
        """Of a pattern with a group that group only: what stands before it tells what it is."""
        group = 1 if pattern.groups else 0

        def place(match: re.Match[str]) -> str:
            begin, end = match.span(group)
            placeholder = self._placeholder(match[group], cls, originals)
            return text[match.start() : begin] + placeholder + text[end : match.end()]

        return pattern.sub(place, text)

    @staticmethod
    def _placeholder(found: str, cls: PrivacyClass, originals: dict[str, str]) -> str:
        if not found.strip() or _WRITTEN.fullmatch(f"[{found}]"):
            return found
        name = next((name for name, original in originals.items() if original == found), "")
        if not name:
            kind = PLACEHOLDERS.get(cls, "PRIVATE")
            name = f"{kind}_{1 + sum(key.startswith(f'{kind}_') for key in originals)}"
            originals[name] = found
        return f"[{name}]"


class Restorer:
    """Puts the strings back into an answer that comes in pieces; a placeholder that is cut waits for its end."""

    def __init__(self, redacted: Redacted) -> None:
        self._redacted, self._held = redacted, ""

    def feed(self, piece: str) -> str:
        whole = self._held + piece
        begun = _BEGUN.search(whole)
        cut = begun.start() if begun else len(whole)
        self._held = whole[cut:]
        return self._redacted.restored(whole[:cut])

    def end(self) -> str:
        """What was held back at the end of the answer."""
        held, self._held = self._held, ""
        return self._redacted.restored(held)
