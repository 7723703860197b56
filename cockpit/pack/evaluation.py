"""How well a pack is heard in a folder of recordings.

`labels.json` in the folder may say what was meant: `{"a.wav": {"intent": "order", "slots": {"size": "large"}}}`, an
empty intent for what is no utterance of the pack. Without it the folder is only heard.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from cockpit.audio.wav import decode_wav
from cockpit.errors import AudioError, ConfigError, RecognitionError
from cockpit.pack.hearing import Result
from cockpit.types import Pcm

LABELS = "labels.json"


class Label(BaseModel):
    """What was meant. Other keys, such as the words, are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    intent: str = ""
    slots: dict[str, str | float | int] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Heard:
    """One recording with what was heard, or why it could not be; `right` is None where nobody says what was meant."""

    file: str
    result: Result | None
    wanted: Label | None
    error: str = ""

    @property
    def right(self) -> bool | None:
        if self.wanted is None:
            return None
        return self.intent_right and self.slots_right

    @property
    def intent_right(self) -> bool:
        return self.result is not None and self.wanted is not None and self.result.intent == self.wanted.intent

    @property
    def slots_right(self) -> bool:
        """Whether these slots were heard and no others; a value's unit only counts where it is labelled."""
        wanted = self.wanted.slots if self.wanted else {}
        got = self.result.slots if self.result else {}
        named = {name: str(value) for name, value in got.items() if name in wanted or not name.endswith("_unit")}
        return named == {name: str(value) for name, value in wanted.items()}


def labels_in(folder: Path) -> Mapping[str, Label]:
    """Raises `ConfigError` (`config-bad-labels`)."""
    file = folder / LABELS
    if not file.is_file():
        return {}
    try:
        return TypeAdapter(dict[str, Label]).validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ConfigError("bad-labels", f"{file}: {where or 'top'}: {first['msg']}") from error


def recordings(folder: Path) -> list[Path]:
    """The WAV files of a folder and the folders in it. Raises `AudioError` (`audio-no-recordings`)."""
    found = sorted(file for file in folder.rglob("*") if file.suffix.lower() == ".wav")
    if not found:
        raise AudioError("no-recordings", f"there is no WAV file in {folder}")
    return found


def heard_in(folder: Path, files: Sequence[Path], hear: Callable[[Pcm], Result]) -> Iterator[Heard]:
    """Hear the recordings `files` in `folder`; one that cannot be read is told and does not stop the others.

    Raises `ConfigError` (`config-bad-labels`), also for labels of recordings that are not there.
    """
    labels = labels_in(folder)
    missing = sorted(labels.keys() - {file.relative_to(folder).as_posix() for file in files})
    if missing:
        raise ConfigError("bad-labels", f"{folder / LABELS} names what is not there: {', '.join(missing)}")
    for file in files:
        name = file.relative_to(folder).as_posix()
        wanted = labels.get(name)
        try:
            yield Heard(name, hear(decode_wav(file)), wanted)
        except (AudioError, RecognitionError) as error:
            yield Heard(name, None, wanted, str(error))


def figures(heard: Sequence[Heard]) -> dict[str, Any]:
    """Shares of what is labelled, and times."""
    commands = [one for one in heard if one.wanted is not None and one.wanted.intent]
    others = [one for one in heard if one.wanted is not None and not one.wanted.intent]
    times = [one.result.milliseconds for one in heard if one.result]
    return {
        "recordings": len(heard),
        "unreadable": sum(one.result is None for one in heard),
        "commands": len(commands),
        "right": sum(bool(one.right) for one in commands),
        "intent_right": sum(one.intent_right for one in commands),
        "refused": sum(not (one.result and one.result.intent) for one in commands),
        "no_commands": len(others),
        "taken_for_commands": sum(not one.right for one in others),
        "median_ms": round(statistics.median(times), 1) if times else None,
        "greatest_ms": round(max(times), 1) if times else None,
    }


def report(heard: Sequence[Heard]) -> str:
    """Everything as JSON: `figures`, and `recordings` with what was heard and meant."""
    lines = [
        {
            "file": one.file,
            **(asdict(one.result) if one.result else {"error": one.error}),
            **({"wanted": one.wanted.model_dump(), "right": one.right} if one.wanted else {}),
        }
        for one in heard
    ]
    return json.dumps({"figures": figures(heard), "recordings": lines}, ensure_ascii=False, indent=1) + "\n"
