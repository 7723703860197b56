"""Labels of a folder of recordings, and when what was heard is fully right."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cockpit.audio.wav import encode_wav
from cockpit.errors import ConfigError
from cockpit.pack.evaluation import LABELS, Heard, Label, heard_in, recordings
from cockpit.pack.hearing import Result
from cockpit.types import SlotValue

HEARD: dict[str, SlotValue] = {"minutes": 12, "minutes_unit": "minute", "bed": "basil"}


@pytest.mark.parametrize(
    ("labelled", "right"),
    [
        ({"minutes": 12, "bed": "basil"}, True),
        ({"minutes": 12, "minutes_unit": "minute", "bed": "basil"}, True),
        ({"minutes": 12, "minutes_unit": "percent", "bed": "basil"}, False),
        ({"minutes": 12}, False),
        ({"minutes": 12, "bed": "basil", "zone": "north"}, False),
    ],
)
def test_a_unit_counts_where_it_is_labelled(labelled: dict[str, SlotValue], *, right: bool) -> None:
    one = Heard("a.wav", Result("water", HEARD, "", 1.0, 1.0), Label(intent="water", slots=labelled))
    assert one.right is right


def test_a_label_without_its_recording_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(encode_wav(np.zeros(1600, np.float32)))
    (tmp_path / LABELS).write_text(json.dumps({"a.wav": {"intent": ""}, "b.wav": {"intent": ""}}), "utf-8")
    with pytest.raises(ConfigError, match=r"b\.wav") as raised:
        list(heard_in(tmp_path, recordings(tmp_path), lambda _: Result("", {}, "", 0.0, 1.0)))
    assert raised.value.code == "config-bad-labels"
