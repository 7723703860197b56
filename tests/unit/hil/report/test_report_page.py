"""The page as a file: whole, closed against the outside, and of bounded size."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from cockpit.types import LANGS
from cockpit.yamlfile import read_yaml
from hil.report import ReportError, write_report
from hil.report.__main__ import main
from hil.report.page import SCRIPTS, WEB
from hil.report.sounds import INSIDE_BYTES, peaks, sounds_of
from hil.scenario.outcome import Attempt
from hil.trace import Seen
from tests.report_runs import attempt, everything, large, run, scenario, write_run, write_wav

BOUND_BYTES = 10_000_000


def data(html: str, name: str) -> Any:
    """A block of the page's data."""
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', html, re.S)
    assert found is not None
    return json.loads(found[1])


def reported(folder: Path) -> str:
    out = folder / "report.html"
    write_report(folder, [], out)
    return out.read_text("utf-8")


def test_the_page_names_nothing_outside_itself(tmp_path: Path) -> None:
    html = reported(write_run(everything(), tmp_path))
    frame = re.sub(r'<script type="application/json".*?</script>', "", html, flags=re.S)
    assert set(re.findall(r"https?://[^\"'\s]+", frame)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<(link|img|iframe|script)[^>]+(src|href)=\"(?!data:)", frame)


def test_only_the_pages_own_script_may_run(tmp_path: Path) -> None:
    html = reported(write_run(everything(), tmp_path))
    script = re.search(r"<script>(.*)</script>", html, re.S)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}';" in html


def test_what_was_said_cannot_become_markup(tmp_path: Path) -> None:
    evil = "</script><script>alert(1)</script><!-- %%script%%"
    html = reported(write_run(run(scenario("a", attempt(error=evil), title=evil)), tmp_path))
    assert "<script>alert" not in html
    assert data(html, "run")["scenarios"][0]["title"] == evil
    assert data(html, "scenario-0")["attempts"][0]["error"] == evil


def test_a_large_run_stays_small_and_tells_what_it_left_out(tmp_path: Path) -> None:
    outcome = large(seconds=4)
    folder = write_run(outcome, tmp_path)
    write_wav(folder / "said.wav", 0.98 * INSIDE_BYTES / 2 / 16_000)
    html = reported(folder)
    assert data(html, "run")["sounds"] == {"all": 2, "inside": 2}
    assert len(html.encode()) < BOUND_BYTES
    first = data(html, "scenario-0")["attempts"][0]
    gone = sum(seen - shown for _, seen, shown in first["left_out"])
    assert first["seen"] == len(outcome.scenarios[0].attempts[0].entries)
    assert gone == first["seen"] - len(first["entries"]) > 500


def test_a_huge_payload_is_cut_with_its_length(tmp_path: Path) -> None:
    payload = {"text": "啊" * 5000, "list": [*range(1000)], "nan": float("inf")}
    huge = Seen(at_s=0.0, source="step", name="say", data=payload)
    outcome = run(scenario("a", Attempt(number=1, took_s=1.0, entries=(huge,), findings=(), claims=())))
    folder = write_run(run(), tmp_path)
    (folder / "run.json").write_text(json.dumps(outcome.model_dump(), default=str), "utf-8")
    (_, _, _, shown) = data(reported(folder), "scenario-0")["attempts"][0]["entries"][0]
    assert shown["text"] == "啊" * 400 + "… (5000)"
    assert shown["list"][-1] == "… (1000)"
    assert shown["nan"] == "inf"


def test_a_run_is_compared_with_earlier_ones(tmp_path: Path) -> None:
    before = write_run(run(scenario("a")), tmp_path / "before")
    now = write_run(run(scenario("a", attempt(ok=False)), hours=1), tmp_path / "now")
    write_report(now, [before], tmp_path / "report.html")
    overview = data((tmp_path / "report.html").read_text("utf-8"), "run")
    assert overview["scenarios"][0]["became"] == "new failure"
    assert overview["comparison"]["runs"][0]["scenarios"] == [1, 1]
    assert (tmp_path / "report.xml").exists()


def test_sounds_are_inside_while_there_is_room_failed_attempts_first(tmp_path: Path) -> None:
    def saying(file: str, number: int = 1, ok: bool = True) -> Attempt:
        sound = Seen(at_s=0.0, source="audio", name="said", data={"file": file})
        error = "" if ok else "broken"
        return Attempt(number=number, took_s=1.0, entries=(sound,), findings=(), claims=(), error=error)

    half = 0.6 * INSIDE_BYTES / 2 / 16_000
    write_wav(tmp_path / "first.wav", half)
    write_wav(tmp_path / "failed.wav", half, 440.0)
    (tmp_path / "same.wav").write_bytes((tmp_path / "failed.wav").read_bytes())
    outcome = run(
        scenario("a", saying("first.wav")), scenario("b", saying("same.wav", 2), saying("failed.wav", 1, False))
    )
    keys, sounds = sounds_of(outcome, tmp_path, tmp_path / "pages" / "report.html")
    assert keys["same.wav"] == keys["failed.wav"]
    assert sounds[keys["failed.wav"]]["inside"]
    assert sounds[keys["failed.wav"]]["src"].startswith("data:audio/wav;base64,UklGR")
    assert not sounds[keys["first.wav"]]["inside"]
    assert sounds[keys["first.wav"]]["src"] == "../first.wav"


@pytest.mark.parametrize("file", ["nowhere.wav", "../outside.wav"])
def test_a_sound_that_is_not_in_the_runs_folder_is_missing(file: str, tmp_path: Path) -> None:
    write_wav(tmp_path / "outside.wav")
    (tmp_path / "run").mkdir()
    sound = Seen(at_s=0.0, source="audio", name="said", data={"file": file})
    outcome = run(scenario("a", Attempt(number=1, took_s=1.0, entries=(sound,), findings=(), claims=())))
    keys, sounds = sounds_of(outcome, tmp_path / "run", tmp_path / "run" / "report.html")
    assert sounds[keys[file]] == {"src": "", "inside": False, "peaks": []}


def test_a_wave_has_the_shape_of_its_sound(tmp_path: Path) -> None:
    shape = peaks(write_wav(tmp_path / "swells.wav", 2.0).read_bytes())
    assert len(shape) == 50
    assert shape == sorted(shape)
    assert shape[-1] == 99
    assert peaks(b"RIFF") == []


def test_every_word_is_there_in_every_language() -> None:
    texts = {lang: read_yaml(WEB / f"texts.{lang}.yaml") for lang in LANGS}
    keys = [*texts["en"]]
    assert [*texts["zh"]] == keys
    for key in keys:
        marks = [sorted(re.findall(r"\{\w+\}", texts[lang][key])) for lang in LANGS]
        assert marks[0] == marks[1], key


def test_no_word_is_asked_for_that_is_not_there_and_none_is_idle() -> None:
    script = "".join((WEB / name).read_text("utf-8") for name in SCRIPTS)
    keys = set(read_yaml(WEB / "texts.en.yaml"))
    asked = set(re.findall(r'words\(\s*"(\w+)"', script)) | set(re.findall(r'"(\w+)"', script))
    begun = tuple(re.findall(r"words\(`(\w+_)\$", script))
    assert set(re.findall(r'words\(\s*"(\w+)"', script)) <= keys
    assert {key for key in keys - asked if not key.startswith(begun)} == set()


def test_a_folder_without_a_run_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert "[report-no-run]" in capsys.readouterr().err
    (tmp_path / "run.json").write_text('{"rig": 1}', "utf-8")
    with pytest.raises(ReportError, match=r"is no run: rig: .*"):
        write_report(tmp_path, [], tmp_path / "report.html")


def test_the_command_writes_both_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_run(everything(), tmp_path / "run")
    assert main([str(folder), "--out", str(tmp_path / "out" / "page.html")]) == 0
    assert {file.name for file in (tmp_path / "out").iterdir()} == {"page.html", "page.xml"}
    assert "page.html" in capsys.readouterr().out


def palettes() -> list[dict[str, str]]:
    """The colours of the light and of the dark page."""
    blocks = re.findall(r":root[^{]*\{(color-scheme[^}]*)\}", (WEB / "style.css").read_text("utf-8"))
    light, dark = (dict(re.findall(r"--([\w-]+):(#\w+)", block)) for block in blocks)
    return [light, {**light, **dark}]


def contrast(one: str, other: str) -> float:
    """As WCAG 2 defines it, 1 .. 21."""

    def luminance(colour: str) -> float:
        digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
        shares = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
        linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dim, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("colours", palettes(), ids=["light", "dark"])
def test_letters_stand_out_from_what_is_behind_them(colours: dict[str, str]) -> None:
    pairs = [(letter, back) for letter in ("text", "muted", "accent", "ok", "bad", "warn") for back in ("bg", "card")]
    pairs += [(kind, f"{kind}-soft") for kind in ("ok", "bad", "warn")]
    pairs += [("text", "soft"), ("muted", "soft"), ("bg", "accent"), ("bg", "text")]
    found = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in pairs}
    assert {pair: value for pair, value in found.items() if value < 4.5} == {}
