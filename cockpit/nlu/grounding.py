"""Slot values from the words that were tagged: by the skills' lists and the readers of numbers, days and times.

The network says where a value stands and of what slot; what it is, is read by code.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from cockpit.nlu.grammar import FREE_KINDS, VALUE_KINDS, Slot, slots_of
from cockpit.nlu.labels import slot_stem
from cockpit.nlu.language import Language
from cockpit.nlu.matcher import Match, Matcher
from cockpit.nlu.quantities import Quantity
from cockpit.nlu.segments import Segment, SlotTag
from cockpit.types import SlotValue

NEEDED = {"set": "value", "choose": "choice"}
"""Operations that are nothing without a value."""
BARE = "一"
"""Too seldom a number to be taken for one where none was tagged (下一首, 大一点)."""
SLACK = 2
"""How many tokens a value may reach beyond its tag on either side; a quantity reaches as far as it is spelled."""
REACH = 0.2
"""What a token beyond the tag is worth against one within: "rear left" is more likely meant than the "left" that was
tagged."""
SEVERAL = frozenset({"zone", "avoid", "waypoint"})
"""Slots of which an act can have more than one."""


@dataclass(frozen=True, slots=True)
class Grounded:
    """`slots` as an act has them; `read` tells which words became what; `missing` is what no words were found for."""

    slots: Mapping[str, SlotValue]
    read: tuple[tuple[str, str], ...] = ()
    missing: str = ""


class Grounder:
    """Reads the values of one language's intents."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._slots: dict[str, Mapping[str, tuple[Slot, ...]]] = {}

    def ground(self, intent: str, segment: Segment, plain: Matcher, by_sound: Matcher, as_heard: Matcher) -> Grounded:
        """The slots of `segment` as `intent`. A value is first sought as it is written, then by its sound; what may be
        any words is taken `as_heard`."""
        known = self._slots_of(intent)
        slots: dict[str, SlotValue] = {}
        read: list[tuple[str, str]] = []
        for tag in _whole(segment.slots):
            if tag.name in slots and tag.name not in SEVERAL:
                continue
            nodes = known.get(tag.name, ())
            found = next((f for m in (plain, by_sound) if (f := self._value(nodes, tag, m, as_heard))), None)
            if found is not None:
                value, text = found
                _put(slots, tag.name, value)
                read.append((text, f"{tag.name}={value}"))
        needed = NEEDED.get(intent.rpartition(".")[2], "")
        tagged = {tag.name for tag in segment.slots}
        for name in (needed, "amount", *(name for name, nodes in known.items() if _listed(nodes))):
            if name in known and name not in slots and name not in tagged:
                self._seek(known[name], name, segment, plain, slots, read)
        missing = needed if needed in known and needed not in slots else ""
        return Grounded(slots, tuple(read), missing)

    def _seek(
        self,
        nodes: tuple[Slot, ...],
        name: str,
        segment: Segment,
        matcher: Matcher,
        slots: dict[str, SlotValue],
        read: list[tuple[str, str]],
    ) -> None:
        """A value that was not tagged but must be there, anywhere in the segment outside of other slots."""
        taken = {at for tag in segment.slots for at in range(tag.start, tag.end)}
        places = [
            at for at in range(segment.start, segment.end) if at not in taken and matcher.said(at, at + 1) != BARE
        ]
        closed = [node for node in nodes if node.kind not in FREE_KINDS]
        found = [m for node in closed for at in places for m in matcher.match(node, at) if m.end <= segment.end]
        if best := max(found, key=lambda match: match.end - match.cost, default=None):
            value = best.slots[0][1]
            _put(slots, name, value)
            read.append(("", f"{name}={value}"))

    def _value(
        self, nodes: tuple[Slot, ...], tag: SlotTag, matcher: Matcher, as_heard: Matcher
    ) -> tuple[object, str] | None:
        """The value of a tag and the words it was read from."""
        closed = [node for node in nodes if node.kind not in FREE_KINDS]
        best: tuple[float, Match, int, Slot] | None = None
        for node in closed:
            for at in range(max(0, tag.start - 1), tag.end):
                for match in matcher.match(node, at):
                    inside = min(match.end, tag.end) - max(at, tag.start)
                    beyond = max(0, match.end - tag.end) + max(0, tag.start - at)
                    if inside <= 0 or (beyond > SLACK and node.kind not in VALUE_KINDS):
                        continue
                    score = inside + REACH * beyond - match.cost
                    if best is None or score > best[0]:
                        best = (score, match, at, node)
        free = any(node.kind in FREE_KINDS for node in nodes)
        if best is not None and (not free or (best[2] <= tag.start and best[1].end >= tag.end)):
            _, match, at, node = best
            return dict(match.slots)[node.name], matcher.said(at, match.end)
        if free:
            text = as_heard.said(tag.start, tag.end)
            return text, text
        return None

    def _slots_of(self, intent: str) -> Mapping[str, tuple[Slot, ...]]:
        if intent not in self._slots:
            found: dict[str, dict[int, Slot]] = defaultdict(dict)
            for node in self._language.nodes(intent):
                for slot in slots_of(node):
                    found[slot_stem(slot.name)][id(slot)] = slot
            self._slots[intent] = {name: tuple(slots.values()) for name, slots in found.items()}
        return self._slots[intent]


def _listed(nodes: tuple[Slot, ...]) -> bool:
    """Whether a slot's values are all in a list or a day: such a word is found without a tag as well."""
    return all(node.choices or node.kind == "day" for node in nodes)


def _whole(tags: Iterable[SlotTag]) -> list[SlotTag]:
    """The tags with those joined that touch, where one value was tagged as two."""
    joined: list[SlotTag] = []
    for tag in tags:
        last = joined[-1] if joined else None
        if last is not None and last.name == tag.name and last.end == tag.start and tag.name not in SEVERAL:
            joined[-1] = replace(last, end=tag.end)
        else:
            joined.append(tag)
    return joined


def _put(slots: dict[str, SlotValue], name: str, value: object) -> None:
    """Under `name`, or `name2`, `name3` where that is taken."""
    place, count = name, 1
    while place in slots:
        count += 1
        place = f"{name}{count}"
    if isinstance(value, Quantity):
        slots[place], slots[f"{place}_unit"] = value.value, value.unit
    elif isinstance(value, str):
        slots[place] = value
