"""Values as recognisers write them, as people say them, and as the assistant itself says them aloud: all the same."""

from __future__ import annotations

import pytest

from cockpit.config import ROOT
from cockpit.nlu.calendar import read_day, read_time
from cockpit.nlu.numbers import read_digits, read_number
from cockpit.nlu.quantities import read_quantity
from cockpit.nlu.tokens import clean, tokenise
from cockpit.tts.speech import NORMALISE
from cockpit.types import LANGS, Lang
from cockpit.yamlfile import read_yaml

Value = float | str | tuple[float, str]
TABLES = {lang: read_yaml(ROOT / "tests" / "data" / f"values.{lang}.yaml") for lang in LANGS}
ROWS = [
    (lang, kind, text, tuple(value) if isinstance(value, list) else value)
    for lang, table in TABLES.items()
    for kind, rows in table.items()
    for text, value in rows.items()
]


def values(text: str, kind: str, lang: Lang) -> list[Value]:
    """What all of `text` can be read as."""
    tokens = tokenise(clean(text))
    found: list[tuple[int, Value]] = []
    if kind == "quantity":
        found = [(end, (one.value, one.unit)) for end, one in read_quantity(tokens, 0, lang)]
    elif kind == "number":
        found = list(read_number(tokens, 0, lang))
    elif kind == "digits":
        found = [read_digits(tokens, 0, lang)]
    else:
        found = list((read_time if kind == "time" else read_day)(tokens, 0, lang))
    return [value for end, value in found if end == len(tokens)]


@pytest.mark.parametrize("lang", LANGS)
def test_the_table_is_long_enough(lang: Lang) -> None:
    assert sum(map(len, TABLES[lang].values())) >= 150


@pytest.mark.parametrize(("lang", "kind", "text", "value"), ROWS)
def test_a_value_is_read(lang: Lang, kind: str, text: str, value: Value) -> None:
    assert pytest.approx(value) in values(text, kind, lang) if kind == "number" else value in values(text, kind, lang)


@pytest.mark.parametrize(("lang", "kind", "text", "value"), ROWS)
def test_a_value_is_read_from_what_the_assistant_would_say(lang: Lang, kind: str, text: str, value: Value) -> None:
    said = NORMALISE[lang](text)
    found = values(said.replace("，", "").replace(", ", " "), kind, lang)
    assert not any(character.isdigit() for character in said)
    assert pytest.approx(value) in found if kind == "number" else value in found
