"""Names of people that are known on the board, so that none of them leaves it: an integrator's file, and whoever was
called or written to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from cockpit.errors import ConfigError
from cockpit.types import Act

MOST = 5000
"""Names that are kept."""
_VCARD_NAME = re.compile(r"^FN(?:;[^:]*)?:(.+)$", re.MULTILINE | re.IGNORECASE)


class Contacts:
    """The names."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = dict.fromkeys(name.strip() for name in names if name.strip())

    @classmethod
    def read(cls, file: Path | None) -> Contacts:
        """A vCard file (`.vcf`), or a name a line. Raises `ConfigError` (`config-unreadable`)."""
        if file is None:
            return cls()
        try:
            text = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError("unreadable", f"the contacts in {file} cannot be read: {error}") from error
        return cls(_VCARD_NAME.findall(text) if file.suffix.lower() == ".vcf" else text.splitlines())

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._names)

    def learn(self, acts: Sequence[Act]) -> bool:
        """Keep whom acts name as a contact, until the service ends; whether anybody is new."""
        before = len(self._names)
        for act in acts:
            name = act.slots.get("contact")
            if isinstance(name, str) and len(self._names) < MOST:
                self._names.setdefault(name.strip())
        return len(self._names) > before
