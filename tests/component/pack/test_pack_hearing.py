"""Phrase packs on real engines: a pack, recordings and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cockpit.audio.wav import decode_wav
from cockpit.cli import main
from cockpit.config import ROOT, Settings
from cockpit.errors import RecognitionError
from cockpit.pack import packfile
from cockpit.pack.hearing import PackHearing
from cockpit.types import Transcript

pytestmark = pytest.mark.models

SPEECH = ROOT / "hil" / "speech"
CABIN = {
    "en": """\
language: en
intents:
  warm: "set [the] temperature to {degrees:to}"
  light: "make the ambient light {colour}"
  call: "call {who}"
lists: {colour: [red, green, blue], who: [Emily, Robert]}
""",
    "zh": """\
language: zh
intents:
  warm: "温度调到{degrees:to}"
  light: "氛围灯设置成{colour}"
lists: {colour: {red: 红色, blue: 蓝色, green: 绿色}}
""",
}


@pytest.fixture
def packs(tmp_path: Path) -> dict[str, Path]:
    for lang, text in CABIN.items():
        (tmp_path / f"{lang}.yaml").write_text(text, "utf-8")
    return {lang: tmp_path / f"{lang}.yaml" for lang in CABIN}


@pytest.mark.parametrize(
    ("file", "intent", "slots"),
    [
        ("en-02.wav", "warm", {"to": 21, "to_unit": "degree"}),
        ("en-06.wav", "light", {"colour": "green"}),
        ("en-10.wav", "call", {"who": "Emily"}),
        ("en-05.wav", "", {}),
        ("zh-02.wav", "warm", {"to": 22, "to_unit": "degree"}),
        ("zh-06.wav", "light", {"colour": "blue"}),
        ("zh-09.wav", "", {}),
    ],
)
def test_a_recording_is_heard_as_the_pack_means_it(
    packs: dict[str, Path], capsys: pytest.CaptureFixture[str], file: str, intent: str, slots: dict[str, object]
) -> None:
    status = main(["hear", "--pack", str(packs[file[:2]]), str(SPEECH / file), "--json"])
    heard = json.loads(capsys.readouterr().out)
    assert (heard["intent"], heard["slots"]) == (intent, slots)
    assert status == (0 if intent else 1)


def test_a_folder_is_scored_and_what_cannot_be_read_is_told(
    packs: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = tmp_path / "wavs", tmp_path / "out" / "heard.json"
    folder.mkdir()
    for name in ("en-06.wav", "en-10.wav", "en-05.wav"):
        (folder / name).write_bytes((SPEECH / name).read_bytes())
    (folder / "half.wav").write_bytes((SPEECH / "en-06.wav").read_bytes()[:30])
    labels = {
        "en-06.wav": {"intent": "light", "slots": {"colour": "green"}},
        "en-10.wav": {"intent": "call", "slots": {"who": "Robert"}},
        "en-05.wav": {"intent": ""},
    }
    (folder / "labels.json").write_text(json.dumps(labels), "utf-8")
    assert main(["pack", "eval", "--pack", str(packs["en"]), "--wavs", str(folder), "--json", str(out)]) == 0
    report = json.loads(out.read_text("utf-8"))
    figures = report["figures"]
    assert (figures["recordings"], figures["unreadable"], figures["commands"]) == (4, 1, 2)
    assert (figures["right"], figures["intent_right"], figures["taken_for_commands"]) == (1, 2, 0)
    assert "audio-" in next(one["error"] for one in report["recordings"] if one["file"] == "half.wav")
    assert "1 of 2 (50.0 %)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("labels", "wavs", "code"), [("[1]", True, "config-bad-labels"), (None, False, "audio-no-recordings")]
)
def test_a_folder_that_cannot_be_scored_is_told(
    packs: dict[str, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    labels: str | None,
    wavs: bool,
    code: str,
) -> None:
    folder = tmp_path / "wavs"
    folder.mkdir()
    if wavs:
        (folder / "a.wav").write_bytes((SPEECH / "en-06.wav").read_bytes())
    if labels:
        (folder / "labels.json").write_text(labels, "utf-8")
    assert main(["pack", "eval", "--pack", str(packs["en"]), "--wavs", str(folder)]) == 2
    assert f"[{code}]" in capsys.readouterr().err


def test_a_second_engine_that_fails_loses_nothing(packs: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """It is in doubt about the airport, asks Whisper, and says what the first engine heard all the same."""

    def broken(*_: object) -> list[Transcript]:
        raise RecognitionError("engine", "out of memory")

    monkeypatch.setattr("cockpit.asr.whisper.WhisperRecognizer.alternatives", broken)
    hearing = PackHearing(packfile.load(packs["en"]), Settings())
    found = hearing.hear(decode_wav(SPEECH / "en-05.wav"))
    assert (found.intent, "airport" in found.text) == ("", True)
