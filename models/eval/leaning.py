"""The curve of `python -m hil.speech.leaning --json FILE` as SVG: `python -m models.eval.leaning FILE [SVG]`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from models.eval.charts import Line, drawing
from models.eval.plots import GREY, LANGUAGES, ticks

CURVES = {"as_typed": ("commands that end as typed", ""), "pulled_in": ("other speech acted on", "5 4")}
IN_USE = 1.0


def svg(curves: Mapping[str, Sequence[Mapping[str, float]]]) -> str:
    """`curves` by language: figures of each strength, as `hil.speech.spoken.summary` gives them."""
    lines = {}
    for lang, rows in curves.items():
        language, colour = LANGUAGES[lang]
        for key, (what, dashes) in CURVES.items():
            # an axis is labelled in per cent: a strength of 1 stands at 100
            lines[f"{what}, {language}"] = Line([(row["strength"], row[key]) for row in rows], colour, 2.0, dashes)
    lines["the strength in use"] = Line([(IN_USE, 0.0), (IN_USE, 1.0)], GREY, 1.5, "4 4", dots=False)
    strongest = max(row["strength"] for rows in curves.values() for row in rows)
    return drawing(
        "What leaning on what may be said wins and costs",
        lines,
        "strength of leaning (100: the one in use)",
        "share (%)",
        [n / 2 for n in range(int(2 * strongest) + 1)],
        ticks(0.0, 1.0),
    )


def main() -> None:
    curves = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    Path(sys.argv[2] if len(sys.argv) > 2 else "docs/plots/leaning.svg").write_text(svg(curves), "utf-8")


if __name__ == "__main__":
    main()
