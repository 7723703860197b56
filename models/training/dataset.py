"""All training examples of one seed, and their form as numbers."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from cockpit.nlu.labels import BEGIN, COMPLEXITIES, INSIDE, KINDS, OUTSIDE, Labels, parted
from cockpit.nlu.pieces import PieceReader
from cockpit.nlu.templates import TemplateUnderstander
from cockpit.nlu.tokens import Token
from cockpit.profile import load_profile
from cockpit.skillset import SkillSet
from cockpit.types import LANGS, Lang
from cockpit.yamlfile import read_yaml
from models.eval import sets
from models.eval.scoring import plain
from models.training import public
from models.training.examples import ActSpan, Example
from models.training.mixing import Mixer
from models.training.names import Names, borrowed
from models.training.noise import Noise, counted
from models.training.public_labels import PublicLabels
from models.training.rows import UNKNOWN, Row
from models.training.sampling import Sampler

HERE = Path(__file__).parent
MAX_PIECES = 64
SHARES = {"single": 0.36, "explained": 0.12, "several": 0.16, "negative": 0.20, "half": 0.03, "public": 0.13}
"""How the examples are made up."""
FOCUS = 1 / 3
NOISY = 0.55
RATES: Mapping[Lang, tuple[float, ...]] = {"zh": (0.05, 0.1, 0.2), "en": (0.08, 0.18, 0.3)}
"""Share of sentences with words misheard, and how many of their words. A misheard English word keeps some of its
letters, so that with every fourth word wrong about a tenth of the characters are."""
COMMON_CHARACTERS = [bytes((high, low)).decode("gb2312") for high in range(0xB0, 0xD7) for low in range(0xA1, 0xFF)]
"""The first level of GB 2312, ordered by sound: what a recogniser may write for a character it did not know."""
EXPECTED_ANYWAY = 0.03
"""Share of other utterances that come while a question waits."""
SPLIT = 0.15
"""Share of Chinese sentences in which words are read character by character."""
WEIGHTS = {"slot": 2.0, "kind": 0.5, "complete": 0.4, "complexity": 0.25, "private": 0.25}
"""What the heads count whose count is not 1."""


class Examples:
    """An endless, seeded supply of examples from the skills, the paraphrases and the public sets in `data`.

    No sentence by which the network is judged is among them, not even by chance.
    """

    def __init__(
        self,
        skills: SkillSet,
        templates: TemplateUnderstander,
        profile: Path,
        data: Path,
        seed: int,
        focus: frozenset[str] = frozenset(),
    ) -> None:
        """Of the intents in `focus`, those of a new skill, comes every third example."""
        self._rng = random.Random(seed)
        self._templates = templates
        units = units_of(profile)
        self.mixers: dict[Lang, Mixer] = {}
        for lang in LANGS:
            names = Names(read_yaml(HERE / f"values.{lang}.yaml"), self._rng, borrowed(data, lang))
            sampler = Sampler(skills, templates.languages[lang], HERE / "phrases", names, units, self._rng)
            self.mixers[lang] = Mixer(sampler, HERE / "phrases", self._rng)
        self.intents = frozenset(intent for mixer in self.mixers.values() for intent in mixer.sampler.intents)
        labelled = PublicLabels(templates.languages["en"], self.intents)
        self.public = [
            example
            for source in ("massive", "hwu64", "clinc150", "snips", "ms_skills")
            for sentence in public.read(data, source)
            for example in labelled.examples(sentence)
        ]
        self._focus = [intent for intent in sorted(self.intents) if intent in focus]
        common = [mixer.single().words for mixer in self.mixers.values() for _ in range(6000)]
        counts = counted([*common, *(example.words for example in self.public)])
        counts.update(2 * COMMON_CHARACTERS)
        self.noise = {lang: Noise(lang, counts, self._rng) for lang in LANGS}
        self._held_out = frozenset(plain(row.say) for row in (*sets.commands(), *sets.no_commands(), *sets.overheard()))

    def __iter__(self) -> Iterator[Example]:
        kinds, weights = [*SHARES], [*SHARES.values()]
        while True:
            kind = self._rng.choices(kinds, weights)[0]
            mixer = self.mixers[self._rng.choices(LANGS, (0.55, 0.45))[0]]
            if self._focus and self._rng.random() < FOCUS:
                example: Example | None = mixer.about(self._focus)
            elif kind == "public":
                if not self.public:
                    continue
                example = self._rng.choice(self.public)
            elif kind == "half":
                example = mixer.half(partial(self._understood, mixer.lang))
            else:
                example = getattr(mixer, kind)()
            if example is not None and not self.held_out(example):
                yield self._spoken(example, mixer)

    def held_out(self, example: Example) -> bool:
        """Whether the network is judged by this very sentence."""
        return plain(example.text) in self._held_out

    def _understood(self, lang: Lang, text: str) -> bool:
        return bool(self._templates.understand(text, lang).acts)

    def _spoken(self, example: Example, mixer: Mixer) -> Example:
        """As a recogniser would write it."""
        if self._rng.random() < 0.6:
            example = mixer.unpunctuated(example)
        if example.source != "negatives/refused" and self._rng.random() < NOISY:  # a lost "don't" turns it round
            example = self.noise[example.lang].misheard(example, self._rng.choice(RATES[example.lang]))
        if not example.expecting and self._rng.random() < EXPECTED_ANYWAY:
            example = replace(
                example, expecting=self._rng.choice(("value", "confirm", "contact", "destination", "query"))
            )
        return example


def units_of(profile: Path) -> dict[str, str]:
    """Control to the unit of its values."""
    return {name: str(control.unit) for name, control in load_profile(profile).controls.items() if control.unit}


def labels_for(skills: SkillSet, examples: Examples, inner: tuple[int, ...]) -> Labels:
    """The classes of the heads: what the skills hold, no more."""
    alone = {intent for skill in skills.skills.values() for intent in skill.manifest.intents}
    intents = sorted(i for i in examples.intents if i not in ("dialog.chat", "dialog.talk"))
    pairs = {intent: parted(intent, alone) for intent in intents}
    slots = sorted({slot for mixer in examples.mixers.values() for slot in mixer.sampler.slots})
    expecting = sorted({slot for grammar in skills.grammars.values() for slot in grammar.answers})
    targets = tuple(sorted({target for target, _ in pairs.values()}))
    operations = tuple(sorted({operation for _, operation in pairs.values()}))
    return Labels(targets, operations, tuple(slots), pairs, inner, tuple(expecting))


class Encoder:
    """Examples as rows of numbers."""

    def __init__(self, reader: PieceReader, labels: Labels, rng: random.Random, split: float = 0.0) -> None:
        self._reader, self._labels, self._rng, self._split = reader, labels, rng, split

    def rows(self, examples: Iterable[Example]) -> Iterator[Row]:
        for example in examples:
            yield self.row(example)

    def row(self, example: Example) -> Row:
        tokens = [Token(word, 0, 0) for word in example.words]
        pieces = self._reader.read(tokens, example.expecting)
        ids, spans = pieces.ids, pieces.tokens
        if self._rng.random() < self._split:
            ids, spans = taken_apart(self._reader, ids, spans, self._rng)
        ids, spans = ids[:MAX_PIECES], spans[:MAX_PIECES]
        heads = {head: [UNKNOWN] * len(ids) for head in self._labels.piece_heads}
        if example.acts_known and example.complete is not False:
            self._tag(example, spans, heads)
        elif example.complete is False:
            heads["act"] = [OUTSIDE if last else UNKNOWN for _, last in spans]
        mean = {"complete": UNKNOWN if example.complete is None else int(example.complete)}
        if example.kind:
            mean["kind"] = KINDS.index(example.kind)
        if example.complexity:
            mean["complexity"] = COMPLEXITIES.index(example.complexity)
        if example.private is not None:
            mean["private"] = int(example.private)
        return Row(ids, heads, mean)

    def _tag(self, example: Example, spans: list[tuple[int, int]], heads: dict[str, list[int]]) -> None:
        for at, (first, last) in enumerate(spans):
            if last == 0:
                continue
            heads["act"][at] = OUTSIDE
            if example.slots_known:
                heads["slot"][at] = 0
            act = next((act for act in example.acts if first < act.end and last > act.start), None)
            if act is None:
                continue
            target, operation = self._labels.pairs[act.intent]
            heads["act"][at] = BEGIN if first <= act.start else INSIDE
            heads["target"][at] = self._labels.targets.index(target)
            heads["operation"][at] = self._labels.operations.index(operation)
            if example.slots_known:
                heads["slot"][at] = self._slot(act, first, last)

    def _slot(self, act: ActSpan, first: int, last: int) -> int:
        """The class of the head `slot` for a piece of the tokens `first` to `last`."""
        found = 0
        for slot in act.slots:
            if first < slot.end and last > slot.start and slot.name in self._labels.slots:
                found = 1 + 2 * self._labels.slots.index(slot.name) + (first > slot.start)
        return found


def taken_apart(
    reader: PieceReader, ids: list[int], spans: list[tuple[int, int]], rng: random.Random
) -> tuple[list[int], list[tuple[int, int]]]:
    """Every second piece of several Chinese characters as these, so that words the vocabulary lacks are no surprise."""
    new_ids, new_spans = [], []
    for number, (first, last) in zip(ids, spans, strict=True):
        letters = reader.piece(number).removeprefix("▁")
        parts = [reader.id(letter) for letter in letters]
        if last - first != len(letters) or len(letters) < 2 or None in parts or rng.random() < 0.5:
            new_ids.append(number)
            new_spans.append((first, last))
        else:
            new_ids += [part for part in parts if part is not None]
            new_spans += [(first + n, first + n + 1) for n in range(len(letters))]
    return new_ids, new_spans
