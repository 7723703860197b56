"""The whole measurement: every set, every variant, one document."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from cockpit.nlu.consideration import Consideration
from cockpit.nlu.joint import JointUnderstander
from cockpit.types import LANGS, Act
from models.eval import figures, sets
from models.eval.calibration import acts_said, coverage, reliability
from models.eval.figures import share
from models.eval.idle import false_actions, overheard
from models.eval.robustness import RATES, SEEDS, Mishearing, error_rate
from models.eval.scoring import Judged, judge
from models.eval.sets import Row
from models.eval.thresholds import surest
from models.eval.variants import VARIANTS, Thresholds, Variant, both, proposed, ungated

Found = Sequence[Consideration]
Settled = Callable[[tuple[Act, ...]], tuple[Act, ...]]


class Evaluation:
    """Measures one understander. `settled` is what the assistant makes of several acts before it plans any of them
    (`Planner.wanted`); `say` is told what is being done."""

    def __init__(self, understander: JointUnderstander, settled: Settled, say: Callable[[str], None]) -> None:
        self._understander, self._settled, self._say = understander, settled, say
        self._thresholds: Thresholds = understander.tagger.labels.thresholds

    def considered(self, rows: Sequence[Row], what: str) -> list[Consideration]:
        self._say(f"{len(rows)} {what}")
        return [self._understander.consider(row.say, row.lang) for row in rows]

    def _acts(self, found: Found, variant: Variant) -> list[tuple[Act, ...]]:
        return [self._settled(variant(one, self._thresholds)) for one in found]

    def unlimited(self, found: Found) -> list[tuple[Act, ...]]:
        """What would be understood without thresholds."""
        return [self._settled(ungated(one)) for one in found]

    def report(self, robustness: bool = True) -> dict[str, Any]:
        commands, seen, idle = sets.commands(), sets.seen(), sets.no_commands()
        found = self.considered(commands, "held-out commands")
        judged = self._judged(commands, found, both)
        found_seen = self.considered(seen, "sentences seen while templates were written")
        found_idle = self.considered(idle, "utterances that are no commands")
        test = [row for row in commands if row.half == "test"]
        return {
            "model": {
                "version": self._understander.tagger.labels.version,
                "thresholds": dict(self._thresholds),
                "intents": len(self._understander.tagger.labels.pairs),
            },
            "variants": {
                name: {
                    **self._halves(self._judged(commands, found, variant)),
                    "seen": _by_lang(self._judged(seen, found_seen, variant)),
                    "false_actions": self._false_actions(idle, found_idle, variant),
                }
                for name, variant in VARIANTS.items()
            },
            "intents": figures.by_intent(judged),
            "slots": figures.by_slot(judged),
            "confusions": figures.confusions(judged),
            "slot_errors": figures.slot_errors(judged),
            "misses": {half: figures.misses(_of_half(judged, half)) for half in ("test", "dev")},
            "seen_misses": figures.misses(self._judged(seen, found_seen, both)),
            "decided": _decided(judged, found, self._false_rows(idle, found_idle)),
            "calibration": self._calibration(commands, found, idle, found_idle),
            "robustness": self._robustness(test, [*commands, *seen, *idle]) if robustness else {},
        }

    def _judged(self, rows: Sequence[Row], found: Found, variant: Variant) -> list[Judged]:
        return [judge(row, acts) for row, acts in zip(rows, self._acts(found, variant), strict=True)]

    @staticmethod
    def _halves(judged: Sequence[Judged]) -> dict[str, Any]:
        return {half: _by_lang(_of_half(judged, half)) for half in ("test", "dev")}

    def _false_actions(self, rows: Sequence[Row], found: Found, variant: Variant) -> dict[str, Any]:
        acts = self._acts(found, variant)
        return false_actions([overheard(row, got) for row, got in zip(rows, acts, strict=True)])

    def _false_rows(self, rows: Sequence[Row], found: Found) -> Counter[str]:
        """How many false actions each way of deciding led to."""
        heard = [(one.why, overheard(row, one.understanding.acts)) for row, one in zip(rows, found, strict=True)]
        return Counter(why for why, one in heard if one.acted)

    def _calibration(
        self, commands: Sequence[Row], found: Found, idle: Sequence[Row], found_idle: Found
    ) -> dict[str, Any]:
        """Reliability of the network's own confidence and of the final acts', and what a threshold does to these."""
        places = [n for n, row in enumerate(commands) if row.half == "test"]
        rows, test = [commands[n] for n in places], [found[n] for n in places]
        final = acts_said(rows, self.unlimited(test))
        alone = acts_said(rows, [proposed(one) for one in test])
        talk = acts_said(idle, [proposed(one) for one in found_idle])
        sure = [surest(acts) for acts in self.unlimited(found_idle)]
        return {
            "network": reliability(alone),
            "network_with_no_commands": reliability([*alone, *talk]),
            "final": reliability(final),
            "thresholds": coverage(final, sure, len(idle)),
        }

    def _robustness(self, rows: Sequence[Row], known: Sequence[Row]) -> dict[str, Any]:
        """Shares of `rows` understood with no, 5, 10 and 20 % of their characters misheard."""
        mishearing = Mishearing(known)
        right: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        wrong: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for rate in (0.0, *RATES):
            for seed in SEEDS if rate else SEEDS[:1]:
                garbled = [*mishearing.rows(rows, rate, seed)] if rate else [*rows]
                wrong["characters"][f"{rate:.2f}"].append(error_rate(rows, garbled))
                found = self.considered(garbled, f"commands with {rate:.0%} of their characters misheard, seed {seed}")
                for name, variant in VARIANTS.items():
                    judged = self._judged(garbled, found, variant)
                    for lang in (*LANGS, "all"):
                        of = [one.understood for one in judged if lang in (one.row.lang, "all")]
                        right[f"{name}.{lang}"][f"{rate:.2f}"].append(sum(of) / max(1, len(of)))
                    if variant is both:
                        acted = sum(one.outcome == "wrong" for one in judged)
                        wrong["acted"][f"{rate:.2f}"].append(acted / max(1, len(judged)))
        return {
            "right": {name: {rate: _mean(of) for rate, of in rates.items()} for name, rates in right.items()},
            "wrongly_acted": {rate: _mean(of) for rate, of in wrong["acted"].items()},
            "characters_wrong": {rate: _mean(of) for rate, of in wrong["characters"].items()},
        }


def _mean(of: Sequence[float]) -> float:
    return round(sum(of) / len(of), 4)


def _of_half(judged: Sequence[Judged], half: str) -> list[Judged]:
    return [one for one in judged if one.row.half == half]


def _by_lang(judged: Sequence[Judged]) -> dict[str, Any]:
    parts: dict[str, Sequence[Judged]] = {"all": judged}
    parts |= {lang: [one for one in judged if one.row.lang == lang] for lang in LANGS}
    return {name: figures.summary(part) for name, part in parts.items()}


def _decided(judged: Sequence[Judged], found: Found, false: Counter[str]) -> dict[str, dict[str, Any]]:
    """How often each way of deciding was taken for the held-out commands, and how well it did."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one, consideration in zip(judged, found, strict=True):
        counts[consideration.why].update(rows=1, right=int(one.understood))
    return {
        why: {
            "rows": counts[why]["rows"],
            "right": share(counts[why]["right"], counts[why]["rows"]),
            "false_actions": false[why],
        }
        for why in sorted({*counts, *false})
    }
