"""What other tools of this folder measure by themselves, in the form of the report and as much as it has time for."""

from __future__ import annotations

import asyncio
import io
import json
import statistics
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from cockpit.types import LANGS
from hil.speech.workbench import Json, Workbench, median, percentile, share

COMMANDS = ("clean", "car", "babble")
NOISES = ("clean", "car 10", "car 0", "babble 10")
"""Of suppression's conditions."""
SHARES = ("as_typed", "asked", "refused", "wrong", "pulled_in", "errors")
TIMES = ("median_ms", "p95_ms")


def commands(bench: Workbench) -> Json:
    """`python -m hil.speech.commands`: how spoken commands end beside typed ones, on the whole path of the service."""
    module = import_module("hil.speech.commands")
    bench.tell("spoken commands beside typed ones", 0.0)
    with (
        TemporaryDirectory(prefix="cockpit-") as folder,
        redirect_stdout(io.StringIO()),
        redirect_stderr(io.StringIO()),
    ):
        out = Path(folder, "rows.json")
        counts = "--commands", str(bench.count(150, 4)), "--others", str(bench.count(100, 2))
        module.main(["--noise", *COMMANDS, *counts, "--json", str(out)])
        found = json.loads(out.read_text("utf-8"))
    keys = ("lang", "noise", "way", "commands")
    rows = [
        {
            **{key: row[key] for key in keys if key in row},
            **{key: round(100 * row[key], 1) for key in SHARES},
            **{key: row[key] for key in TIMES},
        }
        for row in found
    ]
    return {"rows": rows, "ends": [end for row in found for end in row.get("ends", ())]}


def suppression(bench: Workbench) -> Json:
    """`python -m hil.speech.suppression`: what each kind of suppression does to each engine and to the VAD, errors in
    per cent (of the VAD: speech that is missed)."""
    module, rows = import_module("hil.speech.suppression"), []
    folder = bench.cache.parent / "suppression"
    folder.mkdir(parents=True, exist_ok=True)
    for lang in LANGS:
        texts = module.commands(lang, bench.count(10, 2))
        speech = module.recordings(lang, texts, folder)
        whole = len(NOISES) * len(module.MODES) * (len(module.ENGINES_OF[lang]) + 1)
        found = []
        for row in module.rows(lang, texts, speech, NOISES, [*module.MODES]):
            found.append(row)
            bench.tell(f"suppression, {lang}", len(found) / whole)
        found.sort(key=lambda row: row.engine)  # stable: conditions stay in their order
        for (engine, condition), group in groupby(found, key=lambda row: (row.engine, row.condition)):
            modes = {row.mode: round(100 * row.errors, 1) for row in group}
            rows.append({"lang": lang, "engine": engine, "noise": condition, **modes})
    return {"rows": rows}


def replies(bench: Workbench) -> Json:
    """`python -m hil.speech.replies`: how soon replies are heard after their text is there."""
    module, rows = import_module("hil.speech.replies"), []
    sessions = asyncio.run(module.session(bench.settings, LANGS))
    for lang, texts in bench.each([*sessions.items()], "first sound of replies"):
        chosen = texts[: bench.count(len(texts), 3)]
        for name, found in asyncio.run(module.measure(bench.settings, lang, chosen)).items():
            first = [one.first_ms for one in found]
            lasts_s = round(statistics.median(one.lasts_s for one in found), 1)
            rows.append(
                {
                    "lang": lang,
                    "voiced": name,
                    "replies": len(first),
                    "sound_ms": median(first),
                    "sound_p95_ms": percentile(first, 95),
                    "lasts_s": lasts_s,
                }
            )
    return {"rows": rows}


def wake(bench: Workbench) -> Json:
    """`python -m hil.speech.wake`: `rows` by word and condition, `silent` by kind of sound that holds no wake word."""
    module = import_module("hil.speech.wake")
    bench.tell("wake words", 0.0)
    with TemporaryDirectory(prefix="cockpit-") as folder, redirect_stdout(io.StringIO()):
        out = Path(folder, "report.json")
        people = [argument for name in bench.human_folders for argument in ("--people", str(name))]
        module.main([*people, "--json", str(out)])
        found = json.loads(out.read_text("utf-8"))
    rows = [
        {key: row[key] for key in ("word", "condition", "said")} | {"missed": share(row["missed"], row["said"])}
        for row in found["words"]
    ]
    silent = [
        {**{key: row[key] for key in ("kind", "hours", "core")}, "false_per_hour": len(row["wakes"]) / row["hours"]}
        for row in found["false"]
    ]
    return {"rows": rows, "silent": silent}
