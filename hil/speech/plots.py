"""The report's curves and bars as SVG files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from pathlib import Path

from hil.charts import BLUE, GREEN, PURPLE, RED, Line, bars, drawing
from hil.charts import COLOURS as CURVES
from hil.speech.report import words
from hil.speech.workbench import Json

TENTHS = [n / 10 for n in range(0, 11, 2)]
COLOURS = {("en", "moonshine"): RED, ("en", "whisper"): PURPLE, ("zh", "whisper"): BLUE, ("zh", "vosk"): GREEN}
DASHES = {"car": "", "babble": "6 4"}
LANGUAGES = {"en": "English", "zh": "Chinese"}


def plots(report: Json) -> dict[str, str]:
    """SVG by file name, of what was measured."""
    found: dict[str, str] = {}
    for name, make in MAKERS.items():
        section = report["sections"].get(name, {})
        if section.get("rows"):
            found |= make(section["rows"])
    return found


def write(report: Json, folder: Path) -> None:
    """Makes the folder where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, svg in plots(report).items():
        (folder / name).write_text(svg, "utf-8")


def _errors(rows: Sequence[Json]) -> dict[str, str]:
    up = "words wrong, in Chinese syllables (%)"
    wanted = {
        "speech-errors.svg": ("How much is heard wrong of synthesised commands", "word_errors", up, "synthesised"),
        "speech-errors-people.svg": ("How much is heard wrong of people", "word_errors", up, "human"),
        "speech-commands.svg": ("Commands heard well enough", "right", "understood as typed (%)", "synthesised"),
    }
    return {
        file: _against_noise(title, found, rate, name)
        for file, (title, rate, name, speech) in wanted.items()
        if (found := [row for row in rows if row["speech"] == speech and row[rate] is not None])
    }


def _against_noise(title: str, rows: Sequence[Json], rate: str, up: str) -> str:
    levels = [None, *sorted({row["snr_db"] for row in rows if row["snr_db"] is not None}, reverse=True)]
    lines: dict[str, Line] = {}
    for row in rows:
        for kind in DASHES if row["noise"] == "none" else (row["noise"],):
            name = f"{row['engine']} {row['lang']}{', leaning' if row['leaning'] else ''}, {kind}"
            new = Line([], COLOURS[row["lang"], row["engine"]], 3 if row["leaning"] else 1.5, DASHES[kind])
            line = lines.setdefault(name, new)
            lines[name] = Line(
                [*line.points, (levels.index(row["snr_db"]), row[rate])], line.colour, line.width, line.dashes
            )
    names = ["clean", *(f"{level:g}" for level in levels[1:] if level is not None)]
    return drawing(title, lines, "signal-to-noise ratio (dB)", up, [*range(len(levels))], TENTHS, names)


def _endings(rows: Sequence[Json]) -> dict[str, str]:
    lines: dict[str, Line] = {}
    for row in rows:
        if row["noise"] != "none":
            continue
        colour = {"en": RED, "zh": BLUE}[row["lang"]]
        who = {"human": "people", "synthesised": "voiced"}[row["speech"]]
        name = f"{LANGUAGES[row['lang']]}, {who}, by {row['way']}"
        new = Line([], colour, 3 if row["speech"] == "human" else 1.5, "6 4" if row["way"] == "silence" else "")
        line = lines.setdefault(name, new)
        lines[name] = Line([*line.points, (row["pause_s"], row["early"])], line.colour, line.width, line.dashes)
    pauses = sorted({row["pause_s"] for row in rows})
    title, names = "Sentences cut in two, by the length of a pause for thought", [f"{pause:g}" for pause in pauses]
    svg = drawing(title, lines, "pause (s)", "cut in two (%)", pauses, TENTHS, names)
    return {"speech-endings.svg": svg}


def _wake(rows: Sequence[Json]) -> dict[str, str]:
    """Per word and condition the share `missed`."""
    conditions = [*dict.fromkeys(row["condition"] for row in rows)]
    lines: dict[str, Line] = {}
    for row in rows:
        new = Line([], CURVES[len(lines) % len(CURVES)])
        line = lines.setdefault(row["word"], new)
        lines[row["word"]] = Line([*line.points, (conditions.index(row["condition"]), row["missed"])], line.colour)
    marks = [*range(len(conditions))]
    title = "Wake words missed, by what else is heard"
    return {"speech-wake.svg": drawing(title, lines, "", "missed (%)", marks, TENTHS, conditions)} if rows else {}


def _waterfall(rows: Sequence[Json]) -> dict[str, str]:
    said = words("en")["stages"]
    of = {
        LANGUAGES[row["lang"]]: {said[stage]: ms for stage, ms in row["stages"].items()} for row in rows if row["turns"]
    }
    longest = max((sum(parts.values()) for parts in of.values()), default=0.0)
    step = 100 * ceil(longest / 800)
    marks = [step * n for n in range(ceil(longest / step) + 1)] if longest else [0, 100]
    title = "From the end of speech to the first sound of the reply"
    return {"speech-latency.svg": bars(title, of, "ms since the end of speech", marks)} if of else {}


MAKERS: Mapping[str, Callable[[Sequence[Json]], dict[str, str]]] = {
    "errors": _errors,
    "wake": _wake,
    "endings": _endings,
    "waterfall": _waterfall,
}
