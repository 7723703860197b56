"""A handful of skills in two languages, small enough to say in advance what a sentence must cost and mean."""

from __future__ import annotations

from typing import Any

from cockpit.nlu.templates import TemplateUnderstander
from cockpit.skillset import Grammar, SkillSet
from cockpit.types import Lang

ZONES = {
    "zh": {"driver": "主驾", "front_passenger": "副驾", "rear": "后排", "rear_left": "左后", "left": "左边"},
    "en": {
        "driver": "driver",
        "front_passenger": "passenger",
        "rear": "(rear|back)",
        "rear_left": "rear left",
        "left": "left",
    },
}

GRAMMARS: dict[Lang, dict[str, Any]] = {
    "zh": {
        "fillers": ["请", "帮我", "一下", "的", "吧", "把"],
        "articles": ["的"],
        "connectors": ["然后", "再", "和"],
        "refusals": ["别", "不要"],
        "asides": ["我", "因为"],
        "rules": {"zones": "{zone}[的][(和|、){zone:zone2}[的]][(和|、){zone:zone3}[的]]", "on": "(打开|开)",
        "off": "(关上|关闭|关)"},
        "lists": {"zone": ZONES["zh"]},
        "shapes": {
            "switch": {"on": ["<on><it>"], "off": ["<off><it>", "<it>关掉"], "mention": ["<it>"]},
            "opening": {"open": ["<on>[<zones>]<it>"], "close": ["<off>[<zones>]<it>", "[<zones>]<it><off>"],
            "set": ["[<zones>]<it>[开]到{value}"], "mention": ["[<zones>]<it>"]},
            "number": {"set": ["[<zones>]<it>调到{value}", "<it>{degrees:value}"],
            "up": ["<it>调高[{value:amount}]"]},
        },
        "dialog": {"yes": ["(好|是的)"], "no": ["(不|不要)"], "zone": ["<zones>"]},
        "answers": {"value": ["{value}"], "contact": ["{name:contact}"], "start": ["{time:start}"]},
    },
    "en": {
        "fillers": ["please", "can you", "the", "a"],
        "articles": ["the", "a"],
        "connectors": ["and", "then", "and then"],
        "refusals": ["dont", "do not", "never"],
        "asides": ["i", "because"],
        "rules": {"zones": "{zone}[(and|,) {zone:zone2}][(and|,) {zone:zone3}]", "on": "turn on", "off": "turn off"},
        "lists": {"zone": ZONES["en"]},
        "shapes": {
            "switch": {"on": ["<on> <it>", "turn <it> on"], "off": ["<off> <it>"], "mention": ["<it>"]},
            "opening": {"open": ["open [<zones>] <it>"], "close": ["close [<zones>] <it>"],
            "set": ["[<zones>] <it> to {value}"], "mention": ["[<zones>] <it>"]},
            "number": {"set": ["[set] [<zones>] <it> [to] {value}"], "up": ["raise <it> [by {value:amount}]"]},
        },
        "dialog": {"yes": ["(yes|sure)"], "no": ["(no|dont)"], "zone": ["<zones>"]},
        "answers": {"value": ["{value}"], "contact": ["{name:contact}"], "start": ["{time:start}"]},
    },
}  # fmt: skip

CONTROLS = {"ac": "switch", "defroster": "switch", "sunroof": "opening", "window": "opening", "temperature": "number"}
NAMES = {
    "zh": {"ac": "空调", "defroster": "(除霜|除雾)", "sunroof": "天窗", "window": "(车窗|窗户|窗)",
    "temperature": "温度"},
    "en": {"ac": "(ac|air conditioning)", "defroster": "defroster", "sunroof": "sunroof", "window": "window[s]",
    "temperature": "temperature"},
}  # fmt: skip
INTENTS = {
    "zh": {
        "trip.go": ["导航去{text:destination}", "(回家|去{place:destination})"],
        "trip.call": ["打电话给{name:contact}", "拨打{digits:number}"],
        "trip.meet": ["{day}[{time:start}]开会", "{day:day}{time:start}有{name:title}"],
    },
    "en": {
        "trip.go": ["navigate to {text:destination}", "drive {place:destination}"],
        "trip.call": ["call {name:contact}", "dial {digits:number}"],
        "trip.meet": ["meeting {day:day} at {time:start}"],
    },
}
PLACES = {"zh": {"home": "家", "work": "公司"}, "en": {"home": "home", "work": "work"}}


def small_skills(**changes: dict[str, Any]) -> SkillSet:
    """The skills, with `changes` to the grammar of a language (`zh={"fillers": [...]}`)."""
    phrases = {
        lang: {
            "controls": {name: {"it": it} for name, it in NAMES[lang].items()},
            "intents": INTENTS[lang],
            "readings": {"speed": ["车速多少" if lang == "zh" else "how fast are we"]},
            "lists": {"place": PLACES[lang]},
        }
        for lang in ("zh", "en")
    }
    manifest = {"name": "small", "risk": "comfort", "controls": CONTROLS, "readings": ["speed"]}
    return SkillSet.model_validate(
        {
            "skills": {"small": {"manifest": manifest, "phrases": phrases}},
            "grammars": {
                lang: Grammar.model_validate({**GRAMMARS[lang], **changes.get(lang, {})}) for lang in GRAMMARS
            },
            "replies": {"zh": {}, "en": {}},
        }
    )


UNDERSTANDER = TemplateUnderstander(small_skills())


def acts(text: str, lang: Lang, expecting: str = "") -> list[tuple[str, dict[str, object]]]:
    """What the small skills make of `text`."""
    return [(act.intent, dict(act.slots)) for act in UNDERSTANDER.understand(text, lang, expecting).acts]
