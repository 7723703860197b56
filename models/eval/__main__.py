"""Measures the understanding of commands and writes report.json and report.html."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from cockpit.config import ROOT, Settings
from cockpit.nlu.joint import JointUnderstander
from cockpit.nlu.labels import Labels
from cockpit.plan.planner import Planner
from cockpit.skillset import SkillSet, load_skills
from cockpit.types import LANGS
from models.eval import plots, sets
from models.eval.calibration import Alone, acts_alone
from models.eval.evaluation import Evaluation
from models.eval.page import page
from models.eval.robustness import Mishearing
from models.eval.sets import Row
from models.eval.thresholds import Chosen, calibration, negatives, thresholds

WIDTH = 110
"""What the table needs."""
MISHEARD, SEED = 0.1, 9
"""Share of the characters that are wrong in the misheard commands that confidences are calibrated on as well."""
console = Console(highlight=False)
console.width = max(console.width, WIDTH)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m models.eval", description=__doc__)
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "intent", help="folder of the trained network")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "eval", help="where the report goes")
    parser.add_argument("--quick", action="store_true", help="leave out the simulated recognition errors")
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="where the curves go as SVG files, if wanted")
    parser.add_argument(
        "--set-thresholds", action="store_true", help="choose the thresholds, write them into the model folder and stop"
    )
    args = parser.parse_args()
    skills = load_skills(Settings().skills_dir)
    if args.set_thresholds:
        console.print(described(choose(args.model, skills)))
        return
    understander = JointUnderstander(skills, args.model)
    report = Evaluation(understander, Planner(skills, {}).wanted, console.print).report(robustness=not args.quick)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (args.out / "report.html").write_text(page(report), "utf-8")
    if args.plots:
        plots.write(report, args.plots)
    console.print(overview(report))
    console.print(f"{args.out / 'report.html'}", soft_wrap=True)


def choose(model: Path, skills: SkillSet) -> Chosen:
    """Calibrates the network in the folder `model` and sets its thresholds, chosen as if it had none."""
    labels = replace(Labels.load(model / "labels.json"), calibration=(), thresholds={})
    labels.save(model / "labels.json")
    understander = JointUnderstander(skills, model)
    dev = [row for row in sets.commands() if row.half == "dev"]
    idle = [*negatives(skills, understander.templates)]
    near_misses = [row for row in sets.seen() if not row.wanted]
    misheard = [*Mishearing([*dev, *idle]).rows(dev, MISHEARD, SEED)]
    groups = [
        ([*alone(understander, skills, rows, what)], count)
        for rows, what, count in (
            (dev, "commands of the development half", 0.5),
            (misheard, "the same misheard", 0.5),
            (idle, "generated no commands", len(dev) / len(idle) / 2),
            (near_misses, "no commands that are easily mistaken", len(dev) / len(near_misses) / 2),
        )
    ]
    labels = replace(labels, calibration=calibration(groups))
    labels.save(model / "labels.json")
    evaluation = _evaluation(JointUnderstander(skills, model, understander.templates), skills)
    chosen = thresholds(
        dev,
        *(
            evaluation.unlimited(evaluation.considered(rows, f"{what}, now calibrated"))
            for rows, what in ((dev, "commands"), (sets.overheard(), "overheard"), (near_misses, "easily mistaken"))
        ),
    )
    replace(labels, thresholds={"act": chosen.act, "ask": chosen.ask}).save(model / "labels.json")
    return chosen


def alone(understander: JointUnderstander, skills: SkillSet, rows: Sequence[Row], what: str) -> Iterator[Alone]:
    """The acts in `rows` that nothing but the network vouches for."""
    evaluation = _evaluation(understander, skills)
    found = evaluation.considered(rows, what)
    return acts_alone(rows, found, evaluation.unlimited(found))


def _evaluation(understander: JointUnderstander, skills: SkillSet) -> Evaluation:
    return Evaluation(understander, Planner(skills, {}).wanted, console.print)


def described(chosen: Chosen) -> str:
    return (
        f"act {chosen.act:.3f}, ask {chosen.ask:.3f}. Of what nothing but the network vouches for: "
        f"{chosen.carried_out:.1%} of the acts carried out, {chosen.wrong:.1%} of them wrong; "
        f"{chosen.idle:.2%} of what was overheard and {chosen.near_misses:.2%} of what is easily mistaken acted "
        f"on; {chosen.asked_right:.0%} of the questions meant"
    )


def overview(report: Mapping[str, Any]) -> Table:
    """The figures that matter most."""
    table = Table(box=None, pad_edge=False)
    for name in ("", "", "right zh", "right en", "intents", "slot F1", "asked", "refused", "wrong", "false acts"):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for name, variant in report["variants"].items():
        for half in ("test", "dev", "seen"):
            found = variant[half]["all"]
            out = found["outcomes"]
            rights = [variant[half][lang]["right"] for lang in LANGS]
            asked = out["asked_right"] + out["asked_wrong"]
            shares = (*rights, found["intents"], found["slots"]["f1"], asked, out["refused"], out["wrong"])
            false = variant["false_actions"]["all"]
            acted = f"{false['acted']} of {false['rows']}" if half == "test" else ""
            table.add_row(name, half, *(f"{value:.1%}" for value in shares), acted)
    for name, rates in report["robustness"].get("right", {}).items():
        if name.endswith(".all"):
            variant = name.removesuffix(".all")
            table.add_row(variant, "misheard", *(f"{float(rate):.0%}:{right:.1%}" for rate, right in rates.items()))
    return table


if __name__ == "__main__":
    main()
