from __future__ import annotations

import pytest

from cockpit.config import ROOT
from cockpit.tts.normalise_zh import cardinal, normalise
from cockpit.yamlfile import read_yaml

SPOKEN: dict[str, str] = read_yaml(ROOT / "tests" / "data" / "said.zh.yaml")

CARDINALS = {
    0: "零", 10: "十", 12: "十二", 20: "二十", 101: "一百零一", 110: "一百一十", 115: "一百一十五", 1001: "一千零一",
    1010: "一千零一十", 2000: "两千", 10001: "一万零一", 12000: "一万两千", 20000: "两万", 100000: "十万",
    105000: "十万五千", 1000010: "一百万零一十", 10**8: "一亿", 200000001: "两亿零一", -7: "负七",
}  # fmt: skip


def test_the_table_is_long_enough() -> None:
    assert len(SPOKEN) >= 150


@pytest.mark.parametrize(("written", "said"), SPOKEN.items())
def test_chinese_is_written_as_it_is_said(written: str, said: str) -> None:
    assert normalise(written) == said


@pytest.mark.parametrize(("figure", "said"), CARDINALS.items())
def test_chinese_cardinals(figure: int, said: str) -> None:
    assert cardinal(figure) == said


@pytest.mark.parametrize("said", SPOKEN.values())
def test_what_is_spoken_form_already_stays(said: str) -> None:
    assert normalise(said) == said
