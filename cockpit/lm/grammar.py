"""The grammar (GBNF) that holds a language model to well-formed acts."""

from __future__ import annotations

import json
from collections.abc import Mapping

SlotKinds = Mapping[str, str | tuple[str, ...]]
"""Slot to `number`, `words` (free ones), or its values."""
MOST_ACTS = 4
LISTED_VALUES = 12
"""A list of values that is longer is free words; they are looked for in the sentence then."""


def grammar(intents: Mapping[str, SlotKinds], most_acts: int = MOST_ACTS, *, or_none: bool = False) -> str:
    """GBNF of a JSON list of acts: known intents, each with its own slots, without spaces; `or_none` allows `[]`."""
    rules: dict[str, str] = {}
    by_slots: dict[tuple[tuple[str, str | tuple[str, ...]], ...], list[str]] = {}
    for intent, kinds in intents.items():
        by_slots.setdefault(tuple(sorted(kinds.items())), []).append(intent)
    acts = []
    for place, (slots, alike) in enumerate(by_slots.items()):
        rules[f"intent{place}"] = " | ".join(_literal(intent) for intent in alike)
        pairs = " | ".join(f"{_literal(json.dumps(name) + ':')} {_slot_rule(kind)}" for name, kind in slots)
        rules[f"slots{place}"] = f'(pair{place} ("," pair{place})*)?' if pairs else '""'
        if pairs:
            rules[f"pair{place}"] = pairs
        acts.append(f'intent{place} "\\",\\"slots\\":{{" slots{place}')
    rules["act"] = f'"{{\\"intent\\":\\"" ({" | ".join(acts)}) "}}}}"'
    some = f'act ("," act){{0,{most_acts - 1}}}'
    rules["root"] = f'"[" ({some})? "]"' if or_none else f'"[" {some} "]"'
    rules["number"] = '"-"? [0-9]+ ("." [0-9]+)?'
    rules["words"] = '"\\"" [^"\\\\\\n]+ "\\""'
    return "\n".join(f"{name} ::= {body}" for name, body in rules.items())


def _slot_rule(kind: str | tuple[str, ...]) -> str:
    if isinstance(kind, str):
        return kind
    if len(kind) > LISTED_VALUES:
        return "words"
    return f"({' | '.join(_literal(json.dumps(value, ensure_ascii=False)) for value in kind)})"


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
