"""The sets, simulated recognition errors and the page."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import islice
from types import SimpleNamespace
from typing import cast

import pytest

from cockpit.config import ROOT
from cockpit.nlu.consideration import Consideration
from cockpit.nlu.joint import JointUnderstander
from cockpit.nlu.labels import Labels
from cockpit.nlu.templates import TemplateUnderstander
from cockpit.nlu.tokens import clean, tokenise
from cockpit.skillset import SkillSet, load_skills
from cockpit.types import LANGS, Act, Lang, Understanding
from models.eval import sets
from models.eval.evaluation import Evaluation
from models.eval.page import page
from models.eval.robustness import Mishearing, error_rate, written
from models.eval.sets import Row
from models.eval.thresholds import negatives
from models.eval.variants import gated, ungated


@cache
def skills() -> SkillSet:
    return load_skills(ROOT / "skills")


@cache
def templates() -> TemplateUnderstander:
    return TemplateUnderstander(skills())


class TemplatesOnly:
    """A joint understander whose network is silent."""

    def __init__(self) -> None:
        labels = Labels((), (), (), {}, thresholds={"act": 0.9, "ask": 0.4})
        self.tagger = SimpleNamespace(labels=labels)

    def consider(self, text: str, lang: Lang) -> Consideration:
        reading = templates().read(text, lang)
        acts = reading.acts if reading else ()
        understanding = Understanding(acts, lang, 1.0)
        why = "literal" if reading else "no_act"
        return Consideration((), None, (), reading, 0.0, "templates", why, understanding)


@pytest.mark.parametrize("half", ["dev", "test"])
def test_halves_are_of_like_size_and_stay(half: str) -> None:
    rows = sets.commands()
    assert 0.4 < sum(row.half == half for row in rows) / len(rows) < 0.6
    assert Row("turn on the radio", "en").half == "dev"


def test_no_commands_have_a_source() -> None:
    rows = sets.no_commands()
    assert Counter(row.lang for row in rows) == {"zh": 500, "en": 500}
    assert all(row.source and not row.wanted for row in rows)


def test_every_wanted_intent_is_known() -> None:
    wanted = {act.intent for row in (*sets.commands(), *sets.seen()) for act in row.wanted}
    known = {*templates().capabilities.intents}
    assert sorted(wanted - known) == []


def test_misheard_is_the_same_for_the_same_seed_and_worse_at_a_greater_rate() -> None:
    rows = sets.commands()[:80]
    mishearing = Mishearing(rows)
    once, again = ([row.say for row in mishearing.rows(rows, 0.1, 1)] for _ in range(2))
    assert once == again

    def differing(rate: float) -> int:
        heard = mishearing.rows(rows, rate, 1)
        return sum(_words(row.say) != _words(other.say) for row, other in zip(rows, heard, strict=True))

    assert 0 < differing(0.05) < differing(0.2)


def _words(text: str) -> list[str]:
    return [token.text for token in tokenise(clean(text))]


@pytest.mark.parametrize("lang", LANGS)
def test_as_many_characters_are_wrong_as_were_asked_for(lang: Lang) -> None:
    rows = [row for row in sets.commands() if row.lang == lang][:150]
    heard = [*Mishearing(sets.commands()).rows(rows, 0.1, 1)]
    assert error_rate(rows, heard) == pytest.approx(0.1, abs=0.01)
    assert error_rate(rows, rows) == 0.0


def test_words_are_written_as_their_language_does() -> None:
    assert written(["打", "开", "ac", "mode", "吧"], "zh") == "打开ac mode吧"
    assert written(["turn", "it", "on"], "en") == "turn it on"


def test_negatives_are_generated_the_same_each_time() -> None:
    rows = [*negatives(skills(), templates(), 20)]
    assert Counter(row.lang for row in rows) == {"zh": 20, "en": 20}
    assert all(row.source.startswith("negatives/") and row.say for row in rows)
    assert [*islice(negatives(skills(), templates(), 20), 20)] == rows[:20]


def test_thresholds_refuse_and_ask() -> None:
    limits = {"act": 0.9, "ask": 0.4}
    assert gated([Act("ac.on", {}, 0.3)], limits) == ()
    assert [act.doubtful for act in gated([Act("ac.on", {}, 0.5), Act("fan.up", {}, 0.95)], limits)] == [True, False]
    doubtful = Understanding((Act("ac.on", {}, 0.5, doubtful=True),), "en", 0.5)
    found = Consideration((), None, (), None, 0.0, "network", "network_alone", doubtful)
    assert [act.doubtful for act in ungated(found)] == [False]


def test_report_and_page(monkeypatch: pytest.MonkeyPatch) -> None:
    commands, idle, seen = sets.commands()[::90], sets.no_commands()[::90], sets.seen()[::90]
    monkeypatch.setattr(sets, "commands", lambda: commands)
    monkeypatch.setattr(sets, "no_commands", lambda: idle)
    monkeypatch.setattr(sets, "seen", lambda: seen)
    said: list[str] = []
    report = Evaluation(cast("JointUnderstander", TemplatesOnly()), lambda acts: acts, said.append).report()
    assert len(said) == 3 + 1 + 3 * 3
    both, alone = report["variants"]["both"], report["variants"]["templates"]
    assert both["test"]["all"]["rows"] + both["dev"]["all"]["rows"] == len(commands)
    assert both == alone
    assert report["variants"]["network"]["seen"]["all"]["outcomes"]["wrong"] == 0.0
    assert {*report["robustness"]["wrongly_acted"]} == {"0.00", "0.05", "0.10", "0.20"}
    html = page(report)
    assert html.startswith("<!doctype html>")
    assert html.count("<svg") == 3
    assert "http" not in html
