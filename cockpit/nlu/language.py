"""The compiled templates of one language, and which of them an utterance could be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cockpit.nlu.grammar import ANY, Compiler, Needs, Node
from cockpit.nlu.matcher import Fillers, Skips
from cockpit.nlu.sound import Vocabulary
from cockpit.nlu.tokens import Token, clean, tokenise
from cockpit.skillset import ControlPhrases, SkillSet
from cockpit.types import Lang

Lists = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Sentence:
    intent: str
    node: Node
    needs: Needs
    starts: frozenset[str]


class Language:
    """The compiled templates of one language."""

    def __init__(self, skills: SkillSet, lang: Lang) -> None:
        grammar = skills.grammars[lang]
        rules, lists = dict(grammar.rules), dict(grammar.lists)
        for skill in skills.skills.values():
            rules.update(skill.phrases[lang].rules)
            lists.update(skill.phrases[lang].lists)
        self.lang: Lang = lang
        self._compiler = Compiler(rules, lists)
        self._local = {
            control: self._names(spoken, lists)
            for skill in skills.skills.values()
            for control, spoken in skill.phrases[lang].controls.items()
        }
        self.skips = Skips(*map(_by_first_word, (grammar.fillers, grammar.articles, grammar.particles)))
        self.connectors = _by_first_word(grammar.connectors)
        self.asides = _by_first_word(grammar.asides)
        self._refusals = [_words(phrase) for phrase in grammar.refusals]
        self.sentences = [
            self._sentence(intent, self.compiled(text, intent)) for intent, text in _templates(skills, lang)
        ]
        self._by_need = self._needed()
        self.answers = {
            slot: [self._sentence(f"answer.{slot}", self._compiler.template(text)) for text in templates]
            for slot, templates in grammar.answers.items()
        }
        self.sounds = Vocabulary(self._compiler.vocabulary, lang)

    def refuses(self, tokens: tuple[Token, ...]) -> bool:
        """Whether anything in `tokens` turns a request into its opposite."""
        return any(reads(tokens, at, words) for words in self._refusals for at in range(len(tokens)))

    def nodes(self, intent: str) -> list[Node]:
        """The templates of an intent."""
        answers = (sentence for sentences in self.answers.values() for sentence in sentences)
        return [sentence.node for sentence in (*self.sentences, *answers) if sentence.intent == intent]

    def _sentence(self, intent: str, node: Node) -> Sentence:
        return Sentence(intent, node, self._compiler.needs(node), self._compiler.starts(node))

    def __getstate__(self) -> dict[str, object]:
        """For the cache: without the compiler, whose tables go by the identity of nodes."""
        return {name: value for name, value in vars(self).items() if name not in ("_compiler", "_local")}

    def index(self, present: frozenset[str], expecting: str) -> dict[str, list[Sentence]]:
        """The sentences that an utterance with the tokens `present` could be, by how they can begin."""
        index: dict[str, list[Sentence]] = {}
        for sentence in (*self._possible(present), *self.answers.get(expecting, ())):
            if all(need & present for need in sentence.needs):
                for start in sentence.starts:
                    index.setdefault(start, []).append(sentence)
        return index

    def _possible(self, present: frozenset[str]) -> Iterable[Sentence]:
        """Those sentences whose rarest need is met, in their order."""
        found = {place for mark in present | {ANY} for place in self._by_need.get(mark, ())}
        return (self.sentences[place] for place in sorted(found))

    def _needed(self) -> dict[str, list[int]]:
        """Each mark of a sentence's smallest need to the places of those sentences; what needs nothing is at ANY."""
        places: dict[str, list[int]] = {}
        for place, sentence in enumerate(self.sentences):
            for mark in min(sentence.needs, key=len, default=frozenset({ANY})):
                places.setdefault(mark, []).append(place)
        return places

    def compiled(self, template: str, intent: str) -> Node:
        """A template of `intent`: `<it>` and `{choice}` are its control's. Raises `ConfigError`."""
        return self._compiler.template(template, self._local.get(intent.rpartition(".")[0]))

    def _names(self, spoken: ControlPhrases, lists: Lists) -> dict[str, Node]:
        local: dict[str, Node] = {"it": self._compiler.template(spoken.it)}
        if spoken.choices:
            local["choice"] = self._compiler.choice_slot("choice", "choice", _choices(spoken, lists))
        return local


def _templates(skills: SkillSet, lang: Lang) -> Iterator[tuple[str, str]]:
    """Every intent with each of its templates."""
    grammar = skills.grammars[lang]
    for name, templates in grammar.dialog.items():
        yield from ((f"dialog.{name}", text) for text in templates)
    for skill in skills.skills.values():
        phrases = skill.phrases[lang]
        for control, shape in skill.manifest.controls.items():
            spoken = phrases.controls[control]
            for operation, templates in (*grammar.shapes[shape].items(), *spoken.sentences.items()):
                yield from ((f"{control}.{operation}", text) for text in templates)
        for reading, templates in phrases.readings.items():
            yield from ((f"{reading}.read", text) for text in templates)
        for intent, templates in phrases.intents.items():
            yield from ((intent, text) for text in templates)


def _choices(spoken: ControlPhrases, lists: Lists) -> Mapping[str, str]:
    return lists[spoken.choices] if isinstance(spoken.choices, str) else spoken.choices


def _by_first_word(phrases: list[str]) -> Fillers:
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for words in filter(None, map(_words, phrases)):
        found[words[0]] = (*found.get(words[0], ()), words)
    return found


def _words(phrase: str) -> tuple[str, ...]:
    return tuple(token.text for token in tokenise(clean(phrase)))


def reads(tokens: tuple[Token, ...], at: int, words: tuple[str, ...]) -> bool:
    return tuple(token.text for token in tokens[at : at + len(words)]) == words
