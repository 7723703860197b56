"""Texts as vectors in which what means the same lies close together (multilingual-e5-small, where it is pulled)."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import Unigram

from cockpit.errors import ModelError
from cockpit.modelgraph import e5
from cockpit.modelgraph.derived import load_derived
from cockpit.modelgraph.e5_encoder import build
from cockpit.modelgraph.session import session_options

Vectors = NDArray[np.float32]

Kind = Literal["query", "passage"]
"""What is asked, or what is searched: the model was trained with the one or the other word before a text."""

LONGEST = 200
"""Pieces of a text that are read; the rest is left out."""
THREADS = 2

_READ = re.compile(r"^▁?[\u0000-\u024f\u2010-\u2030\u3000-\u303f\u3400-\u9fff\uff00-\uffef]*$")


class Read(NamedTuple):
    """A text's unit vector (hidden), and its pieces' vectors as they come, (pieces, hidden), float32."""

    vector: Vectors
    pieces: Vectors


class Encoder:
    """Reads texts of either language, one at a time, on the calling thread (about 10 ms a question)."""

    def __init__(self, models_dir: Path) -> None:
        """Raises `ModelError`: `model-missing`, `model-corrupt`."""
        file = models_dir / e5.FILE
        if not file.is_file():
            raise ModelError("missing", f"{file} is not there: cockpit models pull e5-small")
        try:
            model = e5.read(file, lambda _: False)
            self._words = e5.WordRows(file, model.shape.hidden)
            self._session = load_derived(file, build, _session, "encoder")
        except (ValueError, OSError) as error:
            raise ModelError("corrupt", f"{file}: {error}") from error
        kept = [place for place, (piece, _) in enumerate(model.pieces) if place <= model.unk or _READ.match(piece)]
        self._ids, self._ends = np.array(kept), (model.bos, model.eos)
        self._tokenizer = Tokenizer(Unigram([model.pieces[n] for n in kept], unk_id=kept.index(model.unk)))
        self._tokenizer.normalizer = normalizers.Replace(Regex(r"\s+"), " ")
        self._tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")

    def read(self, text: str, kind: Kind) -> Read:
        """`text` as what is asked or searched; the word before it has no pieces there."""
        before = len(self._encoded(f"{kind}:"))
        found = self._encoded(f"{kind}: {text}")[:LONGEST]
        first, last = self._ends
        words = self._words[[first, *(int(self._ids[n]) for n in found), last]]
        vector, pieces = self._session.run(["vector", "pieces"], {"words": words})
        return Read(np.asarray(vector, np.float32), np.asarray(pieces[1 + before : -1], np.float32))

    def _encoded(self, text: str) -> list[int]:
        found: list[int] = self._tokenizer.encode(unicodedata.normalize("NFKC", text), add_special_tokens=False).ids
        return found


def _session(model: str | bytes) -> ort.InferenceSession:
    return ort.InferenceSession(model, session_options(THREADS), providers=["CPUExecutionProvider"])
