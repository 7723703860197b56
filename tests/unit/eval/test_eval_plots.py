"""The curves as SVG files, of a report made by hand. Places are read off the ticks that are written in the drawing."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from hil.charts import LETTER, STYLE, ticks
from models.eval import __main__ as command
from models.eval.plots import plots

SVG = "{http://www.w3.org/2000/svg}"
LETTERS = int(re.findall(r"font:(\d+)px", STYLE)[0])
"""Height of the letters in pixels."""

Curve = list[tuple[float, float]]


def bins(*of: tuple[int, float, float]) -> dict[str, Any]:
    found = [{"acts": acts, "confidence": sure, "right": right} for acts, sure, right in of]
    return {"acts": sum(acts for acts, _, _ in of), "ece": 0.05, "bins": found}


def report() -> dict[str, Any]:
    steps = ((0.0, 1.0, 0.13, 0.16), (0.8, 0.9, 0.08, 0.01), (0.9, 0.72, 0.05, 0.004), (0.99, 0.0, 0.0, 0.0))
    keys = ("threshold", "coverage", "error", "false_actions")
    shares = {"both": (0.85, 0.3), "network": (0.7, 0.25), "templates": (0.72, 0.1)}
    rates = {
        f"{variant}.{lang}": {"0.00": high, "0.05": 0.6, "0.10": 0.5, "0.20": low + (lang == "zh") * 0.2}
        for variant, (high, low) in shares.items()
        for lang in ("zh", "en", "all")
    }
    return {
        "model": {"version": "", "thresholds": {"act": 0.85, "ask": 0.4}, "intents": 3},
        "calibration": {
            "network": bins((5, 0.15, 0.2), (20, 0.55, 0.7), (300, 0.94, 0.88)),
            "network_with_no_commands": bins((40, 0.3, 0.01)),
            "final": bins((19, 0.25, 0.0), (600, 0.99, 0.93)),
            "thresholds": [dict(zip(keys, step, strict=True)) for step in steps],
        },
        "robustness": {"right": rates, "wrongly_acted": {}, "characters_wrong": {}},
    }


@dataclass(frozen=True)
class Box:
    """What a text or the axes take up, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        beside = self.right <= other.left or other.right <= self.left
        return not (beside or self.bottom <= other.top or other.bottom <= self.top)


class Drawn:
    """A drawing as it is read: per cents by the ticks, lines by the colour and dashes of their name in the legend."""

    def __init__(self, svg: str) -> None:
        self.root = ET.fromstring(svg)  # noqa: S314 - drawn here
        self.texts = self.root.findall(f"{SVG}text")
        middle = [one for one in self.texts if one.get("text-anchor") == "middle" and one.get("x")]
        self.across = {float(one.text or ""): float(one.get("x", "")) for one in middle if _number(one.text)}
        grid = self.root.findall(f"{SVG}line[@class='grid']")
        level = sorted({float(one.get("y1", "")) for one in grid if one.get("y1") == one.get("y2")}, reverse=True)
        ends = [one for one in self.texts if one.get("text-anchor") == "end"]
        self.up = {float(one.text or ""): y for one, y in zip(ends, level, strict=True)}

    def axes(self) -> Box:
        return Box(min(self.across.values()), min(self.up.values()), max(self.across.values()), max(self.up.values()))

    def curves(self) -> dict[str, Curve]:
        """Per cents across and up of every line, by name."""
        keys = [one for one in self.root.findall(f"{SVG}line") if one.get("class") is None]
        names = [one.text or "" for one in self.texts if one.get("text-anchor") is None]
        strokes = {_stroke(one): name for one, name in zip(keys, names, strict=True)}
        assert len(strokes) == len(names), "two lines look alike"
        paths = self.root.findall(f"{SVG}path")
        return {strokes[_stroke(one)]: [self._read(place) for place in _places(one)] for one in paths}

    def dots(self, filled: bool) -> Curve:
        found = [one for one in self.root.findall(f"{SVG}circle") if (one.get("stroke") is None) == filled]
        return [self._read((float(one.get("cx", "")), float(one.get("cy", "")))) for one in found]

    def _read(self, place: tuple[float, float]) -> tuple[float, float]:
        return _at(self.across, place[0]), _at(self.up, place[1])


def _number(text: str | None) -> bool:
    return bool(re.fullmatch(r"[\d.]+", text or ""))


def _stroke(one: ET.Element) -> tuple[str | None, ...]:
    return one.get("stroke"), one.get("stroke-width"), one.get("stroke-dasharray")


def _places(path: ET.Element) -> Curve:
    pairs = [pair.split() for pair in path.get("d", "").removeprefix("M").split("L")]
    return [(float(x), float(y)) for x, y in pairs]


def _at(scale: dict[float, float], pixel: float) -> float:
    """Per cent at a pixel, by the first and the last tick, to a tenth."""
    (low, start), *_, (high, end) = sorted(scale.items())
    return round(low + (high - low) * (pixel - start) / (end - start), 1)


def _box(text: ET.Element) -> Box:
    """No letter is wider than the legend reckons with; a turned text stands on its right side."""
    length, anchor = LETTER * len(text.text or ""), text.get("text-anchor")
    before = {"middle": length / 2, "end": length}.get(anchor or "", 0.0)
    if turned := re.fullmatch(r"translate\(([\d.]+) ([\d.]+)\) rotate\(-90\)", text.get("transform", "")):
        x, y = map(float, turned.groups())
        return Box(x - 0.8 * LETTERS, y - length + before, x + 0.25 * LETTERS, y + before)
    x, y = float(text.get("x", "")), float(text.get("y", ""))
    return Box(x - before, y - 0.8 * LETTERS, x - before + length, y + 0.25 * LETTERS)


NAMES = ("calibration.svg", "robustness.svg", "thresholds.svg")


@pytest.mark.parametrize("name", NAMES)
def test_a_drawing_needs_nothing_else_and_is_white_behind(name: str) -> None:
    svg = plots(report())[name]
    root = Drawn(svg).root
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("640", "400", "0 0 640 400")
    assert (root.findtext(f"{SVG}title") or "") > ""
    shapes = [one for one in root if one.tag not in {f"{SVG}title", f"{SVG}style"}]
    assert shapes[0].attrib == {"width": "640", "height": "400", "fill": "#ffffff"}
    assert shapes[0].tag == f"{SVG}rect"
    assert svg.count("http") == 1, "the name of the format only"
    assert not re.search(r"href|url\(|@import|<script|<image", svg)
    assert [int(part, 16) < 0x60 for part in re.findall(r"fill:#(..)(..)(..)", STYLE)[0]] == [True] * 3


@pytest.mark.parametrize("name", NAMES)
def test_texts_keep_clear_of_the_axes_the_edges_and_each_other(name: str) -> None:
    drawn = Drawn(plots(report())[name])
    boxes = [(one.text or "", _box(one)) for one in drawn.texts]
    assert [text for text, box in boxes if box.overlaps(drawn.axes())] == []
    assert [text for text, box in boxes if min(box.left, box.top) < 0 or box.right > 640 or box.bottom > 400] == []
    assert [(a, b) for (a, one), (b, other) in combinations(boxes, 2) if one.overlaps(other)] == []
    assert sum("(%" in text for text, _ in boxes) == 2, "both axes say their unit"


def test_calibration() -> None:
    drawn = Drawn(plots(report())["calibration.svg"])
    diagonal, network, final = drawn.curves().items()
    assert diagonal[1] == [(0.0, 0.0), (100.0, 100.0)]
    assert network == ("network alone, 325 acts", [(15.0, 20.0), (55.0, 70.0), (94.0, 88.0)])
    assert final == ("both together, 619 acts", [(25.0, 0.0), (99.0, 93.0)])
    assert drawn.dots(filled=False) == [(15.0, 20.0), (25.0, 0.0)]
    assert drawn.dots(filled=True) == [*network[1][1:], *final[1][1:]]


def test_robustness() -> None:
    drawn = Drawn(plots(report())["robustness.svg"])
    assert [*drawn.across] == [0.0, 5.0, 10.0, 20.0]
    curves = drawn.curves()
    assert curves["both together, Chinese"] == [(0.0, 85.0), (5.0, 60.0), (10.0, 50.0), (20.0, 50.0)]
    assert curves["both together, English"][-1] == (20.0, 30.0)
    assert curves["sentences alone, English"][-1] == (20.0, 10.0)
    assert len(curves) == 6
    widths = [float(one.get("stroke-width", "")) for one in drawn.root.findall(f"{SVG}path")]
    assert min(widths[:2]) > 2 * max(widths[2:])


def test_thresholds() -> None:
    drawn = Drawn(plots(report())["thresholds.svg"])
    wrong, other, used = drawn.curves().items()
    assert wrong == ("acts carried out that are wrong", [(100.0, 13.0), (90.0, 8.0), (72.0, 5.0)])
    assert other[1] == [(100.0, 16.0), (90.0, 1.0), (72.0, 0.4)]
    assert used == ("the threshold in use, 0.85", [(81.0, min(drawn.up)), (81.0, max(drawn.up))])
    assert (min(drawn.across), max(drawn.across)) == (70.0, 100.0)


def test_what_was_not_measured_is_not_drawn() -> None:
    of = report()
    of["robustness"], of["model"]["thresholds"] = {}, {}
    of["calibration"]["thresholds"] = of["calibration"]["thresholds"][-1:]
    drawn = plots(of)
    assert sorted(drawn) == ["calibration.svg", "thresholds.svg"]
    assert "in use" not in drawn["thresholds.svg"]
    assert "<path" not in drawn["thresholds.svg"]


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [
        (0.0, 0.161, [0.0, 0.05, 0.1, 0.15, 0.2]),
        (0.7, 1.0, [0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0]),
        (0.0, 0.0, [0.0, 0.01]),
        (1.0, 1.0, [0.99, 1.0]),
        (0.0, 1.0, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
    ],
)
def test_ticks_are_round_and_reach_from_below_to_above(low: float, high: float, wanted: list[float]) -> None:
    assert ticks(low, high) == wanted


@pytest.mark.parametrize("wanted", [True, False])
def test_the_option_writes_them(wanted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Measured:
        def __init__(self, *_: object) -> None:
            pass

        def report(self, robustness: bool) -> dict[str, Any]:
            return report()

    monkeypatch.setattr(command, "Evaluation", Measured)
    monkeypatch.setattr(command, "JointUnderstander", lambda *_: None)
    monkeypatch.setattr(command, "page", lambda _: "")
    monkeypatch.setattr(command, "overview", lambda _: "")
    option = ["--plots", str(tmp_path / "deep" / "plots")] if wanted else []
    monkeypatch.setattr(sys, "argv", ["eval", "--out", str(tmp_path / "out"), *option])
    command.main()
    assert (tmp_path / "out" / "report.json").exists()
    written = {path.name: path.read_text("utf-8") for path in tmp_path.glob("deep/plots/*")}
    assert written == (plots(report()) if wanted else {})
