"""Understanding by the trained network, with the skills' own sentences as its witness.

The network meets every utterance first. What the authors of a skill wrote word for word is a second opinion: where
both agree it settles the values, where they differ the network is asked how likely it holds the other reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from cockpit.nlu.confidence import Evidence
from cockpit.nlu.consideration import Candidate, Consideration, Utterance
from cockpit.nlu.grammar import FREE_KINDS, slots_of
from cockpit.nlu.grounding import Grounder
from cockpit.nlu.matcher import Matcher
from cockpit.nlu.mending import Mender
from cockpit.nlu.pieces import written
from cockpit.nlu.segments import Segment, Segmenter
from cockpit.nlu.tagger import Tagged, Tagger
from cockpit.nlu.templates import TemplateReading, TemplateUnderstander
from cockpit.nlu.tokens import Token, clean, tokenise
from cockpit.nlu.witness import Witness
from cockpit.nlu.wording import parsed, unpacked
from cockpit.ports import UnderstanderCapabilities
from cockpit.skillset import SkillSet
from cockpit.types import LANGS, Act, Lang, Understanding

MAX_TOKENS = 80
"""Longer texts are no commands and are not looked at."""
MAX_LETTERS = 40
"""Nor are texts with longer words, which are none in either language."""
SUPPORT = {"literal": 0.0, "free": 0.1, "by_sound": 0.1}
"""How likely the network must hold a reading of the templates that it would not have chosen itself: one that is word
for word what an author wrote, one of which that is so but for a name or free text, one that only sounds like it. Chosen
on the development half of models/eval/sets."""
DOUBTED = 0.1
SUPPORT_IN_DOUBT = {"literal": 0.1, "free": 0.5, "by_sound": 0.5}
"""How likely it must hold one where it is surer than `DOUBTED` that nothing is asked of the car."""
IDLE = {"literal": 0.98, "free": 0.98, "by_sound": 0.4}
"""The greatest certainty that an utterance is no request at all at which such a reading is still believed."""
SUPPORT_IN_TALK = 0.25
"""How likely it must hold a sentence that a skill's author wrote, word for word, for that to be believed however much
the whole looks like talk ("open the fridge", in a car that has none)."""
CUT = 0.2
"""Below this probability of being complete nothing is believed, whoever agrees."""
BROKEN_OFF, BROKEN_OFF_SUPPORT = 0.5, 0.8
"""Below this probability of being complete, a sentence must mean this much to the network for the templates to be
believed: 打电话的那个，呃 is no call."""
TALK = 0.9
"""From this certainty on that nothing is asked of the car, no one wonders what was misheard."""
STRANGE = 0.2
"""Where this share of the words is known to nobody, the network cannot be certain of anything."""
BARE: Mapping[Lang, int] = {"zh": 4, "en": 2}
"""Tokens of an utterance that is no more than a name."""
ANSWER_SUPPORT, ANSWER_IDLE = 0.02, {False: 0.5, True: 0.8}
"""How likely the network must hold it that a whole utterance answers the question that waits, where the templates take
it for a name or free text, and how sure it may be that it is talk. A bare name says little: there the question alone
tells what it is, and less doubt keeps it from being believed."""


class JointUnderstander:
    """Satisfies `ports.Understander`."""

    def __init__(self, skills: SkillSet, model: Path, templates: TemplateUnderstander | None = None) -> None:
        """`model` is the folder of the trained network, `templates` those of `skills` if they are compiled already.

        Raises `ModelError`.
        """
        self.tagger = Tagger(model)
        self.templates = templates or TemplateUnderstander(skills)
        self._segmenter = Segmenter(self.tagger.labels)
        self._grounders = {lang: Grounder(self.templates.languages[lang]) for lang in LANGS}
        self._witnesses = {lang: Witness(self.templates.languages[lang]) for lang in LANGS}
        self._words = unpacked(model / "words.json.gz")
        self.capabilities = UnderstanderCapabilities("joint", LANGS, self.templates.capabilities.intents)

    @cached_property
    def _menders(self) -> Mapping[Lang, Mender]:
        """Made when first needed: a start need not wait for them."""
        return {lang: Mender(wording, lang) for lang, wording in parsed(self._words).items()}

    def understand(self, text: str, lang: Lang, expecting: str = "") -> Understanding:
        return self.consider(text, lang, expecting).understanding

    def consider(self, text: str, lang: Lang, expecting: str = "") -> Consideration:
        """The understanding of `text` with all that led to it."""
        cleaned = clean(text)
        tokens = tokenise(cleaned)
        if not tokens or len(tokens) > MAX_TOKENS or max(len(token.text) for token in tokens) > MAX_LETTERS:
            nothing = Understanding((), lang, 0.0, text, complete=False)
            return Consideration(tokens, None, (), None, 0.0, "nothing", "too_long" if tokens else "empty", nothing)
        first = self._look(Utterance(text, cleaned, tokens, lang, expecting))
        again = self._second_look(first, cleaned, lang, expecting)
        if again is None:
            return first
        surer = again.understanding.confidence >= first.understanding.confidence
        return again if surer or (_literally(again) and first.chosen == "network") else first

    def _second_look(self, first: Consideration, cleaned: str, lang: Lang, expecting: str) -> Consideration | None:
        """The surest look at what was probably said, unless the words as they are say what a skill's author wrote, or
        break off; None where nothing comes of it."""
        if first.tagged is None or _literally(first) or self._any_words(lang, expecting):
            return None
        heard = [token.text for token in first.tokens]
        hopeless = first.tagged.complete < CUT or first.tagged.idle > TALK
        if hopeless and self._menders[lang].strange(heard) < STRANGE:
            return None
        as_heard = Matcher(cleaned, first.tokens, lang, self.templates.languages[lang].skips)
        texts = [written(words)[0] for words in self._menders[lang].mended(heard) if [*words] != heard]
        said = [Utterance(text, text, tokenise(text), lang, expecting) for text in texts]
        looks = [self._look(one, as_heard) for one in said if len(one.tokens) == len(heard)]
        found = [look for look in looks if look.chosen != "nothing"]
        best = max(found, key=lambda look: look.understanding.confidence, default=None)
        return best and replace(best, tokens=first.tokens)

    def _any_words(self, lang: Lang, expecting: str) -> bool:
        """Whether a question waits that any words could answer, so that none can be told to be misheard."""
        sentences = self.templates.languages[lang].answers.get(expecting, ())
        return any(slot.kind in FREE_KINDS for sentence in sentences for slot in slots_of(sentence.node))

    def _look(self, said: Utterance, as_heard: Matcher | None = None) -> Consideration:
        """At an utterance. `as_heard` has the words of names and texts, where `said` is mended."""
        tagged = self.tagger.tag(said.tokens, said.expecting)
        candidates = tuple(self._candidates(said, tagged, as_heard))
        reading = self.templates.read(said.text, said.lang, said.expecting)
        if as_heard and reading and reading.free:
            reading = None
        support = self._support(tagged, said.tokens, reading, said.expecting)
        chosen, why = self._choose(said, tagged, candidates, reading, support, mended=as_heard is not None)
        acts = self._acts(chosen, candidates, reading)
        if chosen == "network":
            enough = self.tagger.labels.thresholds.get("act", 0.0)
            acts = tuple(replace(act, doubtful=act.confidence < enough) for act in acts)
        understanding = Understanding(
            acts,
            said.lang,
            min((act.confidence for act in acts), default=0.0),
            "" if acts else said.text,
            kind=max(tagged.kind, key=lambda kind: tagged.kind[kind]),
            complete=tagged.complete >= 0.5,
            complexity=max(tagged.complexity, key=lambda name: tagged.complexity[name]),
            private=tagged.private >= 0.5,
        )
        mended = said.text if as_heard else ""
        return Consideration(said.tokens, tagged, candidates, reading, support, chosen, why, understanding, mended)

    def _candidates(self, said: Utterance, tagged: Tagged, as_heard: Matcher | None) -> Iterator[Candidate]:
        language = self.templates.languages[said.lang]
        plain = Matcher(said.cleaned, said.tokens, said.lang, language.skips)
        by_sound = Matcher(said.cleaned, said.tokens, said.lang, language.skips, language.sounds)
        for segment in self._segmenter.segments(tagged, said.tokens, said.expecting):
            intent = segment.meanings[0][0]
            grounded = self._grounders[said.lang].ground(intent, segment, plain, by_sound, as_heard or plain)
            if grounded.missing:
                intent = self._without_value(intent, segment)
            text = (as_heard or plain).said(segment.start, segment.end)
            evidence = Evidence(
                meaning=segment.confidence,
                request=1.0 - tagged.idle,
                bounds=segment.bounds,
                complete=tagged.complete,
                worded=self._witnesses[said.lang].worded(intent, segment.start, segment.end, plain),
                mended=as_heard is not None,
            )
            confidence = evidence.confidence(self.tagger.labels.calibration)
            yield Candidate(segment, grounded, evidence, Act(intent, grounded.slots, confidence, text))

    def _without_value(self, intent: str, segment: Segment) -> str:
        """What is meant when no value can be read: the question for it, where the control has one."""
        asking = f"{intent.rpartition('.')[0]}.ask"
        if asking in self.tagger.labels.pairs:
            return asking
        others = [other for other, _ in segment.meanings[1:] if not other.endswith((".set", ".choose"))]
        return others[0] if others else intent

    def _support(
        self, tagged: Tagged, tokens: Sequence[Token], reading: TemplateReading | None, expecting: str
    ) -> float:
        """The least probability that the network gives to any act of the templates' reading."""
        if reading is None:
            return 0.0
        least = 1.0
        for act, (start, end) in zip(reading.acts, reading.spans, strict=True):
            inside = [n for n, token in enumerate(tokens) if token.start >= start and token.end <= end]
            probability = self._segmenter.probability(tagged, inside[0], inside[-1] + 1, act.intent, expecting)
            least = min(least, probability)
        return least

    def _choose(
        self,
        said: Utterance,
        tagged: Tagged,
        candidates: tuple[Candidate, ...],
        reading: TemplateReading | None,
        support: float,
        *,
        mended: bool = False,
    ) -> tuple[str, str]:
        """Whose reading holds, and why."""
        least = self.tagger.labels.thresholds.get("ask", 0.0)
        confident = bool(candidates) and min(c.act.confidence for c in candidates) >= least
        if reading is None:
            return ("network", "network_alone") if confident else ("nothing", "unsure" if candidates else "no_act")
        kind = "by_sound" if reading.sound or mended else "free" if reading.free else "literal"
        seen = [candidate.act.intent for candidate in candidates]
        if seen in ([act.intent for act in reading.acts], [act.intent for act in _once(reading.acts)]):
            return ("both", "agreed") if tagged.complete >= CUT else ("nothing", "unsure")
        if kind == "literal" and not any(act.intent in self.tagger.labels.pairs for act in reading.acts):
            return "templates", "untrained"
        answers = not mended and not reading.sound and _answers(reading) and tagged.complete >= CUT
        bare = len(said.tokens) <= BARE[said.lang]
        if answers and tagged.idle < ANSWER_IDLE[bare] and (bare or support >= ANSWER_SUPPORT or not reading.free):
            return "templates", "literal"
        broken_off = tagged.complete < BROKEN_OFF and (support < BROKEN_OFF_SUPPORT or _only_follows(reading))
        needed = (SUPPORT_IN_DOUBT if tagged.idle > DOUBTED else SUPPORT)[kind]
        idle = tagged.idle >= IDLE[kind] and not (kind == "literal" and support >= SUPPORT_IN_TALK)
        if not idle and support >= needed and not broken_off:
            return "templates", "by_sound" if reading.sound else "literal"
        return ("network", "outweighed") if confident else ("nothing", "unsure")

    @staticmethod
    def _acts(chosen: str, candidates: tuple[Candidate, ...], reading: TemplateReading | None) -> tuple[Act, ...]:
        if chosen == "nothing":
            return ()
        if chosen == "network" or reading is None:
            return tuple(candidate.act for candidate in candidates)
        return reading.acts if len(reading.acts) == len(candidates) else _once(reading.acts)


def _literally(found: Consideration) -> bool:
    reading = found.reading
    believed = found.chosen in ("both", "templates")
    return believed and reading is not None and not reading.sound and not reading.free


def _only_follows(reading: TemplateReading) -> bool:
    """Whether it says nothing of its own (副驾也要): what such a sentence breaks off from is lost."""
    return all(act.intent.startswith("dialog.") for act in reading.acts)


def _answers(reading: TemplateReading) -> bool:
    return len(reading.acts) == 1 and reading.acts[0].intent.startswith("answer.")


def _once(acts: Sequence[Act]) -> tuple[Act, ...]:
    """Acts that say the same twice in a row taken as one ("Friday, am I free, look at my calendar"): the fuller one,
    where all that the other says is in it."""
    kept: list[Act] = []
    for act in acts:
        last = kept[-1] if kept and kept[-1].intent == act.intent else None
        if last is not None and act.slots.items() <= last.slots.items():
            continue
        if last is not None and last.slots.items() <= act.slots.items():
            kept.pop()
        kept.append(act)
    return tuple(kept)
