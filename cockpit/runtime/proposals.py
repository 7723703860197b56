"""Acts that the model on the board proposes for what nothing else understood, where the settings want that."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from cockpit.errors import CockpitError
from cockpit.lm.grammar import grammar
from cockpit.lm.proposing import MOST_PROPOSED, PROPOSAL_TOKENS, possible, prompt, proposed
from cockpit.nlu.inventory import Inventory
from cockpit.ports import Vehicle
from cockpit.profile import VehicleProfile
from cockpit.runtime.tiers import Tiers
from cockpit.skillset import SkillSet
from cockpit.types import Act, Lang

LONGEST_S = 3.0
"""How long a proposal is waited for."""


class Proposals:
    """Asks the model, held to a grammar of what is online at this moment."""

    def __init__(self, tiers: Tiers, skills: SkillSet, profile: VehicleProfile, vehicle: Vehicle) -> None:
        self._tiers, self._skills, self._profile, self._vehicle = tiers, skills, profile, vehicle
        self._intents = Inventory.of(skills).intents

    async def acts(self, text: str, lang: Lang) -> tuple[Act, ...]:
        """Doubtful acts; none where there is no model, no time, or nothing to propose."""
        local = self._tiers.local
        if local is None or not self._tiers.speaks(lang):
            return ()
        intents = possible(self._intents, self._skills, self._profile, self._vehicle.snapshot())
        if not intents:
            return ()
        rules, answer = grammar(intents, MOST_PROPOSED, or_none=True), ""
        stream = local.stream(prompt(intents, text), limit_tokens=PROPOSAL_TOKENS, grammar=rules)
        try:
            async with asyncio.timeout(LONGEST_S), aclosing(stream) as pieces:
                async for piece in pieces:
                    answer += piece
        except (TimeoutError, CockpitError):
            return ()
        return proposed(answer, intents, text)
