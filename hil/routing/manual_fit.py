"""Fits the weights of the manual's choice on the development questions: `python -m hil.routing.manual_fit`.

The likelihood of the right choice (a section, or saying nothing) is maximised. Each answerable question stands there a
second time with its section taken out of the manual: the right choice is then to say nothing, though the question
sounds like the manual. The threshold is the smallest that lets at most `ALLOWED` unanswerable questions pass when each
sixth is judged by weights fitted on the rest.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import yaml
from numpy.typing import NDArray

from cockpit.config import Settings, load_settings
from cockpit.manual.choice import FILE, NOTHING, Way, Weights
from cockpit.manual.index import build
from cockpit.manual.lexical import FEATURES
from cockpit.manual.manual import Manual, feature_names, open_encoder
from cockpit.types import LANGS, Lang
from hil.routing.questions import questions

TAKEN_OUT = 0.2
"""What a question counts whose section was taken out."""
VETO = 10.0
"""Fixed weight of `concepts`: a section that lacks what the question names does not answer it."""
RIDGE = 0.01
STEPS, RATE = 3000, 0.05
FOLDS = 6
ALLOWED = 8
"""Of about a hundred a language, all chosen to be near misses."""
CONCEPTS = FEATURES.index("concepts")
OUT = -1e9

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cases:
    """`sections` (questions, sections, features), `nothing` (questions, features), the right section's place or -1."""

    sections: Numbers
    nothing: Numbers
    right: NDArray[np.int64]

    def some(self, chosen: NDArray[np.bool_]) -> Cases:
        return Cases(self.sections[chosen], self.nothing[chosen], self.right[chosen])


def cases(manual: Manual, lang: Lang) -> Cases:
    """The development questions of `lang` as `manual` sees them."""
    places = {section.id: place for place, section in enumerate(manual.index.sections)}
    asked = questions(lang, "dev")
    seen = [manual.features(one.text) for one in asked]
    right = [places[one.section] if one.section else -1 for one in asked]
    return Cases(np.array([one for one, _ in seen], float), np.array([one for _, one in seen], float), np.array(right))


def fit(held: Cases) -> tuple[Numbers, Numbers]:
    """The weights of the sections' features and of nothing's, by Adam on the whole set (it is convex)."""
    answerable = held.right >= 0
    features = np.concatenate([held.sections, held.sections[answerable]])
    silent = np.concatenate([held.nothing, held.nothing[answerable]])
    count = held.sections.shape[1]
    right = np.concatenate([np.where(answerable, held.right, count), np.full(answerable.sum(), count)])
    barred = np.zeros((len(features), count + 1))
    barred[len(held.right) + np.arange(answerable.sum()), held.right[answerable]] = OUT
    counted = np.concatenate([np.ones(len(held.right)), np.full(answerable.sum(), TAKEN_OUT)])[:, None]
    both = np.zeros(features.shape[2] + silent.shape[1])
    both[CONCEPTS] = VETO
    first, second = np.zeros_like(both), np.zeros_like(both)
    for step in range(1, STEPS + 1):
        section, nothing = both[: features.shape[2]], both[features.shape[2] :]
        worth = np.hstack([features @ section, (silent @ nothing)[:, None]]) + barred
        chance = np.exp(worth - worth.max(1, keepdims=True))
        chance /= chance.sum(1, keepdims=True)
        chance[np.arange(len(right)), right] -= 1
        chance *= counted / len(right)
        slope = np.concatenate([np.einsum("qs,qsf->f", chance[:, :count], features), chance[:, count] @ silent])
        slope[CONCEPTS] = 0
        slope += RIDGE * np.concatenate([np.where(np.arange(len(section)) == CONCEPTS, 0, section), 0.1 * nothing])
        first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
        both -= RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return both[: features.shape[2]], both[features.shape[2] :]


def judged(held: Cases) -> tuple[Numbers, NDArray[np.int64]]:
    """The best section's margin and its place for every question, by weights fitted without it."""
    fold = np.random.default_rng(0).permutation(len(held.right)) % FOLDS
    margins, places = np.zeros(len(held.right)), np.zeros(len(held.right), np.int64)
    for one in range(FOLDS):
        section, nothing = fit(held.some(fold != one))
        mine = fold == one
        worth = held.sections[mine] @ section - (held.nothing[mine] @ nothing)[:, None]
        margins[mine], places[mine] = worth.max(1), worth.argmax(1)
    return margins, places


def weights(held: Cases, names: Sequence[str], label: str) -> Weights:
    margins, places = judged(held)
    answerable = held.right >= 0
    threshold = float(np.sort(margins[~answerable])[::-1][ALLOWED]) + 0.01
    right = (places == held.right) & answerable
    found, declined = right & (margins >= threshold), ~answerable & (margins < threshold)
    sys.stdout.write(
        f"{label}: ranked first {right.sum()}/{answerable.sum()}, answered rightly {found.sum()}/{answerable.sum()}, "
        f"declined {declined.sum()}/{(~answerable).sum()}, threshold {threshold:.2f}\n"
    )
    section, nothing = fit(held)
    return Weights(
        section={name: round(float(one), 3) for name, one in zip(names, section, strict=True)},
        nothing={name: round(float(one), 3) for name, one in zip(NOTHING, nothing, strict=True)},
        threshold=round(threshold, 2),
    )


def main(settings: Settings) -> None:
    encoder = open_encoder(settings.models_dir)
    found: dict[Lang, dict[Way, Weights]] = {}
    for lang in LANGS:
        files = settings.manual.zh if lang == "zh" else settings.manual.en
        found[lang] = {}
        for way, reader in (("words", None), ("meanings", encoder)):
            if way == "meanings" and reader is None:
                raise SystemExit("the model is missing: cockpit models pull e5-small")
            manual = Manual(build(files, lang, reader), reader)
            names = feature_names(meanings=reader is not None)
            found[lang][way] = weights(cases(manual, lang), names, f"{lang} {way}")  # type: ignore[index]
    plain = {lang: {way: one.model_dump() for way, one in ways.items()} for lang, ways in found.items()}
    head = "# Written by `python -m hil.routing.manual_fit`; see choice.py.\n"
    FILE.write_text(head + yaml.safe_dump(plain, sort_keys=False), "utf-8")


if __name__ == "__main__":
    main(load_settings())
