"""The first understanding: the skills' own sentence templates, several acts a sentence, forgiving to mishearing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from cockpit.nlu.grammar import Compiler, Needs, Node
from cockpit.nlu.matcher import Fillers, Match, Matcher
from cockpit.nlu.quantities import Quantity
from cockpit.nlu.sound import Vocabulary
from cockpit.nlu.tokens import Token, clean, tokenise
from cockpit.ports import UnderstanderCapabilities
from cockpit.skillset import ControlPhrases, SkillSet
from cockpit.types import LANGS, Act, Lang, SlotValue, Understanding

ACT_COST = 0.35
MENTION_COST = 0.5
FOLLOW_UP_COST = 0.37
"""A little more than a skill's act, so that a sentence which is both is the skill's."""
ANSWER_COST = 0.15
UNASKED_COST = 0.1
"""What any other act costs more while a question waits for its answer."""
RUN_ON_COST = 0.3
"""For an act that follows another without a pause or a connector."""
ASIDE_COST, ASIDE_TOKEN_COST = 0.6, 0.15
MAX_SOUND_PER_TOKEN = 0.12
"""How much mishearing a whole sentence may hold, per token; chosen on the development cases."""
MAX_TOKENS = 80
"""Longer texts are no commands and are not looked at."""
MENTION = "mention"
MUST_STAND_APART = frozenset({"dialog.yes", "dialog.no"})
"""Acts that are none when another follows without a pause: "don't open the window" is no "no" and an "open"."""
Lists = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class _Step:
    """One act (or an aside, when `intent` is empty) over tokens `start` to `end` of the best reading so far."""

    intent: str
    match: Match
    start: int


@dataclass(frozen=True, slots=True)
class _Path:
    cost: float
    sound: float
    steps: tuple[_Step, ...]
    apart: bool = True
    """Whether a pause or a connector stands before what comes next."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    intent: str
    node: Node
    needs: Needs


class Language:
    """The compiled templates of one language."""

    def __init__(self, skills: SkillSet, lang: Lang) -> None:
        grammar = skills.grammars[lang]
        rules, lists = dict(grammar.rules), dict(grammar.lists)
        for skill in skills.skills.values():
            rules.update(skill.phrases[lang].rules)
            lists.update(skill.phrases[lang].lists)
        self._compiler = Compiler(rules, lists)
        self.fillers = _by_first_word(grammar.fillers)
        self.articles = _by_first_word(grammar.articles)
        self.connectors = _by_first_word(grammar.connectors)
        self.asides = _by_first_word(grammar.asides)
        self._refusals = [_words(phrase) for phrase in grammar.refusals]
        self.sentences = [
            self._sentence(intent, node) for intent, node in self._sentences(skills, lang, self._compiler, lists)
        ]
        self.answers = {
            slot: [self._sentence(f"answer.{slot}", self._compiler.template(text)) for text in templates]
            for slot, templates in grammar.answers.items()
        }
        self.sounds = Vocabulary(self._compiler.vocabulary, lang)

    def refuses(self, tokens: tuple[Token, ...]) -> bool:
        """Whether anything in `tokens` turns a request into its opposite."""
        return any(_reads(tokens, at, words) for words in self._refusals for at in range(len(tokens)))

    def _sentence(self, intent: str, node: Node) -> _Sentence:
        return _Sentence(intent, node, self._compiler.needs(node))

    def index(self, present: frozenset[str], expecting: str) -> dict[str, list[_Sentence]]:
        """The sentences that an utterance with the tokens `present` could be, by how they can begin."""
        index: dict[str, list[_Sentence]] = {}
        for sentence in (*self.sentences, *self.answers.get(expecting, ())):
            if all(need & present for need in sentence.needs):
                for start in self._compiler.starts(sentence.node):
                    index.setdefault(start, []).append(sentence)
        return index

    @staticmethod
    def _sentences(skills: SkillSet, lang: Lang, compiler: Compiler, lists: Lists) -> Iterator[tuple[str, Node]]:
        grammar = skills.grammars[lang]
        for intent, templates in grammar.dialog.items():
            yield from ((f"dialog.{intent}", compiler.template(t)) for t in templates)
        for skill in skills.skills.values():
            phrases = skill.phrases[lang]
            for control, shape in skill.manifest.controls.items():
                if control not in phrases.controls:
                    continue  # TMP
                spoken = phrases.controls[control]
                local: dict[str, Node] = {"it": compiler.template(spoken.it)}
                if spoken.choices:
                    local["choice"] = compiler.choice_slot("choice", "choice", _choices(spoken, lists))
                for operation, templates in (*grammar.shapes[shape].items(), *spoken.sentences.items()):
                    yield from ((f"{control}.{operation}", compiler.template(t, local)) for t in templates)
            for reading, templates in phrases.readings.items():
                yield from ((f"{reading}.read", compiler.template(t)) for t in templates)
            for intent, templates in phrases.intents.items():
                yield from ((intent, compiler.template(t)) for t in templates)


class TemplateUnderstander:
    """Satisfies `ports.Understander`."""

    def __init__(self, skills: SkillSet) -> None:
        self._languages = {lang: Language(skills, lang) for lang in LANGS}
        intents = sorted({sentence.intent for language in self._languages.values() for sentence in language.sentences})
        self.capabilities = UnderstanderCapabilities("templates", LANGS, tuple(intents))
        self._known = frozenset(intents)

    def understand(self, text: str, lang: Lang, expecting: str = "") -> Understanding:
        """The cheapest reading of the whole text, first by its words, then by their sound.

        By sound a recogniser's punctuation is not believed either; and what refuses is never heard as a request.
        """
        language = self._languages[lang]
        cleaned = clean(text)
        tokens = tokenise(cleaned)
        nothing = Understanding((), lang, 0.0, text)
        if not tokens or len(tokens) > MAX_TOKENS:
            return nothing
        attempts: list[tuple[tuple[Token, ...], Vocabulary | None]] = [(tokens, None)]
        if not language.refuses(tokens):
            attempts.append((tuple(token for token in tokens if not token.punctuation), language.sounds))
        for said, sounds in attempts:
            matcher = Matcher(cleaned, said, lang, language.fillers, language.articles, sounds)
            path = _Reader(language, matcher, expecting).best()
            if path is not None and path.sound <= MAX_SOUND_PER_TOKEN * len(said):
                return self._understanding(path, cleaned, said, lang) or nothing
        return nothing

    def _understanding(self, path: _Path, cleaned: str, tokens: tuple[Token, ...], lang: Lang) -> Understanding | None:
        """What a path says; None when a bare mention finds no operation that its control knows."""
        confidence = max(0.0, 1.0 - path.sound / 2)
        acts, asides = [], []
        for step in path.steps:
            text = cleaned[tokens[step.start].start : tokens[step.match.end - 1].end]
            if step.intent:
                acts.append(Act(step.intent, _slots(step.match), confidence, text))
            else:
                asides.append(text)
        shared = _verbs_shared(acts)
        if any(act.intent not in self._known and not act.intent.startswith("answer.") for act in shared):
            return None
        return Understanding(tuple(shared), lang, confidence, " ".join(asides))


class _Reader:
    """Finds the cheapest sequence of acts that accounts for a whole utterance."""

    def __init__(self, language: Language, matcher: Matcher, expecting: str) -> None:
        self._language, self._matcher = language, matcher
        self._expecting = expecting
        self._index = language.index(matcher.present, expecting)

    def best(self) -> _Path | None:
        """The cheapest path from the first token to the last, or None."""
        tokens = self._matcher.tokens
        paths: dict[int, _Path] = {0: _Path(0.0, 0.0, ())}
        for at in range(len(tokens)):
            path = paths.get(at)
            if path is None:
                continue
            for end, longer in self._steps(path, at):
                known = paths.get(end)
                if known is None or longer.cost < known.cost:
                    paths[end] = longer
        path = paths.get(len(tokens))
        return path if path is not None and _says_something(path) else None

    def _steps(self, path: _Path, at: int) -> Iterator[tuple[int, _Path]]:
        for sentence in self._sentences(at):
            base = self._base_cost(sentence.intent, path, at)
            for match in self._matcher.match(sentence.node, at):
                if match.end <= at:
                    continue
                step = _Step(sentence.intent, match, at)
                longer = _Path(path.cost + base + match.cost, path.sound + match.sound, (*path.steps, step))
                for end, cost, apart in self._after(match.end):
                    if apart or end == len(self._matcher.tokens) or sentence.intent not in MUST_STAND_APART:
                        yield end, replace(longer, cost=longer.cost + cost, apart=apart)
        yield from self._aside(path, at)

    def _base_cost(self, intent: str, path: _Path, at: int) -> float:
        skill, _, operation = intent.partition(".")
        if skill == "answer":
            return ANSWER_COST
        if skill == "dialog":
            base = FOLLOW_UP_COST
        else:
            base = (MENTION_COST if operation == MENTION else ACT_COST) + (UNASKED_COST if self._expecting else 0.0)
        return base + (0.0 if path.apart or at == 0 else RUN_ON_COST)

    def _sentences(self, at: int) -> Iterable[_Sentence]:
        found = {id(sentence): sentence for mark in self._matcher.marks(at) for sentence in self._index.get(mark, ())}
        return found.values()

    def _after(self, end: int) -> Iterator[tuple[int, float, bool]]:
        """Places where the next act may begin, and whether a pause or connector sets it apart."""
        tokens = self._matcher.tokens
        for place, cost in self._matcher.starts(end):
            yield place, cost, any(token.punctuation for token in tokens[end:place])
            for words in self._language.connectors.get(tokens[place].text, ()) if place < len(tokens) else ():
                if _reads(tokens, place, words):
                    for after, more in self._matcher.starts(place + len(words)):
                        yield after, cost + more, True

    def _aside(self, path: _Path, at: int) -> Iterator[tuple[int, _Path]]:
        """A clause that only explains: after an act, or before one when it begins as such clauses do."""
        tokens = self._matcher.tokens
        phrases = self._language.asides.get(tokens[at].text, ())
        end = next((n for n in range(at, len(tokens)) if tokens[n].punctuation), len(tokens))
        clause = tokens[at:end]
        if not clause or not (at == 0 or tokens[at - 1].punctuation):
            return
        if not any(_reads(tokens, at, words) for words in phrases) or self._language.refuses(clause):
            return
        step, price = _Step("", Match(end), at), path.cost + ASIDE_COST + ASIDE_TOKEN_COST * len(clause)
        yield min(end + 1, len(tokens)), _Path(price, path.sound, (*path.steps, step))


def _says_something(path: _Path) -> bool:
    """Whether anything but mentions and asides was said, and every mention has a neighbour to take its verb from."""
    return any(step.intent and not step.intent.endswith(MENTION) for step in path.steps)


def _slots(match: Match) -> dict[str, SlotValue]:
    slots: dict[str, SlotValue] = {}
    for name, value in match.slots:
        if isinstance(value, Quantity):
            slots[name], slots[f"{name}_unit"] = value.value, value.unit
        elif isinstance(value, str):
            slots[name] = value
    return slots


def _verbs_shared(acts: list[Act]) -> list[Act]:
    """Gives each bare mention ("…and the steering wheel heater") the operation of its nearest neighbour."""
    shared: list[Act] = []
    for place, act in enumerate(acts):
        if not act.intent.endswith(f".{MENTION}"):
            shared.append(act)
            continue
        spoken = [
            other for other in (*reversed(acts[:place]), *acts[place + 1 :]) if not other.intent.endswith(MENTION)
        ]
        control, operation = act.intent.rpartition(".")[0], spoken[0].intent.rpartition(".")[2]
        slots = {name: value for name, value in spoken[0].slots.items() if not name.startswith("zone")}
        shared.append(replace(act, intent=f"{control}.{operation}", slots={**slots, **act.slots}))
    return shared


def _choices(spoken: ControlPhrases, lists: Lists) -> Mapping[str, str]:
    return lists[spoken.choices] if isinstance(spoken.choices, str) else spoken.choices


def _by_first_word(phrases: list[str]) -> Fillers:
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for words in filter(None, map(_words, phrases)):
        found[words[0]] = (*found.get(words[0], ()), words)
    return found


def _words(phrase: str) -> tuple[str, ...]:
    return tuple(token.text for token in tokenise(clean(phrase)))


def _reads(tokens: tuple[Token, ...], at: int, words: tuple[str, ...]) -> bool:
    return tuple(token.text for token in tokens[at : at + len(words)]) == words
