from __future__ import annotations

import pytest

from cockpit.config import ROOT
from cockpit.tts.normalise_en import cardinal, normalise, ordinal, year
from cockpit.yamlfile import read_yaml

SPOKEN: dict[str, str] = read_yaml(ROOT / "tests" / "data" / "said.en.yaml")

ORDINALS = {
    1: "first",
    3: "third",
    8: "eighth",
    12: "twelfth",
    20: "twentieth",
    21: "twenty first",
    100: "one hundredth",
}
YEARS = {
    "2026": "twenty twenty six",
    "2005": "two thousand five",
    "1900": "nineteen hundred",
    "1905": "nineteen oh five",
}


def test_the_table_is_long_enough() -> None:
    assert len(SPOKEN) >= 150


@pytest.mark.parametrize(("written", "said"), SPOKEN.items())
def test_english_is_written_as_it_is_said(written: str, said: str) -> None:
    assert normalise(written) == said


@pytest.mark.parametrize("said", SPOKEN.values())
def test_what_is_spoken_form_already_stays(said: str) -> None:
    assert normalise(said) == said


@pytest.mark.parametrize(("figure", "said"), ORDINALS.items())
def test_english_ordinals(figure: int, said: str) -> None:
    assert ordinal(figure) == said


@pytest.mark.parametrize(("written", "said"), YEARS.items())
def test_english_years(written: str, said: str) -> None:
    assert year(written) == said


def test_english_cardinals() -> None:
    said = {0: "zero", 21: "twenty one", 1234: "one thousand two hundred thirty four", -7: "minus seven"}
    assert {figure: cardinal(figure) for figure in said} == said
