"""Fits the weights of the manual's choice on the development questions: `python -m hil.routing.manual_fit`.

The likelihood of the right choice (a section, or saying nothing) is maximised. Each answerable question stands there a
second time with its section taken out of the manual: the right choice is then to say nothing, though the question
sounds like the manual. The threshold is the smallest that lets at most `ALLOWED` of the unanswerable questions pass
when each sixth is judged by weights fitted on the rest.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
import yaml
from numpy.typing import NDArray

from cockpit.config import Settings, load_settings
from cockpit.manual.choice import FILE, Numbers, Way, Weights, nothing_names
from cockpit.manual.index import build
from cockpit.manual.lexical import FEATURES
from cockpit.manual.manual import Manual, feature_names, open_encoder
from cockpit.types import LANGS, Lang
from hil.routing.questions import questions

SEEN = 3
"""How often the report set was run since pieces and the question's vector are features. `ALLOWED` is stricter since the
first time, when 39 of 40 were declined (at 0.15, and by fewer development questions); nothing else here goes by it."""

TAKEN_OUT = 0.1
"""What a question counts whose section was taken out."""
VETO = 4.0
"""Fixed weight of `concepts`: a section that lacks what the question names seldom answers it."""
RIDGE = 0.01
FREER = 0.1
"""Share of `RIDGE` for the weights of saying nothing."""
STEPS, ENOUGH = 30, 1e-9
FOLDS = 6
ALLOWED: dict[Way, float] = {"words": 0.2, "meanings": 0.1}
"""Of unanswerable questions, half of which ask for what this very car has and its manual leaves out. Words alone tell
them apart worse; more of them pass for the sake of what is answered (it was a quarter before)."""
CONCEPTS = FEATURES.index("concepts")
OUT = -1e9


@dataclass(frozen=True, slots=True)
class Cases:
    """`sections` (questions, sections, features), `nothing` (questions, features), the same in a manual without the
    right section, and the right section's place or -1."""

    sections: Numbers
    nothing: Numbers
    without: Numbers
    right: NDArray[np.int64]

    def some(self, chosen: NDArray[np.bool_]) -> Cases:
        return Cases(self.sections[chosen], self.nothing[chosen], self.without[chosen], self.right[chosen])


def cases(manual: Manual, lang: Lang) -> Cases:
    """The development questions of `lang` as `manual` sees them."""
    places = {section.id: place for place, section in enumerate(manual.index.sections)}
    asked = questions(lang, "dev")
    seen = [manual.seen(one.text) for one in asked]
    right = [places[one.section] if one.section else -1 for one in asked]
    return Cases(
        np.array([one.sections for one in seen], float),
        np.array([one.nothing() for one in seen]),
        np.array([one.nothing([place] if place >= 0 else []) for one, place in zip(seen, right, strict=True)]),
        np.array(right),
    )


class Likelihood:
    """Of the right choices, by one weight a feature (the sections' first): convex, so Newton's method finds the best.

    A choice is worth its features' weighted sum, saying nothing is worth 0 and what it is worth taken off the others.
    """

    def __init__(self, held: Cases) -> None:
        answerable = held.right >= 0
        count = len(held.right)
        self.sections = np.concatenate([held.sections, held.sections[answerable]])
        self.nothing = np.concatenate([held.nothing, held.without[answerable]])
        self.counted = np.concatenate([np.ones(count), np.full(answerable.sum(), TAKEN_OUT)]) / count
        self.barred = np.zeros(self.sections.shape[:2])
        self.barred[count + np.arange(answerable.sum()), held.right[answerable]] = OUT
        self.chosen = np.concatenate([answerable, np.zeros(answerable.sum(), bool)])
        self.right = np.concatenate([np.maximum(held.right, 0), np.zeros(answerable.sum(), np.int64)])
        self.features = self.sections.shape[2]
        self.ridge = np.concatenate(
            [np.full(self.features, RIDGE), np.full(self.nothing.shape[1], RIDGE * FREER)]
        )  # fmt: skip
        self.ridge[CONCEPTS] = 0

    def loss(self, weights: Numbers) -> float:
        worth = self._worth(weights)
        right = np.where(self.chosen, self._of_right(worth), 0)
        top = np.maximum(worth.max(1), 0)
        every = top + np.log(np.exp(worth - top[:, None]).sum(1) + np.exp(-top))
        return float(self.counted @ (every - right) + 0.5 * self.ridge @ weights**2)

    def step(self, weights: Numbers) -> Numbers:
        """Newton's step, to be taken off `weights`; none for the fixed one."""
        worth = self._worth(weights)
        top = np.maximum(worth.max(1), 0)
        chance = np.exp(worth - top[:, None])
        chance /= (chance.sum(1) + np.exp(-top))[:, None]
        some, counted = chance.sum(1), self.counted
        mean = np.einsum("qs,qsf->qf", chance, self.sections)
        right = np.where(self.chosen[:, None], self._of_right(self.sections), 0)
        slope = np.concatenate([counted @ (mean - right), (counted * (self.chosen - some)) @ self.nothing])
        slope += self.ridge * weights
        both = (chance * counted[:, None])[:, :, None] * self.sections
        upper = np.einsum("qsf,qsg->fg", both, self.sections, optimize=True) - (mean * counted[:, None]).T @ mean
        across = -(mean * (counted * (1 - some))[:, None]).T @ self.nothing
        lower = (self.nothing * (counted * some * (1 - some))[:, None]).T @ self.nothing
        bent = np.block([[upper, across], [across.T, lower]]) + np.diag(self.ridge)
        free = np.arange(len(weights)) != CONCEPTS
        found = np.zeros_like(weights)
        found[free] = np.linalg.solve(bent[np.ix_(free, free)], slope[free])
        return found

    def _worth(self, weights: Numbers) -> Numbers:
        worth = self.sections @ weights[: self.features] + self.barred
        return np.asarray(worth - (self.nothing @ weights[self.features :])[:, None])

    def _of_right(self, each: Numbers) -> Numbers:
        return np.asarray(each[np.arange(len(each)), self.right])


def fit(held: Cases) -> tuple[Numbers, Numbers]:
    """The weights of the sections' features and of nothing's."""
    likelihood = Likelihood(held)
    weights = np.zeros(likelihood.features + held.nothing.shape[1])
    weights[CONCEPTS] = VETO
    loss = likelihood.loss(weights)
    for _ in range(STEPS):
        step, before = likelihood.step(weights), loss
        while (loss := likelihood.loss(weights - step)) > before and np.abs(step).max() > ENOUGH:
            step = step / 2
        weights = weights - step
        if before - loss < ENOUGH:
            break
    return weights[: likelihood.features], weights[likelihood.features :]


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


def weights(held: Cases, lang: Lang, way: Way) -> Weights:
    margins, places = judged(held)
    answerable = held.right >= 0
    passing = np.sort(margins[~answerable])[::-1]
    threshold = float(passing[int(ALLOWED[way] * len(passing))]) + 0.01
    right = (places == held.right) & answerable
    found, declined = right & (margins >= threshold), ~answerable & (margins < threshold)
    sys.stdout.write(
        f"{lang} {way}: ranked first {right.sum()}/{answerable.sum()}, "
        f"answered rightly {found.sum()}/{answerable.sum()}, declined {declined.sum()}/{(~answerable).sum()}, "
        f"threshold {threshold:.2f}\n"
    )
    section, nothing = ([round(float(one), 3) for one in part] for part in fit(held))
    features = feature_names(meanings=way == "meanings")
    names = nothing_names(features)
    return Weights(
        section=dict(zip(features, section, strict=True)),
        nothing=dict(zip(names, nothing, strict=False)),
        question=nothing[len(names) :],
        threshold=round(threshold, 2),
    )


def main(settings: Settings) -> None:
    encoder = open_encoder(settings.models_dir)
    if encoder is None:
        raise SystemExit("the model is missing: cockpit models pull e5-small")
    found: dict[Lang, dict[Way, Weights]] = {}
    for lang in LANGS:
        files = settings.manual.zh if lang == "zh" else settings.manual.en
        by_words, by_meanings = Manual(build(files, lang, None)), Manual(build(files, lang, encoder), encoder)
        found[lang] = {
            "words": weights(cases(by_words, lang), lang, "words"),
            "meanings": weights(cases(by_meanings, lang), lang, "meanings"),
        }
    plain = {lang: {way: one.model_dump() for way, one in ways.items()} for lang, ways in found.items()}
    head = "# Written by `python -m hil.routing.manual_fit`; see choice.py.\n"
    FILE.write_text(head + yaml.safe_dump(plain, sort_keys=False, default_flow_style=None, width=110), "utf-8")


if __name__ == "__main__":
    main(load_settings())
