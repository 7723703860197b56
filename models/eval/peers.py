"""The peers that the intent model is compared with: hassil on the same skills' sentences, and a language model.

Each is used as somebody who builds on it would use it. Of both nothing is asked but acts as `(intent, slots)`, values
in the form of `models/eval/sets`: numbers without their unit, days and times as `cockpit.nlu.calendar` writes them.
"""

from __future__ import annotations

import json
import re
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from itertools import permutations
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

from hassil.intents import Intents
from hassil.models import MatchEntity
from hassil.recognize import RecognizeResult, recognize_all

from cockpit.config import Settings
from cockpit.errors import ModelError, UnderstandingError
from cockpit.modelstore import ModelStore
from cockpit.nlu.calendar import read_time
from cockpit.nlu.grammar import FREE_KINDS, VALUE_KINDS, Slot, slots_of
from cockpit.nlu.language import Language
from cockpit.nlu.numbers import read_digits
from cockpit.nlu.reading import MENTION
from cockpit.nlu.tokens import clean, tokenise
from cockpit.skillset import ControlPhrases, SkillSet
from cockpit.types import LANGS, Lang

Acts = list[tuple[str, dict[str, object]]]


class Peer(Protocol):
    """Something that turns a sentence into acts."""

    name: str

    def understand(self, text: str, lang: Lang) -> Acts:
        """The acts in order; none where it understands nothing."""
        ...


# hassil

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

_KIND = "__"
_QUANTITY = re.compile(r"\{(value|degrees)(?::(\w+))?\}")
_READ = re.compile(r"\{(time|digits)(?::(\w+))?\}")
_TOUCHING = re.compile(r"(?<=[)\]}>])(?=[(\[{<\w])|(?<=\w)(?=[(\[{<])")
UNSAID: Mapping[Lang, str] = {"zh": "'’，。、！？；：,!?;:…", "en": "'’"}
"""Marks that the templates are written without. Between English words hassil drops punctuation itself."""


class _TooSlowError(Exception):
    """The deadline of one call has passed."""


class HassilPeer:
    """hassil with the skills' sentences, expanded as an integrator of Home Assistant would: one set of intents per
    language, the control's own names as local rules, the assistant's fillers as words to skip.

    A sentence is one intent to hassil, so several acts in one breath are beyond it; that is left as it is. Bare
    mentions, which name no operation, are left out. A call that outlasts `deadline_s` counts as not understood; this
    needs the main thread, elsewhere there is no deadline.
    """

    name = "hassil"

    def __init__(self, skills: SkillSet, deadline_s: float = 2.0) -> None:
        self.deadline_s = deadline_s
        self.timeouts = 0
        self._intents = {lang: Intents.from_dict(sentences(skills, lang)) for lang in LANGS}
        for lang in LANGS:
            self._best(_WARM_UP[lang], lang)

    def understand(self, text: str, lang: Lang) -> Acts:
        try:
            with _deadline(self.deadline_s):
                return self._best(text, lang)
        except _TooSlowError:
            self.timeouts += 1
            return []

    def _best(self, text: str, lang: Lang) -> Acts:
        """The best result as Home Assistant ranks them, of those whose values can be read."""
        places = [at for at, letter in enumerate(text) if letter not in UNSAID[lang]]
        said = "".join(text[at] for at in places)
        found = []
        for result in recognize_all(said, self._intents[lang], language=lang):
            slots = _slots(result, text, places, lang)
            if slots is not None:
                found.append((_rank(result), result.intent.name, slots))
        if not found:
            return []
        _, intent, slots = min(found, key=lambda one: one[:2])
        return [(intent, slots)]


_WARM_UP: Mapping[Lang, str] = {"zh": "温度调到二十二度", "en": "set the temperature to twenty two degrees"}


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
        lambda found: f"{{{found[1]}:{found[1]}{_KIND}{found[2] or found[1]}}}", _QUANTITY.sub(rule, spaced)
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


def _slots(result: RecognizeResult, text: str, places: list[int], lang: Lang) -> dict[str, object] | None:
    """The slots of a result; None when a wildcard holds no such value as it should."""
    slots: dict[str, object] = {}
    for entity in result.entities_list:
        value = _words(entity, text, places) if entity.is_wildcard else entity.value
        kind, between, name = entity.name.rpartition(_KIND)
        if between and (value := _read(kind, str(value), lang)) is None:
            return None
        slots[name] = value
    return slots


def _words(entity: MatchEntity, text: str, places: list[int]) -> str:
    """What a wildcard holds, as it was written."""
    if entity.text_span is None or entity.text_span[0] >= entity.text_span[1]:
        return entity.text.strip()
    start, end = entity.text_span
    return text[places[start] : places[end - 1] + 1].strip()


def _read(kind: str, words: str, lang: Lang) -> str | None:
    tokens = tokenise(clean(words))
    readers: Mapping[str, Callable[[], Iterable[tuple[int, str]]]] = {
        "time": lambda: read_time(tokens, 0, lang),
        "digits": lambda: [read_digits(tokens, 0, lang)],
    }
    return next((value for end, value in readers[kind]() if value and end == len(tokens)), None)


def _rank(result: RecognizeResult) -> tuple[int, int, int]:
    """Home Assistant's order: few wildcards, much literal text, little text in wildcards."""
    wildcards = [entity for entity in result.entities_list if entity.is_wildcard]
    return len(wildcards), -result.text_chunks_matched, sum(len(entity.text) for entity in wildcards)


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """Raises `_TooSlowError` in the body after `seconds`."""

    def late(_number: int, _frame: FrameType | None) -> None:
        raise _TooSlowError

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


# A language model

QWEN = "qwen2.5-coder-0.5b"
CONTEXT_TOKENS = 8192
ANSWER_TOKENS = 200
MOST_ACTS = 4
SHOWN_VALUES = 12
"""A closed list that is longer is not listed in the prompt; its values are words of the sentence then."""
READ_BY_NOBODY = frozenset({"topic", "talk"})

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

NUMBER = "number"
FREE = "words"
SlotKinds = Mapping[str, str | tuple[str, ...]]
"""Slot to `NUMBER`, `FREE` or its closed values."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """Every intent that can be said, with its slots; `names` are what a control or reading is called in Chinese."""

    intents: Mapping[str, SlotKinds]
    names: Mapping[str, str]

    @classmethod
    def of(cls, skills: SkillSet) -> Inventory:
        found: dict[str, dict[str, str | tuple[str, ...]]] = {}
        for lang in LANGS:
            for sentence in Language(skills, lang).sentences:
                if not sentence.intent.endswith(f".{MENTION}"):
                    slots = found.setdefault(sentence.intent, {})
                    for slot in slots_of(sentence.node):
                        if slot.name not in READ_BY_NOBODY:
                            slots[slot.name] = _merged(slots.get(slot.name), slot)
        families = {intent.rpartition(".")[0] for intent in found}
        return cls(dict(sorted(found.items())), {family: skills.name("zh", family) for family in families})


def _merged(known: str | tuple[str, ...] | None, slot: Slot) -> str | tuple[str, ...]:
    """What a slot can hold, given what other sentences let it hold."""
    if slot.kind in VALUE_KINDS:
        return NUMBER
    values = tuple(dict.fromkeys(value for value, _ in slot.choices))
    if known is None:
        return values or FREE
    if isinstance(known, tuple) and values:
        return tuple(dict.fromkeys((*known, *values)))
    return known if known == NUMBER else FREE


class QwenPeer:
    """Qwen2.5-Coder-0.5B-Instruct through xllamacpp, told the same intents and slots in its prompt.

    It can answer nothing but well-formed acts with these intents and their slots. The prompt up to the sentence is
    kept between calls; making the peer reads it for the first time. `last` is the engine's account of the last call.
    """

    name = "qwen2.5-coder-0.5b"

    def __init__(self, skills: SkillSet, model: Path | None = None, threads: int = 0) -> None:
        """Raises `UnderstandingError` (`nlu-no-engine`) without xllamacpp, `ModelError` (`model-missing`)."""
        try:
            engine: Any = import_module("xllamacpp")
        except ImportError as error:
            raise UnderstandingError("no-engine", "pip install xllamacpp for the language model") from error
        inventory = Inventory.of(skills)
        self._intents = frozenset(inventory.intents)
        self._system, self._grammar = prompt(inventory), grammar(inventory)
        parameters = engine.CommonParams()
        parameters.model.path = str(model or pulled())
        parameters.n_ctx, parameters.n_parallel, parameters.verbosity = CONTEXT_TOKENS, 1, -1
        if threads:
            parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads
        self._server = engine.Server(parameters)
        self.last: Mapping[str, float] = {}
        self.understand("hello", "en")

    def understand(self, text: str, lang: Lang) -> Acts:  # noqa: ARG002 - it is told of both languages at once
        reply = self._server.handle_chat_completions(
            {
                "messages": [*messages(self._system), {"role": "user", "content": text}],
                "temperature": 0,
                "max_tokens": ANSWER_TOKENS,
                "cache_prompt": True,
                "grammar": self._grammar,
            }
        )
        if "choices" not in reply:
            raise UnderstandingError("engine-failed", f"the language model did not answer: {reply}")
        self.last = reply.get("timings", {})
        return acts_of(reply["choices"][0]["message"]["content"], self._intents)


def pulled() -> Path:
    """The model's file. Raises `ModelError` (`model-missing`)."""
    store = ModelStore(Settings().models_dir)
    if (state := store.state(QWEN)) != "present":
        raise ModelError("missing", f"{QWEN} is {state}: cockpit models pull {QWEN}")
    model = store.manifest.model(QWEN)
    return store.models_dir / model.folder / model.files[0].path


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


def acts_of(answer: str, intents: frozenset[str]) -> Acts:
    """The acts of an answer of the language model; what is no act with a known intent is passed over."""
    try:
        listed = json.loads(answer)
    except ValueError:
        return []
    acts: Acts = []
    for item in listed if isinstance(listed, list) else [listed]:
        intent, slots = (item.get("intent"), item.get("slots")) if isinstance(item, dict) else (None, None)
        if isinstance(intent, str) and intent in intents:
            acts.append((intent, dict(slots) if isinstance(slots, dict) else {}))
    return acts
