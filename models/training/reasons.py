"""Requests with their reason, and requests said twice: one act, though what goes with it would be one if it stood
alone ("heated seat off, I'm boiling", "the radio is too loud, turn it down")."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cockpit.yamlfile import read_yaml
from models.training.examples import Example, after_edit, joined
from models.training.sampling import Sampler

REASONS_FOR = {
    "climate.feel_hot": "ac.on temperature.down temperature.set fan.up window.open seat_heating.off "
    "seat_heating.down seat_ventilation.on sunroof.open dialog.down",
    "climate.feel_cold": "temperature.up temperature.set seat_heating.on seat_heating.up window.close ac.off "
    "fan.down steering_heating.on dialog.up",
    "climate.stuffy": "window.open recirculation.off window.crack sunroof.open sunroof.tilt fan.up",
    "climate.fogging": "front_defroster.on rear_defroster.on ac.on windscreen_heating.on mirror_heating.on",
    "drive.raining": "wiper.on window.close sunroof.close wiper.up",
    "drive.sleepy": "window.open recline.flat massage.on temperature.down seat_heating.off volume.up",
    "lights.too_dark_to_read": "dome_light.on reading_light.on",
    "media.too_loud": "volume.down volume.set volume.mute",
    "seats.cold_hands": "steering_heating.on steering_heating.up",
}
"""What is felt, and the requests that it is the reason of."""
TWICE = ("up", "down", "on", "off", "max", "min")


class Reasons:
    """Of one language; `phrases` is the folder with its `reasons.yaml`."""

    def __init__(self, sampler: Sampler, phrases: Path, rng: random.Random) -> None:
        self._sampler, self._rng = sampler, rng
        known = set(sampler.intents)
        self._felt = {
            feeling: here
            for feeling, intents in REASONS_FOR.items()
            if feeling in known and (here := [intent for intent in intents.split() if intent in known])
        }
        file = phrases / sampler.lang / "reasons.yaml"
        self._clauses = [sampler.compiled(text) for text in read_yaml(file)] if file.is_file() else []
        self._doubled = {
            operation: [i for i in sampler.intents if i.endswith(f".{operation}") and not i.startswith("dialog.")]
            for operation in TWICE
            if f"dialog.{operation}" in known
        }

    def explained(self) -> Example:
        """A request before or after its reason, or said twice."""
        kind = self._rng.random()
        if kind < 0.3 and any(self._doubled.values()):
            return self._twice()
        if kind < 0.6 and self._felt:
            feeling = self._rng.choice([*self._felt])
            reason: Sequence[str] = self._sampler.sentence(feeling).words
            return self._beside(self._sampler.sentence(self._rng.choice(self._felt[feeling])), reason)
        example = self._sampler.any()
        if not self._clauses or not example.acts or example.expecting or _ends_free(example):
            return example
        return self._beside(example, self._sampler.words(self._rng.choice(self._clauses)))

    def _beside(self, request: Example, reason: Sequence[str]) -> Example:
        link = [","] if self._rng.random() < 0.7 else []
        said = [(word, n) for n, word in enumerate(request.words)]
        around = [(word, -1) for word in reason]
        comma = [(word, -1) for word in link]
        before = self._rng.random() < 0.5
        return after_edit(request, [*around, *comma, *said] if before else [*said, *comma, *around])

    def _twice(self) -> Example:
        operation = self._rng.choice([operation for operation, intents in self._doubled.items() if intents])
        first = self._sampler.sentence(self._rng.choice(self._doubled[operation]))
        again = self._sampler.sentence(f"dialog.{operation}", plainly=True)
        if _ends_free(first):
            return first
        both = joined([first, again], [[","] if self._rng.random() < 0.7 else []])
        slots = tuple(slot for act in both.acts for slot in act.slots)
        act = replace(both.acts[0], end=len(both.words), slots=slots)
        return replace(both, acts=(act,), kind=first.kind, complexity=first.complexity)


def _ends_free(example: Example) -> bool:
    return any(slot.name in ("text", "title", "query") for act in example.acts for slot in act.slots)
