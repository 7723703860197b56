"""The skills' sentences as hassil reads them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import permutations
from typing import Any

from cockpit.nlu.grammar import FREE_KINDS
from cockpit.nlu.reading import MENTION
from cockpit.skillset import ControlPhrases, SkillSet
from cockpit.types import Lang

HIGHEST_NUMBER = 250
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EN_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
UNITS: Mapping[Lang, str] = {
    "zh": "[%|度|摄氏度|°|°c|个百分点|百分点|档|挡|级|格|毫米|厘米|公里每小时|公里|码|分钟]",
    "en": "[%| percent| per cent| degrees| degree| degrees celsius| celsius|°|°c| levels| level| notches| notch| steps"
    "| points| percentage points| millimeters| millimetres| mm| centimeters| centimetres| cm| kilometers per hour"
    "| kilometres per hour| kilometers an hour| kilometres an hour| minutes]",
}
DEGREES: Mapping[Lang, str] = {
    "zh": "(度|摄氏度|°|°c)",
    "en": "( degrees| degree| degrees celsius| celsius|°|°c)",
}
BEFORE_NUMBER: Mapping[Lang, str] = {
    "zh": "[百分之|第|摄氏]",
    "en": "[level|gear|setting|stage|number|step|position|speed] ",
}
PORTIONS: Mapping[Lang, Mapping[str, float]] = {
    "zh": {"一半": 50, "半": 0.5, "两": 2, "三分之一": 33, "三分之二": 67, "四分之一": 25, "四分之三": 75},
    "en": {
        "half": 50,
        "halfway": 50,
        "[a ](third|3rd)": 33,
        "two thirds": 67,
        "[a ]quarter": 25,
        "three quarters": 75,
        "half a": 0.5,
    },
}
"""Numbers that a range of hassil does not know by their words, percentages among them."""
DAYS: Mapping[Lang, Mapping[str, str]] = {
    "zh": {
        "today": "(今天|今日|今晚|今儿)",
        "tomorrow": "(明天|明日|明儿|明早|明晚)",
        "+2": "后天",
        "+3": "大后天",
        **{
            day: f"[这|本|下](周|星期|礼拜)({name})"
            for day, name in zip(WEEKDAYS, ("一", "二", "三", "四", "五", "六", "日|天"), strict=True)
        },
    },
    "en": {
        "today": "(today|tonight|this morning|this afternoon|this evening)",
        "tomorrow": "tomorrow",
        "+2": "[the ]day after tomorrow",
        **{day: f"[on |this |next ]{name}" for day, name in zip(WEEKDAYS, _EN_WEEKDAYS, strict=True)},
    },
}
READ_AFTERWARDS = frozenset({"time", "digits"})
"""Wildcards whose words must be such a value; the kind goes into the slot's name, since hassil forgets it."""
KIND_END = "__"
"""Between the kind of such a wildcard and its slot."""

_QUANTITY = re.compile(r"\{(value|degrees)(?::(\w+))?\}")
_READ = re.compile(r"\{(time|digits)(?::(\w+))?\}")
_TOUCHING = re.compile(r"(?<=[)\]}>])(?=[(\[{<\w])|(?<=\w)(?=[(\[{<])")


def sentences(skills: SkillSet, lang: Lang) -> dict[str, Any]:
    """The skills' sentences of one language as hassil reads them."""
    grammar = skills.grammars[lang]
    rules, lists = dict(grammar.rules), dict(grammar.lists)
    for skill in skills.skills.values():
        rules.update(skill.phrases[lang].rules)
        lists.update(skill.phrases[lang].lists)
    needed: set[tuple[str, str]] = set()

    def adapted(template: str) -> str:
        return _adapted(template, lang, needed)

    intents: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for intent, templates, spoken in _templates(skills, lang):
        block: dict[str, Any] = {"sentences": [adapted(template) for template in templates]}
        if spoken is not None:
            block["expansion_rules"] = {"it": adapted(spoken.it)}
            choices = lists[spoken.choices] if isinstance(spoken.choices, str) else spoken.choices
            if choices:
                block["lists"] = {"choice": _values(choices, adapted)}
        intents.setdefault(intent, {"data": []})["data"].append(block)
    expansions = {name: adapted(template) for name, template in rules.items()}
    closed = {name: _values(values, adapted) for name, values in lists.items()}
    return {
        "language": lang,
        "settings": {"ignore_whitespace": lang == "zh"},
        "intents": intents,
        "expansion_rules": expansions | {_number_rule(*one): _number_template(*one, lang) for one in sorted(needed)},
        "lists": {
            **{kind: {"wildcard": True} for kind in sorted(FREE_KINDS | READ_AFTERWARDS)},
            "number": {"range": {"from": 0, "to": HIGHEST_NUMBER, "fractions": "halves"}},
            "portion": {"values": [{"in": words, "out": value} for words, value in PORTIONS[lang].items()]},
            "day": {"values": [{"in": template, "out": day} for day, template in DAYS[lang].items()]},
            **closed,
        },
        "skip_words": [*grammar.fillers, *grammar.particles],
    }


def _templates(skills: SkillSet, lang: Lang) -> Iterator[tuple[str, list[str], ControlPhrases | None]]:
    """Every intent with its templates and, of a control, what it is called."""
    grammar = skills.grammars[lang]
    for name, templates in grammar.dialog.items():
        yield f"dialog.{name}", templates, None
    for skill in skills.skills.values():
        phrases = skill.phrases[lang]
        for control, shape in skill.manifest.controls.items():
            spoken = phrases.controls[control]
            for operation, templates in (*grammar.shapes[shape].items(), *spoken.sentences.items()):
                if operation != MENTION:
                    yield f"{control}.{operation}", templates, spoken
        for reading, templates in phrases.readings.items():
            yield f"{reading}.read", templates, None
        for intent, templates in phrases.intents.items():
            yield intent, templates, None


def _adapted(template: str, lang: Lang, needed: set[tuple[str, str]]) -> str:
    """A template with rules for its quantities, and what the assistant's own matcher does not need: spaces in English;
    in Chinese permutations written out, because hassil's ask for a space between their parts."""

    def rule(found: re.Match[str]) -> str:
        kind, slot = found[1], found[2] or found[1]
        needed.add((kind, slot))
        return f"<{_number_rule(kind, slot)}>"

    spaced = _TOUCHING.sub(" ", template) if lang == "en" else _in_every_order(template)
    return _READ.sub(
        lambda found: f"{{{found[1]}:{found[1]}{KIND_END}{found[2] or found[1]}}}", _QUANTITY.sub(rule, spaced)
    )


def _in_every_order(template: str) -> str:
    """The template with each `(a;b)` as `((a)(b)|(b)(a))`."""
    groups: list[list[str]] = [[""]]
    for letter in template:
        if letter == "(":
            groups.append([""])
        elif letter == ")":
            parts = groups.pop()
            orders = ["".join(order) for order in permutations(f"({part})" for part in parts)]
            groups[-1][-1] += f"({'|'.join(orders)})" if len(parts) > 1 else f"({parts[0]})"
        elif letter == ";":
            groups[-1].append("")
        else:
            groups[-1][-1] += letter
    return groups[0][0]


def _number_rule(kind: str, slot: str) -> str:
    return f"{kind}_as_{slot}"


def _number_template(kind: str, slot: str, lang: Lang) -> str:
    units = UNITS[lang] if kind == "value" else DEGREES[lang]
    return f"{BEFORE_NUMBER[lang]}({{number:{slot}}}{units}|{{portion:{slot}}}{units})"


def _values(values: Mapping[str, str], adapted: Callable[[str], str]) -> dict[str, Any]:
    return {"values": [{"in": adapted(template), "out": value} for value, template in values.items()]}
