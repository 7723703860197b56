"""A small language model as a peer of the intent model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from cockpit.config import Settings
from cockpit.errors import ModelError, UnderstandingError
from cockpit.lm.grammar import grammar
from cockpit.modelstore import ModelStore
from cockpit.nlu.inventory import Inventory
from cockpit.skillset import SkillSet
from cockpit.types import Lang
from models.eval.language_model_prompt import messages, prompt
from models.eval.peers import Acts

QWEN = "qwen2.5-coder-0.5b"
CONTEXT_TOKENS = 8192
ANSWER_TOKENS = 200


class QwenPeer:
    """Qwen2.5-Coder-0.5B-Instruct through xllamacpp, told the same intents and slots in its prompt.

    It can answer nothing but well-formed acts with these intents and their slots. The prompt up to the sentence is
    kept between calls; making the peer reads it for the first time. `last` is the engine's account of the last call.
    """

    name = "qwen2.5-coder-0.5b"

    def __init__(self, skills: SkillSet, model: Path | None = None, threads: int = 0) -> None:
        """Raises `UnderstandingError` (`nlu-no-engine`) without xllamacpp, `ModelError` (`model-missing`)."""
        try:
            engine: Any = import_module("xllamacpp")
        except ImportError as error:
            raise UnderstandingError("no-engine", "pip install xllamacpp for the language model") from error
        inventory = Inventory.of(skills)
        self._intents = frozenset(inventory.intents)
        self._system, self._grammar = prompt(inventory), grammar(inventory.intents)
        parameters = engine.CommonParams()
        parameters.model.path = str(model or pulled())
        parameters.n_ctx, parameters.n_parallel, parameters.verbosity = CONTEXT_TOKENS, 1, -1
        if threads:
            parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads
        self._server = engine.Server(parameters)
        self.last: Mapping[str, float] = {}
        self.understand("hello", "en")

    def understand(self, text: str, lang: Lang) -> Acts:  # noqa: ARG002 - it is told of both languages at once
        reply = self._server.handle_chat_completions(
            {
                "messages": [*messages(self._system), {"role": "user", "content": text}],
                "temperature": 0,
                "max_tokens": ANSWER_TOKENS,
                "cache_prompt": True,
                "grammar": self._grammar,
            }
        )
        if "choices" not in reply:
            raise UnderstandingError("engine-failed", f"the language model did not answer: {reply}")
        self.last = reply.get("timings", {})
        return acts_of(reply["choices"][0]["message"]["content"], self._intents)


def pulled() -> Path:
    """The model's file. Raises `ModelError` (`model-missing`)."""
    store = ModelStore(Settings().models_dir)
    if (state := store.state(QWEN)) != "present":
        raise ModelError("missing", f"{QWEN} is {state}: cockpit models pull {QWEN}")
    model = store.manifest.model(QWEN)
    return store.models_dir / model.folder / model.files[0].path


def acts_of(answer: str, intents: frozenset[str]) -> Acts:
    """The acts of an answer of the language model; what is no act with a known intent is passed over."""
    try:
        listed = json.loads(answer)
    except ValueError:
        return []
    acts: Acts = []
    for item in listed if isinstance(listed, list) else [listed]:
        intent, slots = (item.get("intent"), item.get("slots")) if isinstance(item, dict) else (None, None)
        if isinstance(intent, str) and intent in intents:
            acts.append((intent, dict(slots) if isinstance(slots, dict) else {}))
    return acts
