"""What is made of sampled sentences: several acts in one breath, half sentences, fillers, speech that is no command."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from cockpit.nlu.grammar import Node
from cockpit.nlu.templates import SAME_VERB
from cockpit.nlu.tokens import clean, tokenise
from cockpit.types import Lang
from cockpit.yamlfile import read_yaml
from models.training.examples import Example, after_edit, joined
from models.training.reasons import Reasons
from models.training.sampling import Sampler

SHAREABLE = ("on", "off", "open", "close", "up", "down", "max", "min")
"""Operations that one verb can carry over to another thing ("the heater and the seat heating off")."""
FRAMED = 0.35
"""Share of the speech that is no command in which a command or a thing in the car is only talked about."""
NEGATIVE_KIND = {
    "radio": ("not_addressed", ""), "passengers": ("not_addressed", ""), "about_car": ("not_addressed", ""),
    "half": ("", ""), "refused": ("not_addressed", ""), "chat": ("chat", "talk"),
    "knowledge": ("chat", "knowledge"), "other_request": ("chat", "knowledge"),
}  # fmt: skip
LEADS = {
    "zh": "哎呀 哎 不好意思 等等 完了 哦对 "
    "请 麻烦你 帮我 给我 你好 那个 嗯 呃 哎 小助手 能不能 可以 我想 我要 现在 赶紧 快 先 那就 好 师傅 劳驾 诶 "
    "那什么 对了".split(),
    "en": "whoa|oh|oops|sorry|wait|actually|hang on|hmm|"
    "please|could you|can you|would you|hey|ok|okay|uh|um|so|well|hi there|hey car|right|listen|excuse me|"
    "could you please|can we|i want you to|id like you to|now|quickly|just|alright|erm|go ahead and".split("|"),
}  # fmt: skip
TAILS = {
    "zh": "吧 啊 呀 呗 谢谢 好吗 行不行 一下 了 哈 哦 嘛 谢了 快点 可以吗 啦".split(),
    "en": "please|thanks|thank you|will you|would you|now|for me|ok|mate|dear|right away|if you can|cheers|"
    "yeah".split("|"),
}  # fmt: skip
LINKS = {
    "zh": "然后 再 并且 顺便 还有 接着 同时 和 另外 再帮我 顺手 完了 之后 以及 也".split(),
    "en": "and|then|and then|and also|also|plus|after that|and please|as well as|and while youre at it".split("|"),
}  # fmt: skip


def words_of(text: str) -> tuple[str, ...]:
    return tuple(token.text for token in tokenise(clean(text)))


class Mixer:
    """Makes whole utterances out of a sampler's sentences."""

    def __init__(self, sampler: Sampler, phrases: Path, rng: random.Random) -> None:
        self.lang: Lang = sampler.lang
        self.sampler, self._rng = sampler, rng
        mentions = [intent for intent in sampler.pools if intent.endswith(".mention")]
        known = set(sampler.intents)
        self._mentions = {
            operation: [(m, found) for m in mentions if (found := self._shared(m, operation, known))]
            for operation in SHAREABLE
        }
        self._carriers = {
            operation: [
                intent
                for intent in sampler.intents
                if intent.rpartition(".")[2] == operation and "dialog" not in intent
            ]
            for operation in SHAREABLE
        }
        self._requests = [intent for intent in sampler.intents if not intent.startswith(("dialog.", "answer."))]
        self._weights = [sampler.weights[sampler.intents.index(intent)] for intent in self._requests]
        self._reasons = Reasons(sampler, phrases, rng)
        file = phrases / self.lang / "negatives.yaml"
        self._negatives = _negatives(file, sampler) if file.is_file() else {}
        frames = phrases / self.lang / "frames.yaml"
        self._frames = [sampler.compiled(text) for text in read_yaml(frames)] if frames.is_file() else []

    @staticmethod
    def _shared(mention: str, operation: str, known: set[str]) -> str:
        control = mention.rpartition(".")[0]
        for verb in (operation, SAME_VERB.get(operation, "")):
            if f"{control}.{verb}" in known:
                return f"{control}.{verb}"
        return ""

    def single(self) -> Example:
        return self.dressed(self.sampler.any())

    def about(self, intents: Sequence[str]) -> Example:
        """An act of `intents`, now and then with another one."""
        example = self.sampler.sentence(self._rng.choice(intents))
        if self._rng.random() < 0.15:
            other = self.sampler.sentence(self._rng.choices(self._requests, self._weights)[0])
            pair = [example, other] if self._rng.random() < 0.5 and other.acts else [other, example]
            example = joined(pair, [self._link()]) if other.acts else example
        return self.dressed(example)

    def explained(self) -> Example:
        return self.dressed(self._reasons.explained())

    def several(self) -> Example:
        if self._rng.random() < 0.3:
            return self.dressed(self._verb_shared())
        count = self._rng.choice((2, 2, 2, 3))
        chosen = self._rng.choices(self._requests, self._weights, k=count)
        parts = [self.sampler.sentence(intent) for intent in chosen]
        parts = [part for part in parts if part.acts] or [self.sampler.sentence("ac.on")]
        # What is taken word for word to the end of the utterance can only come last.
        parts.sort(
            key=lambda part: any(slot.name in ("text", "title", "query") for act in part.acts for slot in act.slots)
        )
        return self.dressed(joined(parts, [self._link() for _ in parts[1:]]))

    def _link(self) -> tuple[str, ...]:
        kind = self._rng.random()
        words = words_of(self._rng.choice(LINKS[self.lang]))
        if kind < 0.35:
            return (",",)
        if kind < 0.55:
            return (",", *words)
        return words if kind < 0.92 else ()

    def _verb_shared(self) -> Example:
        """ "Turn on the heater and the seat heating": the second has no verb of its own."""
        operation = self._rng.choice([o for o in SHAREABLE if self._mentions[o] and self._carriers[o]])
        carrier = self.sampler.sentence(self._rng.choice(self._carriers[operation]))
        mention, intent = self._rng.choice(self._mentions[operation])
        bare = self.sampler.sentence(mention)
        named = replace(bare, acts=tuple(replace(act, intent=intent) for act in bare.acts))
        link = words_of(
            self._rng.choice(("和", "跟", "还有", "以及") if self.lang == "zh" else ("and", "and also", "as well as"))
        )
        first = self._rng.random() < 0.35
        return joined([named, carrier] if first else [carrier, named], [link])

    def dressed(self, example: Example) -> Example:
        """With what people say before and after a request, which belongs to no act."""
        if example.expecting or example.kind in ("yes", "no"):
            return example
        before = words_of(self._rng.choice(LEADS[self.lang])) if self._rng.random() < 0.25 else ()
        after = words_of(self._rng.choice(TAILS[self.lang])) if self._rng.random() < 0.2 else ()
        if any(slot.name in ("text", "title") for act in example.acts for slot in act.slots):
            after = ()
        if before and self._rng.random() < 0.2:
            before = (*before, ",")
        kept = [(word, -1) for word in before] + [(word, n) for n, word in enumerate(example.words)]
        return after_edit(example, [*kept, *((word, -1) for word in after)])

    def half(self, understood: Callable[[str], bool]) -> Example | None:
        """A command broken off; None when what is left would be a command itself."""
        whole = self.single()
        if len(whole.words) < 4 or not whole.acts:
            return None
        words = whole.words[: self._rng.randint(2, max(2, len(whole.words) - 1))]
        half = replace(whole, words=words, acts=(), kind="", complexity="", complete=False, private=None)
        return None if understood(half.text) else half

    def negative(self) -> Example:
        """Speech of the negative grammars."""
        if self._frames and self._rng.random() < FRAMED:
            words = self.sampler.words(self._rng.choice(self._frames))
            return Example(self.lang, words, (), "not_addressed", private=False, source="negatives/framed")
        category = self._rng.choice([*self._negatives])
        words = self.sampler.words(self._rng.choice(self._negatives[category]))
        kind, complexity = NEGATIVE_KIND[category]
        return Example(
            self.lang,
            words,
            (),
            kind,
            complexity,
            complete=category != "half",
            private=False,
            source=f"negatives/{category}",
        )

    def unpunctuated(self, example: Example) -> Example:
        """Without commas and stops, or with some put in, as recognisers do."""
        kind = self._rng.random()
        if kind < 0.5:
            kept = [(word, n) for n, word in enumerate(example.words) if word not in (",", "、")]
            return after_edit(example, kept) if kept else example
        if kind < 0.75:
            stop = self._rng.choice(("。", "?", ",") if self.lang == "zh" else (".", "?", "!"))
            return after_edit(example, [*((word, n) for n, word in enumerate(example.words)), (stop, -1)])
        return example


def _negatives(file: Path, sampler: Sampler) -> dict[str, list[Node]]:
    return {category: [sampler.compiled(text) for text in templates] for category, templates in read_yaml(file).items()}
