"""What other tools of this folder measure by themselves, in the form of the report."""

from __future__ import annotations

import asyncio
import statistics
from argparse import Namespace
from importlib import import_module

from cockpit.types import LANGS
from hil.speech.workbench import Json, Workbench, median, percentile


def commands(bench: Workbench) -> Json:
    """`python -m hil.speech.commands`: how spoken commands end beside typed ones, on the whole path of the service."""
    module = import_module("hil.speech.commands")
    options = Namespace(
        lang=[*LANGS], noise=["clean", "car", "babble"], snr=10.0, half="report", told=False, json=None,
        commands=bench.count(150, 6), others=bench.count(100, 4), cache=bench.cache.parent / "clips",
    )  # fmt: skip
    return {"rows": asyncio.run(module.run(options))}


def replies(bench: Workbench) -> Json:
    """`python -m hil.speech.replies`: how soon replies are heard after their text is there."""
    module, rows = import_module("hil.speech.replies"), []
    for lang, texts in asyncio.run(module.session(bench.settings, LANGS)).items():
        chosen = texts[: bench.count(len(texts), 3)]
        for name, found in asyncio.run(module.measure(bench.settings, lang, chosen)).items():
            first = [one.first_ms for one in found]
            lasts_s = round(statistics.median(one.lasts_s for one in found), 1)
            rows.append(
                {
                    "lang": lang, "voiced": name, "replies": len(first), "sound_ms": median(first),
                    "sound_p95_ms": percentile(first, 95), "lasts_s": lasts_s,
                }
            )  # fmt: skip
    return {"rows": rows}
