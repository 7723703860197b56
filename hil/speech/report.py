"""The report as tables: on the screen, and in the pages of docs/ between two marks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import rich.table
from rich import box

from cockpit.types import Lang
from cockpit.yamlfile import read_yaml
from hil.speech.waterfall import STAGES
from hil.speech.workbench import Json

BEGIN, END = "<!-- figures of make bench-speech -->", "<!-- end of figures -->"
PAGES: dict[Lang, str] = {"en": "speech.md", "zh": "speech.zh-CN.md"}
RATES = ("word_errors", "character_errors", "right")


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@cache
def words(lang: Lang) -> Mapping[str, Any]:
    """The words of tables."""
    found: Mapping[str, Any] = read_yaml(Path(__file__).with_name("report.yaml"))[lang]
    return found


def tables(report: Json, lang: Lang) -> list[Table]:
    """Of everything that was measured, in the order of the issue."""
    makers = {"errors": _errors, "overheard": _overheard, "endings": _endings, "wake": _wake, "weights": _weights,
              "waterfall": _waterfall}  # fmt: skip
    found: list[Table] = []
    for name, section in report["sections"].items():
        if name in makers:
            found += makers[name](section, words(lang))
        else:
            found.append(_plain(name, section["rows"], words(lang)))
    return found


def _errors(section: Json, said: Mapping[str, Any]) -> Iterator[Table]:
    """A table for each rate: a row for each engine in each noise, a column for each ratio."""
    rows = section["rows"]
    levels = sorted({row["snr_db"] for row in rows if row["snr_db"] is not None}, reverse=True)
    keys = ("lang", "speech", "engine", "leaning")
    for rate in RATES:
        lines = []
        for _, group in groupby(
            sorted(rows, key=lambda row: [str(row[k]) for k in keys]), lambda r: [r[k] for k in keys]
        ):
            found = [row for row in group if row[rate] is not None]
            if not found:
                continue
            clean = next(row for row in found if row["snr_db"] is None)
            for kind in dict.fromkeys(row["noise"] for row in found if row["snr_db"] is not None):
                noisy = {row["snr_db"]: row for row in found if row["noise"] == kind}
                cells = [_percent(row[rate]) for row in (clean, *(noisy[level] for level in levels))]
                lines.append([*_named(clean, keys, said), said["noise"][kind], str(clean["clips"]), *cells])
        heads = [said["heads"][key] for key in (*keys, "noise", "clips")]
        yield Table(said["titles"][rate], [*heads, said["clean"], *(f"{level:g}" for level in levels)], lines)


def _overheard(section: Json, said: Mapping[str, Any]) -> Iterator[Table]:
    keys = ("lang", "speech", "lines", "utterances", "hours", "acted_per_hour", "asked_per_hour")
    rows = [_named(row, keys, said) for row in section["rows"]]
    yield Table(said["titles"]["overheard"], [said["heads"][key] for key in keys], rows)


def _endings(section: Json, said: Mapping[str, Any]) -> Iterator[Table]:
    keys = ("lang", "speech", "noise", "way", "streams")
    lines, pauses = [], sorted({row["pause_s"] for row in section["rows"]})
    in_order = sorted(section["rows"], key=lambda row: [row[key] for key in keys[:4]])
    for _, group in groupby(in_order, key=lambda row: [row[key] for key in keys[:4]]):
        found = {row["pause_s"]: row for row in group}
        cells = [_percent(found[pause]["early"]) for pause in pauses]
        whole = [_cell(found[pauses[0]][key], said) for key in ("delay_ms", "delay_p95_ms")]
        lines.append([*_named(found[pauses[0]], keys, said), *cells, *whole])
    heads = [*(said["heads"][key] for key in keys), *(f"{pause:g} s" for pause in pauses)]
    yield Table(said["titles"]["endings"], [*heads, said["heads"]["delay_ms"], said["heads"]["delay_p95_ms"]], lines)


def _wake(section: Json, said: Mapping[str, Any]) -> Iterator[Table]:
    """Misses of each word, a column for each condition; then what wakes where no wake word is."""
    conditions = [*dict.fromkeys(row["condition"] for row in section["rows"])]
    lines = []
    for word, group in groupby(section["rows"], key=lambda row: row["word"]):
        missed = {row["condition"]: _percent(row["missed"]) for row in group}
        lines.append([str(word), *(missed[condition] for condition in conditions)])
    yield Table(said["titles"]["wake"], ["", *conditions], lines)
    keys = ("kind", "hours", "false_per_hour", "core")
    yield Table(
        said["titles"]["silent"], [said["heads"][k] for k in keys], [_named(r, keys, said) for r in section["silent"]]
    )


def _weights(section: Json, said: Mapping[str, Any]) -> Iterator[Table]:
    keys = ("engine", "memory_mb", "load_s", "real_time_factor")
    rows = [_named(row, keys, said) for row in section["rows"]]
    rows += [[one["engine"], one["why"], *[said["nothing"]] * 2] for one in section["failed"]]
    yield Table(said["titles"]["weights"].format(**section), [said["heads"][key] for key in keys], rows)


def _waterfall(section: Json, said: Mapping[str, Any]) -> Iterator[Table]:
    keys, last = ("lang", "speech", "turns", "lost"), ("transcript_ms", "sound_ms", "sound_p95_ms")
    rows = [
        [
            *_named(row, keys, said),
            *(f"{row['stages'].get(stage, 0):.0f}" for stage in STAGES),
            *_named(row, last, said),
        ]
        for row in section["rows"]
    ]
    heads = [said["heads"][key] for key in keys], [said["stages"][stage] for stage in STAGES]
    yield Table(said["titles"]["waterfall"], [*heads[0], *heads[1], *(said["heads"][key] for key in last)], rows)


def _plain(name: str, rows: Sequence[Json], said: Mapping[str, Any]) -> Table:
    """What another part measured, as it is."""
    keys = [*dict.fromkeys(key for row in rows for key in row)]
    heads = [said["heads"].get(key, key.replace("_", " ")) for key in keys]
    return Table(said["titles"].get(name, name), heads, [_named(row, keys, said) for row in rows])


def _named(row: Json, keys: Sequence[str], said: Mapping[str, Any]) -> list[str]:
    """Values by the words for them, where there are any."""
    return [str(said.get(key, {}).get(row.get(key), _cell(row.get(key), said))) for key in keys]


def _cell(value: object, said: Mapping[str, Any]) -> str:
    if value is None:
        return str(said["nothing"])
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _percent(rate: float) -> str:
    return f"{100 * rate:.0f}"


def shown(table: Table) -> rich.table.Table:
    drawn = rich.table.Table(*table.head, title=table.title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for row in table.rows:
        drawn.add_row(*row)
    return drawn


def markdown(table: Table) -> str:
    lines = [table.head, ["---"] * len(table.head), *table.rows]
    return f"**{table.title}**\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def written(page: str, report: Json, lang: Lang) -> str:
    """`page` with the report's tables between the marks. Raises `ValueError` where these are not in it."""
    figures = "\n".join([f"{_circumstances(report, lang)}\n", *map(markdown, tables(report, lang))])
    made, count = re.subn(
        f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: f"{BEGIN}\n\n{figures}\n{END}", page, flags=re.DOTALL
    )
    if count != 1:
        raise ValueError(f"the page must hold {BEGIN} and {END} once")
    return made


def _circumstances(report: Json, lang: Lang) -> str:
    """The machine, and what else ran on it: times are worth little where that is much."""
    loads = [f"{name} {one['load']:g}" for name, one in report["sections"].items() if "load" in one]
    return f"{report['machine']}. {words(lang)['load']}: {', '.join(loads)}." if loads else f"{report['machine']}."
