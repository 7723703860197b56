"""The report of hearing and speaking as tables, pages and plots, of figures made by hand."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from cockpit.config import ROOT
from cockpit.types import LANGS
from hil.charts import bars
from hil.speech.plots import plots
from hil.speech.report import BEGIN, END, PAGES, markdown, tables, words, written
from hil.speech.waterfall import STAGES, stages

SVG = "{http://www.w3.org/2000/svg}"


def heard(noise: str, snr_db: float | None, wrong: float, speech: str = "synthesised") -> dict[str, Any]:
    return {
        "lang": "en", "engine": "moonshine", "leaning": False, "speech": speech, "noise": noise, "snr_db": snr_db,
        "clips": 30, "words": 150, "word_errors": wrong, "character_errors": wrong / 2, "commands": 30,
        "right": None if speech == "human" else 1 - wrong,
    }  # fmt: skip


def report() -> dict[str, Any]:
    conditions = [("none", None, 0.02), ("car", 20, 0.03), ("car", 0, 0.2), ("babble", 20, 0.1), ("babble", 0, 1.2)]
    rows = [heard(*one) for one in conditions] + [heard(*one, speech="human") for one in conditions]
    pauses = [
        {"lang": "zh", "speech": "synthesised", "noise": "none", "way": "sentence", "pause_s": pause_s,
         "streams": 16, "early": early, "unheard": 0, "delay_ms": 700.0, "delay_p95_ms": None}
        for pause_s, early in ((0.0, 0.0), (0.7, 0.5))
    ]  # fmt: skip
    parts = dict.fromkeys(STAGES, 100.0)
    turns = {
        "lang": "zh",
        "speech": "synthesised",
        "turns": 9,
        "lost": 1,
        "stages": parts,
        "transcript_ms": 200.0,
        "sound_ms": 700.0,
    }
    return {
        "machine": "a machine",
        "quick": False,
        "sections": {
            "errors": {"rows": rows, "heard": [], "seconds": 3, "load": 1.5},
            "endings": {"rows": pauses, "seconds": 3},
            "replies": {"rows": [{"lang": "zh", "colour": "ahead", "replies": 3}], "seconds": 1},
            "waterfall": {"rows": [{**turns, "sound_p95_ms": None}], "seconds": 3},
        },
    }


def test_a_table_has_a_column_for_each_ratio_and_a_row_for_each_noise() -> None:
    words_wrong, characters_wrong, right = tables(report(), "en")[:3]
    assert words_wrong.head[-3:] == ["clean", "20", "0"]
    assert ["English", "synthesised", "moonshine", "no", "babble", "30", "2", "10", "120"] in words_wrong.rows
    assert [row[-1] for row in characters_wrong.rows] == ["10", "60", "10", "60"]
    assert {row[1] for row in right.rows} == {"synthesised"}, "nobody understands a novel"


def test_what_is_unknown_is_shown_as_it_is() -> None:
    _, _, _, endings, replies, _ = tables(report(), "en")
    assert endings.rows == [["Chinese", "synthesised", "none", "sentence", "16", "0", "50", "700", "-"]]
    assert (replies.head, replies.rows) == (["language", "colour", "replies"], [["Chinese", "ahead", "3"]])


@pytest.mark.parametrize("lang", LANGS)
def test_every_row_is_as_wide_as_its_head(lang: Any) -> None:
    for table in tables(report(), lang):
        lines = markdown(table).strip().splitlines()[2:]
        assert {line.count("|") for line in lines} == {len(table.head) + 1}
        assert {len(row) for row in table.rows} <= {len(table.head)}


def test_both_languages_have_words_for_the_same() -> None:
    def keys(of: Any) -> Any:
        return {key: keys(value) for key, value in of.items()} if isinstance(of, dict) else None

    assert keys(words("en")) == keys(words("zh"))


def test_a_page_is_written_between_its_marks_and_only_there() -> None:
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    once = written(page, report(), "zh")
    assert once.startswith(f"before\n{BEGIN}")
    assert once.endswith(f"{END}\nafter\n")
    assert "old" not in once
    assert "a machine. 每节开始前的系统负载: errors 1.5." in once
    assert written(once, report(), "zh") == once
    with pytest.raises(ValueError, match="once"):
        written("no marks", report(), "zh")


@pytest.mark.parametrize("name", PAGES.values())
def test_the_pages_have_their_marks(name: str) -> None:
    page = (ROOT / "docs" / name).read_text("utf-8")
    assert page.index(BEGIN) < page.index(END)


def test_plots_are_drawn_of_what_was_measured() -> None:
    drawn = plots(report())
    names = {"speech-errors.svg", "speech-errors-people.svg", "speech-commands.svg", "speech-endings.svg"}
    assert drawn.keys() == names | {"speech-latency.svg"}
    errors = ET.fromstring(drawn["speech-errors.svg"])  # noqa: S314 - drawn here
    texts = [one.text for one in errors.findall(f"{SVG}text")]
    assert {"clean", "20", "0", "moonshine en, car", "moonshine en, babble"} <= {*texts}
    assert len(errors.findall(f"{SVG}path")) == 2
    assert plots({"sections": {}}) == {}


def test_a_wake_word_is_a_line_over_what_else_is_heard() -> None:
    rows = [
        {"word": word, "condition": condition, "said": 10, "missed": missed}
        for word in ("hey car", "你好")
        for condition, missed in (("clean", 0.0), ("car", 0.1), ("babble", 0.5))
    ]
    silent = [{"kind": "music", "hours": 0.5, "core": 0.01, "false_per_hour": 2.0}]
    section = {"wake": {"rows": rows, "silent": silent}}
    root = ET.fromstring(plots({"sections": section})["speech-wake.svg"])  # noqa: S314 - drawn here
    assert [len((one.get("d") or "").split("L")) for one in root.findall(f"{SVG}path")] == [3, 3]
    assert {"hey car", "你好", "babble"} <= {one.text for one in root.findall(f"{SVG}text")}
    words, wakes = tables({"sections": section}, "en")
    assert words.rows == [["hey car", "0", "10", "50"], ["你好", "0", "10", "50"]]
    assert wakes.rows == [["music", "0.5", "2", "0.01"]]


def test_bars_stand_one_behind_the_other() -> None:
    svg = bars("a title", {"one": {"a": 100, "b": 50}, "two": {"b": 300}}, "ms", [0, 200, 400])
    rects = ET.fromstring(svg).findall(f"{SVG}rect")[1:]  # noqa: S314 - drawn here
    first, second, other = [(float(one.get("x", "")), float(one.get("width", ""))) for one in rects]
    assert sum(first) == pytest.approx(second[0], abs=0.1)
    assert first[1] == pytest.approx(2 * second[1], abs=0.2)
    assert (first[0], other[1]) == (other[0], pytest.approx(3 * first[1], abs=0.3))
    assert rects[1].get("fill") == rects[2].get("fill") != rects[0].get("fill")


def test_stages_add_up_to_the_first_sound() -> None:
    seen = {"endpoint": 10.7, "transcript": 10.9, "understood": 11.0, "set": 10.99, "reply": 11.2, "sound": 11.5}
    found = stages(seen, 10.0)
    assert list(found) == list(STAGES)
    assert sum(found.values()) == pytest.approx(1500)
    assert found["set"] == found["done"] == 0
    assert found["endpoint"] == pytest.approx(700)
    early = stages({**seen, "sound": 10.95}, 10.0)
    assert sum(early.values()) == pytest.approx(950)
    assert all(ms >= 0 for ms in early.values())
