"""What a language model is told before the sentence: the intents and slots, and examples."""

from __future__ import annotations

import json
from collections.abc import Mapping

from cockpit.nlu.inventory import SHOWN_VALUES, Inventory, SlotKinds
from models.eval.peers import Acts

INSTRUCTIONS = """You understand what people say to their car, in Chinese or English.
Answer with a JSON list of acts in the order they are asked for: [{"intent":"name.operation","slots":{}}].
Only slots that were said are given. Numbers are plain: 22, 0.5, 50 for half. Times are HH:MM.
Free words are given as they were said.
zone is one of ZONES; zone2 and zone3 are further zones.
One line for each name with its operations, their slots in braces; slots after + go with every operation:
"""
EXAMPLES: tuple[tuple[str, Acts], ...] = (
    ("open the driver's window halfway", [("window.set", {"value": 50, "zone": "driver"})]),
    ("turn the fan up and play some jazz", [("fan.up", {}), ("media.play", {"genre": "jazz"})]),
    ("my sister said the film was boring", [("dialog.talk", {})]),
    ("副驾座椅加热开到二档", [("seat_heating.set", {"value": 2, "zone": "front_passenger"})]),
    ("关掉空调，然后导航去机场", [("ac.off", {}), ("navigation.navigate", {"destination": "机场"})]),
    ("他昨天跟我说不来了", [("dialog.talk", {})]),
)


def messages(system: str) -> list[dict[str, str]]:
    """The conversation before the sentence."""
    said = [{"role": "system", "content": system}]
    for text, acts in EXAMPLES:
        said.append({"role": "user", "content": text})
        said.append({"role": "assistant", "content": written(acts)})
    return said


def written(acts: Acts) -> str:
    """Acts as the model is to write them."""
    listed = [{"intent": intent, "slots": slots} for intent, slots in acts]
    return json.dumps(listed, ensure_ascii=False, separators=(",", ":"))


def prompt(inventory: Inventory) -> str:
    """What the model is told: one line for each control or skill."""
    zones = next((v for kinds in inventory.intents.values() if isinstance(v := kinds.get("zone"), tuple)), ())
    families: dict[str, dict[str, SlotKinds]] = {}
    for intent, kinds in inventory.intents.items():
        family, _, operation = intent.rpartition(".")
        families.setdefault(family, {})[operation] = kinds
    lines = [_line(family, inventory.names.get(family, family), operations) for family, operations in families.items()]
    return INSTRUCTIONS.replace("ZONES", " ".join(zones)) + "\n".join(lines)


def _line(family: str, name: str, operations: Mapping[str, SlotKinds]) -> str:
    """`fan 风量: down{amount} off on set{value} + zone`."""
    shared = set.intersection(*({name for name in kinds if name == "zone"} for kinds in operations.values()))
    told = []
    for operation, kinds in operations.items():
        slots = [_slot_told(name, kind) for name, kind in kinds.items() if name not in shared | {"zone2", "zone3"}]
        told.append(operation + (f"{{{','.join(slots)}}}" if slots else ""))
    called = family if name == family else f"{family} {name}"
    return f"{called}: {' '.join(told)}" + (" + zone" if shared else "")


def _slot_told(name: str, kind: str | tuple[str, ...]) -> str:
    listed = isinstance(kind, tuple) and name != "zone" and len(kind) <= SHOWN_VALUES
    return f"{name}={'|'.join(kind)}" if listed else name
