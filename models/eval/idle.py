"""False actions: what would be done after speech that is no command."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cockpit.types import Act
from models.eval.figures import interval, share
from models.eval.scoring import judge
from models.eval.sets import Row

HARMLESS = frozenset({"dialog.chat", "dialog.talk", "dialog.yes", "dialog.no", "dialog.cancel"})
"""With nothing pending they change nothing."""


@dataclass(frozen=True, slots=True)
class Overheard:
    """Speech that is no command with the acts that were understood all the same."""

    row: Row
    got: tuple[Act, ...]

    @property
    def acted(self) -> bool:
        """A false action: something would be done without asking."""
        return any(act.intent not in HARMLESS and not act.doubtful for act in self.got)

    @property
    def acted_or_answered(self) -> bool:
        """The same with yes, no and cancel counted too."""
        return any(not act.doubtful for act in self.got)

    @property
    def asked(self) -> bool:
        return not self.acted and any(act.doubtful for act in self.got)


def overheard(row: Row, got: Sequence[Act]) -> Overheard:
    return Overheard(row, judge(row, got).got)


def false_actions(heard: Sequence[Overheard]) -> dict[str, Any]:
    """The figures, as a whole and by language and source, with every sentence that led to an act or a question."""
    langs = sorted({one.row.lang for one in heard})
    sources = sorted({one.row.source for one in heard})
    return {
        "all": _figures(heard),
        "by_lang": {lang: _figures([one for one in heard if one.row.lang == lang]) for lang in langs},
        "by_source": {source: _figures([one for one in heard if one.row.source == source]) for source in sources},
        "said": [_line(one) for one in heard if one.got],
    }


def _figures(heard: Iterable[Overheard]) -> dict[str, Any]:
    lines = [*heard]
    acted = sum(one.acted for one in lines)
    return {
        "rows": len(lines),
        "acted": acted,
        "rate": share(acted, len(lines)),
        "interval": interval(acted, len(lines)),
        "with_dialog": sum(one.acted_or_answered for one in lines),
        "asked": sum(one.asked for one in lines),
    }


def _line(one: Overheard) -> dict[str, str]:
    acts = "; ".join(f"{act.intent} {act.confidence:.2f}{'?' if act.doubtful else ''}" for act in one.got)
    return {"lang": one.row.lang, "source": one.row.source, "said": one.row.say, "got": acts}
