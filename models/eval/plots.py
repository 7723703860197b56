"""The report's curves as SVG files that need nothing else: `python -m models.eval --plots FOLDER`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from hil.charts import BLUE, GREY, RED, Line, Point, drawing, ticks
from models.eval.page import TENTHS

FEW = 20
"""Below so many acts a share says little: such a point is drawn hollow."""
LANGUAGES = {"zh": ("Chinese", BLUE), "en": ("English", RED)}
VARIANTS = {
    "both": ("both together", 3.0, ""),
    "network": ("network alone", 1.2, ""),
    "templates": ("sentences alone", 1.2, "5 4"),
}
"""Name, width in pixels and dashes."""


def plots(report: Mapping[str, Any]) -> dict[str, str]:
    """SVG by file name, of a report as `Evaluation.report` makes it; `robustness.svg` only where it was measured."""
    drawn = {
        "calibration.svg": _calibration(report["calibration"]),
        "thresholds.svg": _thresholds(report["calibration"]["thresholds"], report["model"]["thresholds"]),
    }
    if report["robustness"]:
        drawn["robustness.svg"] = _robustness(report["robustness"]["right"])
    return drawn


def write(report: Mapping[str, Any], folder: Path) -> None:
    """Makes the folder where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, svg in plots(report).items():
        (folder / name).write_text(svg, "utf-8")


def _calibration(of: Mapping[str, Any]) -> str:
    lines = {"as often right as it is sure": Line([(0, 0), (1, 1)], GREY, 1.5, "4 4", dots=False)}
    for key, name, colour in (("network", "network alone", BLUE), ("final", "both together", RED)):
        bins = of[key]["bins"]
        points = [(one["confidence"], one["right"]) for one in bins]
        few = [n for n, one in enumerate(bins) if one["acts"] < FEW]
        lines[f"{name}, {of[key]['acts']} acts"] = Line(points, colour, hollow=few)
    return drawing(
        "How often an act is right, by how sure the model is of it",
        lines,
        f"confidence (%); a hollow point stands for fewer than {FEW} acts",
        "acts that are right (%)",
        TENTHS,
        TENTHS,
    )


def _robustness(right: Mapping[str, Mapping[str, float]]) -> str:
    lines = {}
    for variant, (name, width, dashes) in VARIANTS.items():
        for lang, (language, colour) in LANGUAGES.items():
            points = [(float(rate), share) for rate, share in right[f"{variant}.{lang}"].items()]
            lines[f"{name}, {language}"] = Line(points, colour, width, dashes)
    rates = [float(rate) for rate in right["both.zh"]]
    return drawing(
        "How many commands are understood when some of their characters are wrong",
        lines,
        "wrong characters (%)",
        "commands understood (%)",
        rates,
        TENTHS,
    )


def _thresholds(steps: Sequence[Mapping[str, float]], chosen: Mapping[str, float]) -> str:
    """A threshold that lets nothing through has no place here."""
    kept = [step for step in steps if step["coverage"]]
    carried = [step["coverage"] for step in kept] or [0.0, 1.0]
    lines = {
        name: Line([(step["coverage"], step[key]) for step in kept], colour)
        for name, key, colour in (
            ("acts carried out that are wrong", "error", RED),
            ("other speech that is acted on", "false_actions", BLUE),
        )
    }
    up = ticks(0.0, max((step[key] for step in kept for key in ("error", "false_actions")), default=0.0))
    if kept and "act" in chosen:
        at = _between([(step["threshold"], step["coverage"]) for step in kept], chosen["act"])
        used = Line([(at, up[0]), (at, up[-1])], GREY, 1.5, "4 4", dots=False)
        lines[f"the threshold in use, {chosen['act']:.2f}"] = used
    return drawing(
        "What a threshold costs: the higher it is, the further left",
        lines,
        "acts carried out (% of those understood)",
        "share (%)",
        ticks(min(carried), max(carried)),
        up,
    )


def _between(points: Sequence[Point], x: float) -> float:
    """Where `x` meets the line through `points`, which are in order; the nearer end's value outside of them."""
    for (left, low), (right, high) in pairwise(points):
        if left <= x <= right:
            return low + (high - low) * (x - left) / (right - left)
    return points[0][1] if x < points[0][0] else points[-1][1]
