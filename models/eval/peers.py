"""The peers that the intent model is compared with: hassil on the same skills' sentences, and a language model.

Each is used as somebody who builds on it would use it. Of both nothing is asked but acts as `(intent, slots)`, values
in the form of `models/eval/sets`: numbers without their unit, days and times as `cockpit.nlu.calendar` writes them.
"""

from __future__ import annotations

from typing import Protocol

from cockpit.types import Lang

Acts = list[tuple[str, dict[str, object]]]


class Peer(Protocol):
    """Something that turns a sentence into acts."""

    name: str

    def understand(self, text: str, lang: Lang) -> Acts:
        """The acts in order; none where it understands nothing."""
        ...
