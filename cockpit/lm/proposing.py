"""Acts proposed by a language model for what nothing else understood, held to what this car has here and now.

The grammar is built from the live state: a control without a provider, an app that is not up, a seat that the control
does not serve cannot be written at all. What comes out is a proposal: every act is doubtful, so it is asked about
before it meets the gate.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from cockpit.lm.grammar import SlotKinds
from cockpit.profile import VehicleProfile
from cockpit.skillset import Intent, SkillSet
from cockpit.types import ZONES, Act, Message, Snapshot

MOST_PROPOSED = 2
PROPOSAL_TOKENS = 80
"""Two acts with their slots take fewer."""
NEVER = frozenset({"dialog"})
"""Families that say something about the conversation, not the car."""
ZONE_SLOTS = frozenset({"zone", "zone2", "zone3"})

INSTRUCTIONS = """What does the driver want the car to do? Answer with a JSON list of acts, [] if nothing.
Only slots that were said are given. Each name with its operations:
"""
EXAMPLES = (
    ("my hands are freezing on this wheel", '[{"intent":"steering_heating.on","slots":{}}]'),
    ("后面坐的人说闷得慌", '[{"intent":"window.crack","slots":{}}]'),
    ("what a lovely evening", "[]"),
    ("我昨天没睡好", "[]"),
)


def possible(
    intents: Mapping[str, SlotKinds], skills: SkillSet, profile: VehicleProfile, now: Snapshot
) -> dict[str, SlotKinds]:
    """Of `intents`, those that something online can carry out or answer, each with the zones that it serves."""
    found: dict[str, SlotKinds] = {}
    for intent, kinds in intents.items():
        family, _, operation = intent.rpartition(".")
        if family in NEVER or operation == "ask":
            continue
        known = skills.intent(intent)
        zones = _of_manifest(known[1], skills, intent, profile, now) if known else _zones(family, profile, now)
        if zones is not None:
            found[intent] = {slot: _served(slot, kind, zones) for slot, kind in kinds.items() if _kept(slot, zones)}
    return found


def prompt(intents: Mapping[str, SlotKinds], text: str) -> list[Message]:
    """What the model is told; all but the sentence is the same while the same is online."""
    families: dict[str, list[str]] = {}
    for intent in intents:
        family, _, operation = intent.rpartition(".")
        families.setdefault(family, []).append(operation)
    listed = "\n".join(f"{family}: {' '.join(operations)}" for family, operations in families.items())
    shown = [(asked, answer) for asked, answer in EXAMPLES if all(act in intents for act in _named(answer))]
    examples = [part for asked, answer in shown for part in (Message("user", asked), Message("assistant", answer))]
    return [Message("system", INSTRUCTIONS + listed), *examples, Message("user", text)]


def proposed(answer: str, intents: Mapping[str, SlotKinds], text: str) -> tuple[Act, ...]:
    """The acts of a model's answer, all of them doubtful. What is no act with a possible intent, and what is no slot of
    it, is passed over; so is a value of free words that was not said."""
    try:
        listed = json.loads(answer)
    except ValueError:
        return ()
    acts: list[Act] = []
    for item in listed if isinstance(listed, list) else ():
        intent = item.get("intent") if isinstance(item, dict) else None
        if not isinstance(intent, str) or intent not in intents or any(act.intent == intent for act in acts):
            continue
        given = item.get("slots")
        slots = given if isinstance(given, dict) else {}
        kept = {name: value for name, value in slots.items() if _allowed(value, intents[intent].get(name), text)}
        acts.append(Act(intent, kept, confidence=0.0, text=text, doubtful=True))
    return tuple(acts[:MOST_PROPOSED])


def _of_manifest(
    spec: Intent, skills: SkillSet, intent: str, profile: VehicleProfile, now: Snapshot
) -> frozenset[str] | None:
    if spec.app:
        return frozenset(ZONES) if spec.app in now.apps else None
    if spec.do:
        each = [_zones(operation.control, profile, now) for operation in spec.do]
        return None if any(zones is None for zones in each) else frozenset(ZONES)
    controls = skills.skills[skills.owner(intent)].manifest.controls
    served = any(_zones(control, profile, now) is not None for control in controls)
    return frozenset(ZONES) if spec.handler and served else None


def _zones(name: str, profile: VehicleProfile, now: Snapshot) -> frozenset[str] | None:
    """The zones (`car` for none) in which a control or reading is served; None where it is not at all."""
    if name in profile.controls:
        served = {
            zone for zone, paths in profile.controls[name].targets.items() if any(now.online(path) for path in paths)
        }
    elif name in profile.readings:
        served = {zone for zone, path in profile.readings[name].targets.items() if now.online(path)}
    else:
        return None
    return frozenset(served) or None


def _kept(slot: str, zones: frozenset[str]) -> bool:
    return slot not in ZONE_SLOTS or bool(zones - {"car"})


def _served(slot: str, kind: str | tuple[str, ...], zones: frozenset[str]) -> str | tuple[str, ...]:
    """Of a slot of zones, those that are served, and names for several of them."""
    if slot not in ZONE_SLOTS or isinstance(kind, str):
        return kind
    return tuple(value for value in kind if value in zones or value not in ZONES)


def _allowed(value: object, kind: str | tuple[str, ...] | None, text: str) -> bool:
    if isinstance(kind, tuple):
        return value in kind
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return kind == "words" and isinstance(value, str) and value.casefold() in text.casefold()


def _named(answer: str) -> Sequence[str]:
    return [item["intent"] for item in json.loads(answer)]
