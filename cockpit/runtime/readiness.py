"""What the settings need and what of it is there: for the retained status and for `cockpit doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

from cockpit.config import Settings
from cockpit.errors import ModelError
from cockpit.lm.rungs import RUNGS, chosen, free_mb
from cockpit.modelstore import ModelStore
from cockpit.types import LANGS

ENGINE_MODELS = {"whisper": "whisper-base", "moonshine": "moonshine-base-en", "kokoro": "kokoro-v1.0"}
"""Engine to its model where an engine has just one."""


@dataclass(frozen=True, slots=True)
class Need:
    """One part of the chain in one language. `part` is `asr` or `tts`; `model` empty means none is needed."""

    part: str
    lang: str
    engine: str
    model: str

    @property
    def name(self) -> str:
        return f"{self.part}_{self.lang}"


def needs(settings: Settings) -> list[Need]:
    """Every engine the settings choose, with the model it loads."""
    found = []
    for lang in LANGS:
        heard, spoken = getattr(settings.asr, lang), getattr(settings.speech, lang)
        found.append(Need("asr", lang, heard, ENGINE_MODELS.get(heard, settings.asr.vosk_model)))
        voice = settings.speech.piper_voices.get(lang, "") if spoken == "piper" else ENGINE_MODELS.get(spoken, "")
        found.append(Need("tts", lang, spoken, voice))
    return found


def missing_models(settings: Settings) -> dict[str, str]:
    """Part name (`asr_zh`) to what is wrong with its model, in words; empty when everything is there."""
    store = ModelStore(settings.models_dir)
    problems: dict[str, str] = {}
    for need in needs(settings):
        status = store.status(need.model) if need.model else None
        if status is not None and status.state in ("missing", "corrupt"):
            problems[need.name] = f"{need.model} is {status.state}: cockpit models pull {need.model}"
    return problems


@dataclass(frozen=True, slots=True)
class Conversing:
    """What talks on the board: `model` is the one the settings and the free memory choose, empty where there is none;
    `wrong` says why there is none where one is wanted, in words. `broken`: that takes a repair, not just a pull."""

    model: str = ""
    wrong: str = ""
    broken: bool = False


def conversing(settings: Settings) -> Conversing:
    """Which language model would run now. Nothing else needs one."""
    wanted, available_mb = settings.lm.model, free_mb()
    try:
        rung = chosen(wanted, settings.models_dir, available_mb)
    except ModelError as error:
        return Conversing("", error.message, broken=True)
    if wanted == "none":
        return Conversing()
    if rung is None:
        return Conversing("", _why_none(settings, available_mb))
    status = ModelStore(settings.models_dir).status(rung.model)
    wrong = ""
    if status.state in ("missing", "corrupt"):
        wrong = f"{rung.model} is {status.state}: cockpit models pull {rung.model}"
    elif find_spec("xllamacpp") is None:
        wrong = "xllamacpp is not installed: pip install xllamacpp"
    return Conversing(rung.model, wrong, broken=bool(wrong))


def _why_none(settings: Settings, available_mb: float) -> str:
    pulled = [one.model for one in RUNGS if chosen("auto", settings.models_dir, float("inf"), (one,)) is not None]
    if not pulled:
        return "no language model was pulled: cockpit models pull qwen2.5-coder-0.5b"
    return f"none of {', '.join(pulled)} fits into {available_mb:.0f} MB of free memory"
