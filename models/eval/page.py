"""The report as one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from hil.charts import chart

TENTHS = [n / 10 for n in range(0, 11, 2)]
STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1f2328}
table{border-collapse:collapse;margin:.6rem 0 1.4rem}
th,td{border-bottom:1px solid #d0d7de;padding:.2rem .7rem;text-align:left;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums}
h2{margin-top:2.4rem}
summary{cursor:pointer;margin:.5rem 0}
.scroll{overflow-x:auto}
.charts{display:flex;flex-wrap:wrap;gap:1rem}
svg{max-width:100%;font-size:12px}
.grid{stroke:#eaeef2}
.ideal{stroke:#8c959f;stroke-dasharray:4 4}
p{max-width:48rem}
"""


def page(report: Mapping[str, Any]) -> str:
    """The HTML of a report as `Evaluation.report` makes it."""
    parts = [
        _sets(report["variants"]),
        _false_actions(report["variants"]),
        _robustness(report["robustness"]) if report["robustness"] else "",
        _calibration(report["calibration"]),
        "<h2>Who decided</h2><p>Held-out commands, both halves, and the no commands that were acted on.</p>",
        table(
            ("why", "commands", "right", "false actions"),
            [(why, *of.values()) for why, of in report["decided"].items()],
        ),
        _errors(report),
        "<h2>Intents</h2><p>Held-out commands, both halves. Wrongly: understood where something else was meant.</p>",
        folded("all intents", ("intent", "wanted", "found", "right", "wrongly"), _items(report["intents"])),
        "<h2>Slots</h2>",
        table(("slot", "precision", "recall", "F1", "wanted"), _items(report["slots"])),
    ]
    model = report["model"]
    limits = ", ".join(f"{name} {value:.3f}" for name, value in model["thresholds"].items()) or "none"
    head = (
        f"<p>Model {escape(model['version'] or '(no version)')}, {model['intents']} intents, thresholds: {limits}.</p>"
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Understanding: evaluation</title><style>{STYLE}</style><h1>Understanding: evaluation</h1>{head}"
        + "".join(parts)
        + "</html>\n"
    )


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Shares are floats and shown in per cent."""
    names = "".join(f"<th>{escape(name)}</th>" for name in head)
    lines = "".join(f"<tr>{''.join(_cell(value) for value in row)}</tr>" for row in rows)
    return f'<div class="scroll"><table><tr>{names}</tr>{lines}</table></div>'


def folded(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [*rows]
    return f"<details><summary>{escape(title)} ({len(lines)})</summary>{table(head, lines)}</details>"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f'<td class="n">{100 * value:.1f} %</td>'
    return f'<td class="n">{value}</td>' if isinstance(value, int) else f"<td>{escape(str(value))}</td>"


def _items(of: Mapping[str, Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    return [(name, *values.values()) for name, values in of.items()]


def _sets(variants: Mapping[str, Any]) -> str:
    head = ("variant", "set", "language", "rows", "right", "95 %", "intents", "acts", "slot F1", "asked, right",
            "asked, wrong", "refused", "wrongly acted")  # fmt: skip
    rows, groups = [], []
    for variant, of in variants.items():
        for half in ("test", "dev", "seen"):
            for lang, found in of[half].items():
                rows.append((variant, half, lang, *_figures(found)))
                groups += [(variant, half, lang, name, *_figures(group)) for name, group in found["groups"].items()]
    return (
        "<h2>Commands</h2><p>Right: the same acts in the same order with every listed slot, be they carried out or "
        "asked about first. <i>test</i> and <i>dev</i> are the halves of commands written by people who never saw the "
        "skills' sentences; thresholds were chosen on <i>dev</i>. <i>seen</i> are the sentences that were read while "
        "the templates were written: a check for regressions, no measure of quality. <i>both</i> is the assistant, "
        "<i>network</i> and <i>templates</i> are its two parts alone, <i>no thresholds</i> is the assistant if it took "
        "every guess for sure.</p>"
        + table(head, rows)
        + folded("single acts, several acts and follow-ups apart", (*head[:3], "group", *head[3:]), groups)
    )


def _figures(of: Mapping[str, Any]) -> tuple[Any, ...]:
    outcomes = of["outcomes"]
    asked = (outcomes["asked_right"], outcomes["asked_wrong"], outcomes["refused"], outcomes["wrong"])
    return of["rows"], of["right"], _between(of), of["intents"], of["acts"], of["slots"]["f1"], *asked


def _between(of: Mapping[str, Any]) -> str:
    low, high = of["interval"]
    return f"{100 * low:.1f} to {100 * high:.1f}"


def _false_actions(variants: Mapping[str, Any]) -> str:
    head = ("variant", "of", "rows", "acted", "share", "95 %", "with yes, no, cancel", "asked back")
    rows: list[tuple[Any, ...]] = []
    for variant, of in variants.items():
        found = of["false_actions"]
        parts = [("all", found["all"]), *found["by_lang"].items()]
        for name, one in [*parts, *(found["by_source"].items() if variant == "both" else ())]:
            figures = (one["rows"], one["acted"], one["rate"], _between(one), one["with_dialog"], one["asked"])
            rows.append((variant, name, *figures))
    said = [tuple(line.values()) for line in variants["both"]["false_actions"]["said"]]
    return (
        "<h2>False actions</h2><p>Speech after which the car must do nothing; never trained on. An act counts when it "
        "is not asked about first and is more than talk, yes, no or cancel.</p>"
        + table(head, rows)
        + folded("what was understood (? asked back)", ("language", "source", "said", "understood"), said)
    )


def _robustness(of: Mapping[str, Any]) -> str:
    lines = {
        name: [(float(rate), share) for rate, share in rates.items()]
        for name, rates in of["right"].items()
        if name.startswith("both") or name.endswith(".all")
    }
    rates = [*of["wrongly_acted"]]
    rows = [(name, *(by[rate] for rate in rates)) for name, by in of["right"].items()]
    rows.append(("wrongly acted (both.all)", *of["wrongly_acted"].values()))
    rows.append(("characters wrong, measured", *of["characters_wrong"].values()))
    return (
        "<h2>Recognition errors</h2><p>Share of the test half that is right when so many of its characters are "
        "exchanged for what sounds alike or lost, mean of three seeds. Values are not spared, so not all of it can be "
        "understood.</p>"
        + chart(lines, "characters misheard", "right", [0, 0.05, 0.1, 0.15, 0.2], TENTHS)
        + table(("", *(f"{100 * float(rate):g} %" for rate in rates)), rows)
    )


def _calibration(of: Mapping[str, Any]) -> str:
    names = {
        "network": "network, commands",
        "network_with_no_commands": "network, with no commands",
        "final": "final acts, commands",
    }
    curves = {
        f"{name} (ECE {100 * of[key]['ece']:.1f} %)": [(one["confidence"], one["right"]) for one in of[key]["bins"]]
        for key, name in names.items()
    }
    bins = [(key, *one.values()) for key in names for one in of[key]["bins"]]
    steps = of["thresholds"]
    costs = {
        name: [(step["threshold"], step[key]) for step in steps]
        for name, key in (("acts carried out", "coverage"), ("of these wrong", "error"))
    }
    return (
        "<h2>Confidence</h2><p>How often an act of some confidence is right (test half), and what a threshold alone "
        "would do; an act of the templates word for word has confidence 1.</p>"
        + '<div class="charts">'
        + chart(curves, "confidence", "right", TENTHS, TENTHS, diagonal=True)
        + chart(costs, "threshold", "share", TENTHS, TENTHS)
        + "</div>"
        + table(
            ("threshold", "carried out", "of these wrong", "false actions"),
            [(f"{s['threshold']:.2f}", s["coverage"], s["error"], s["false_actions"]) for s in steps],
        )
        + folded("bins", ("curve", "acts", "confidence", "right"), bins)
    )


def _errors(report: Mapping[str, Any]) -> str:
    confused = [(one["wanted"], one["got"], one["count"], " | ".join(one["said"])) for one in report["confusions"]]
    slots = [tuple(one.values()) for one in report["slot_errors"]]
    parts = [
        "<h2>Confusions</h2><p>Held-out commands, both halves; - is no act.</p>",
        folded("intents", ("wanted", "got", "count", "said"), confused),
        folded("slots", ("intent", "slot", "wanted", "got", "said"), slots),
    ]
    head = ("outcome", "said", "wanted", "got")
    for name, misses in (*report["misses"].items(), ("seen", report["seen_misses"])):
        parts.append(folded(f"not carried out right: {name}", head, [tuple(one.values()) for one in misses]))
    return "".join(parts)
