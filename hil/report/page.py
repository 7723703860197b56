"""One HTML file that needs nothing else: the parts of `web/` and the run's data put into one frame.

All that comes from a run goes in as JSON and is set as text by the page's script, never as markup; the page forbids
itself every other script and every connection. A scenario's insides are read only when it is opened, so that a large
run opens at once.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from cockpit.types import LANGS
from cockpit.yamlfile import read_yaml
from hil.report import view
from hil.report.compare import Comparison
from hil.report.sounds import sounds_of
from hil.scenario.outcome import RunOutcome

WEB = Path(__file__).with_name("web")
SCRIPTS = (
    "dom.js",
    "scale.js",
    "marks.js",
    "timeline.js",
    "pointing.js",
    "details.js",
    "overview.js",
    "listing.js",
    "main.js",
)
"""In the order in which they build on each other."""


def page(run: RunOutcome, comparison: Comparison, folder: Path, out: Path) -> str:
    """The page of the run in `folder`, to be written to `out`, to which files beside it are relative."""
    keys, sounds = sounds_of(run, folder, out)
    counts = {"all": len(sounds), "inside": sum(sound["inside"] for sound in sounds.values())}
    share, names = view.share(run), view.Names()
    insides = [view.inside(scenario, share, keys, names) for scenario in run.scenarios]
    data = {
        "run": view.overview(run, comparison, counts),
        "texts": {lang: read_yaml(WEB / f"texts.{lang}.yaml") for lang in LANGS},
        "names": names.all,
        **{f"scenario-{n}": inside for n, inside in enumerate(insides)},
        **{f"sound-{key}": sound for key, sound in sounds.items()},
    }
    script = '"use strict";\n' + "\n".join((WEB / name).read_text("utf-8") for name in SCRIPTS)
    parts = {
        "script": script,
        "script_hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        "style": (WEB / "style.css").read_text("utf-8"),
        "data": "\n".join(_block(name, value) for name, value in data.items()),
    }
    frame = (WEB / "frame.html").read_text("utf-8")
    pieces = frame.split("%%")
    return "".join(parts[piece] if place % 2 else piece for place, piece in enumerate(pieces))


def _block(name: str, value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" id="{name}">{text}</script>'
