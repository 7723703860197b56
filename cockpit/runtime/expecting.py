"""What is likely to be said to the skills that are active, for speech recognition to lean on."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from cockpit.config import Settings
from cockpit.errors import ModelError
from cockpit.nlu.expectation import Expectations, expectations
from cockpit.nlu.wording import load
from cockpit.runtime.understanding import understanding
from cockpit.types import Lang

log = logging.getLogger(__name__)


def likely(settings: Settings) -> Mapping[Lang, Expectations]:
    """Takes about two seconds: call it off the event loop. Nothing where there are no counts of what people say."""
    try:
        said = load(settings.intent_dir / "words.json.gz")
    except ModelError as error:
        log.warning("%s; speech is recognised without what is likely to be said", error)
        return {}
    return expectations(understanding(settings).templates.languages, said)
