"""Kokoro-82M in plain onnxruntime, for Chinese through pinyin and for English through espeak-ng's phonemes.

The model takes phoneme ids between two zeros, the speed, and a style: the row of a speaker's table for that number of
phonemes (StyleTTS 2 as hexgrad/Kokoro-82M ships it; at most 510 phonemes, 24 kHz).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from cockpit.errors import ModelError, SpeechError
from cockpit.modelgraph.derived import load_derived
from cockpit.modelgraph.session import session_options
from cockpit.ports import SynthesizerCapabilities
from cockpit.tts.english import English
from cockpit.tts.joining import trimmed
from cockpit.types import Lang, Pcm

MODEL = "kokoro-v1.0"
RATE_HZ = 24_000
MAX_PHONEMES = 400
"""Longer sentences are voiced in pieces; below the model's 510 because speech gets hasty towards the limit."""

SPEAKERS: dict[Lang, tuple[str, ...]] = {
    "zh": ("zm_yunjian", "zf_xiaobei", "zf_xiaoxiao", "zf_xiaoyi", "zm_yunxi"),
    "en": ("af_heart", "af_bella", "am_michael"),
}
"""Native speakers, best understood first; used where their tables were pulled, before any other."""
NATIVE_PREFIX: dict[Lang, str] = {"zh": "z", "en": "ab"}
FOREIGN = ("jf_tebukuro+jm_kumo", "jf_nezumi")
"""For either language where no native speaker is there: of the Japanese ones, and of means of two, the best understood
(Whisper base, twenty Chinese commands and replies: 6 % of syllables wrong, 22 % for jf_alpha, 2.5 % for a native)."""

EDGE_S = 0.06
"""Silence kept before the first and, doubled, after the last sound of a piece."""


class KokoroSynthesizer:
    """Kokoro with the best speaker there is for each language.

    Speakers come from `voices-v1.0.bin` or `voices*.npz` (archives of tables) and from `<name>.bin` (one table as raw
    little-endian float32). `speaker` is used for its own language, and for both where no native one is there; names
    joined by + are mixed. None takes the best there is. `speakers` are used for their languages whatever they are.
    """

    def __init__(
        self,
        models_dir: Path,
        speaker: str | None = None,
        rate: float = 1.0,
        threads: int = 2,
        speakers: Mapping[Lang, str] | None = None,
    ) -> None:
        self.capabilities = SynthesizerCapabilities(
            "kokoro", MODEL, ("zh", "en"), RATE_HZ, "Apache-2.0 (English words through espeak-ng, GPL-3.0)"
        )
        self._folder = models_dir / MODEL
        self._speaker, self._wanted = speaker, dict(speakers or {})
        self._rate = rate
        self._threads = threads
        self._session: Any = None
        self._vocab: dict[str, int] = {}
        self._styles: dict[Lang, NDArray[np.float32]] = {}
        self._english = English()
        self.speakers: dict[Lang, str] = {}
        """Who speaks which language, known once loaded."""

    def load(self) -> None:
        """Read model, vocabulary and speakers; idempotent. Raises `ModelError` (`model-missing`, `-corrupt`, and
        `-unknown-speaker` with the speakers there are)."""
        if self._session is not None:
            return
        model, vocab = self._folder / "kokoro-v1.0.int8.onnx", self._folder / "vocab.json"
        if not (model.is_file() and vocab.is_file()):
            raise ModelError("missing", f"the voice {MODEL} is not in {self._folder}")
        try:
            self._vocab = json.loads(vocab.read_text("utf-8"))["vocab"]
            self._load_speakers()
            session = load_derived(model, _with_products, self._session_of)
        except ModelError:
            raise
        except Exception as error:
            raise ModelError("corrupt", f"the voice {MODEL} cannot be read: {error}") from error
        self._session = session

    def _session_of(self, model: str | bytes) -> Any:
        return ort.InferenceSession(model, session_options(self._threads), providers=["CPUExecutionProvider"])

    def _load_speakers(self) -> None:
        tables = _speaker_files(self._folder)
        if not tables:
            raise ModelError("missing", f"no speaker of {MODEL} is in {self._folder}")
        named = (self._speaker,) if self._speaker else ()
        for name in (*named, *self._wanted.values()):
            if not tables.keys() >= set(name.split("+")):
                choices = ", ".join(sorted(tables))
                raise ModelError("unknown-speaker", f"{MODEL} has no speaker {name}; there are {choices}")
        for lang in self.capabilities.languages:
            native = tuple(name for name in named if name[0] in NATIVE_PREFIX[lang])
            wanted = (*filter(None, [self._wanted.get(lang)]), *native, *SPEAKERS[lang], *named, *FOREIGN, min(tables))
            name = next(name for name in wanted if tables.keys() >= set(name.split("+")))
            self.speakers[lang] = name
            self._styles[lang] = np.mean([_speaker_table(tables[one], one) for one in name.split("+")], axis=0)

    def synthesise(self, text: str, lang: Lang) -> Iterator[Pcm]:
        """One piece per sentence, more when it is very long. Raises `SpeechError` (`tts-not-loaded`, `-synthesis`)."""
        if self._session is None:
            raise SpeechError("not-loaded", f"the voice {MODEL} is not loaded")
        from cockpit.tts import pinyin  # noqa: PLC0415 (its tables load for 0.4 s, which a start should not wait for)

        english = self._english.phonemes
        spoken = pinyin.phonemes(text, english) if lang == "zh" else english(text)
        for piece in _pieces("".join(c for c in spoken if c in self._vocab)):
            ids = [self._vocab[c] for c in piece]
            feed = {
                "tokens": np.array([[0, *ids, 0]], dtype=np.int64),
                "style": self._styles[lang][len(ids)].reshape(1, -1),
                "speed": np.array([self._rate], dtype=np.float32),
            }
            try:
                audio = self._session.run(None, feed)[0]
            except Exception as error:
                raise SpeechError("synthesis", f"{MODEL} could not voice a sentence: {error}") from error
            pcm = np.clip(audio.reshape(-1), -1.0, 1.0).astype(np.float32)
            yield trimmed(pcm, RATE_HZ, EDGE_S, 2 * EDGE_S)  # the model is silent for long at both ends

    def close(self) -> None:
        self._session = None
        self._styles.clear()


def _with_products(model: Path) -> bytes:
    from cockpit.modelgraph.convolutions import (  # noqa: PLC0415 - 15 MB, needed where nothing is kept yet
        convolutions_as_products,
    )

    return convolutions_as_products(model.read_bytes())


def _speaker_files(folder: Path) -> dict[str, Path]:
    """Speaker name to the file that holds its table."""
    found: dict[str, Path] = {}
    for archive in [*sorted(folder.glob("voices*.npz")), *folder.glob("voices-*.bin")]:
        with np.load(archive) as tables:
            found.update(dict.fromkeys(tables.files, archive))
    found.update({file.stem: file for file in folder.glob("[a-z][fm]_*.bin")})
    return found


def _speaker_table(file: Path, name: str) -> NDArray[np.float32]:
    if file.stem == name:
        raw = np.fromfile(file, dtype="<f4")
    else:
        with np.load(file) as tables:
            raw = tables[name]
    return np.asarray(raw, dtype=np.float32).reshape(-1, 256)


def _pieces(phonemes: str) -> Iterator[str]:
    """Cut at a pause, or else at a word's end, before `MAX_PHONEMES`; nothing for what has no sound in it."""
    while len(phonemes) > MAX_PHONEMES:
        head = phonemes[:MAX_PHONEMES]
        cut = max(head.rfind(mark) for mark in ",.;:!? ") + 1 or MAX_PHONEMES
        yield phonemes[:cut].strip()
        phonemes = phonemes[cut:]
    if re.search(r"\w", phonemes):
        yield phonemes.strip()
