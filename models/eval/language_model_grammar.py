"""The grammar that holds a language model to well-formed acts."""

from __future__ import annotations

import json

from models.eval.intent_inventory import FREE, SHOWN_VALUES, Inventory

MOST_ACTS = 4


def grammar(inventory: Inventory) -> str:
    """GBNF of the answers: known intents, each with its own slots, without spaces."""
    rules: dict[str, str] = {}
    by_slots: dict[tuple[tuple[str, str | tuple[str, ...]], ...], list[str]] = {}
    for intent, kinds in inventory.intents.items():
        by_slots.setdefault(tuple(sorted(kinds.items())), []).append(intent)
    acts = []
    for place, (slots, intents) in enumerate(by_slots.items()):
        rules[f"intent{place}"] = " | ".join(_literal(intent) for intent in intents)
        pairs = " | ".join(f"{_literal(json.dumps(name) + ':')} {_slot_rule(kind)}" for name, kind in slots)
        rules[f"slots{place}"] = f'(pair{place} ("," pair{place})*)?' if pairs else '""'
        if pairs:
            rules[f"pair{place}"] = pairs
        acts.append(f'intent{place} "\\",\\"slots\\":{{" slots{place}')
    rules["act"] = f'"{{\\"intent\\":\\"" ({" | ".join(acts)}) "}}}}"'
    rules["root"] = f'"[" act ("," act){{0,{MOST_ACTS - 1}}} "]"'
    rules["number"] = '"-"? [0-9]+ ("." [0-9]+)?'
    rules["words"] = '"\\"" [^"\\\\\\n]+ "\\""'
    return "\n".join(f"{name} ::= {body}" for name, body in rules.items())


def _slot_rule(kind: str | tuple[str, ...]) -> str:
    if isinstance(kind, str):
        return kind
    if len(kind) > SHOWN_VALUES:
        return FREE
    return f"({' | '.join(_literal(json.dumps(value, ensure_ascii=False)) for value in kind)})"


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
