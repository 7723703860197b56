"""An explanation as a page of plain text for people who know cars, not networks."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from cockpit.cli.explain_lines import Bar, ruled, wrapped
from cockpit.cli.explain_words import Words
from cockpit.nlu.consideration import Candidate
from cockpit.nlu.joint import MAX_TOKENS
from cockpit.plan.plans import Ask, Tell, Tellings
from cockpit.runtime.explaining import Explanation, reads
from cockpit.runtime.rehearsal import Step
from cockpit.types import CallApp

WIDTH = 100
NEAR = 0.01
"""Meanings at least this likely are told as other possibilities."""

Line = tuple[int, str]
"""How far a paragraph is indented, and its text."""


class Page:
    """Prints explanations."""

    def __init__(self, words: Words, console: Console) -> None:
        self._words, self._console = words, console
        self._width = min(console.width, WIDTH)

    def show(self, explained: Explanation) -> None:
        say = self._words.say
        self._print(0, self._verdict(explained), "bold")
        by_app = explained.rehearsed.answered_by_app
        self._print(0, say("reply.by_app" if by_app else "reply", text=explained.rehearsed.reply.text))
        if explained.problem:
            self._print(0, say("problem", problem=explained.problem))
        sections = {
            "seen": self._seen,
            "acts": self._acts,
            "whole": self._whole,
            "templates": self._templates,
            "chosen": self._chosen,
            "steps": self._steps,
        }
        for name, lines in sections.items():
            found = list(lines(explained))
            if found:
                alone = f"title.{name}.alone" if explained.considered.tagged is None else ""
                self._console.print()
                self._print(0, say(alone if self._words.has(alone) else f"title.{name}"), "bold")
            for indent, text in found:
                self._print(indent + 2, text)
        self._console.print()
        self._print(0, say("note", seat=say(f"seat.{explained.zone}")), "dim")

    def _print(self, indent: int, text: str, style: str = "") -> None:
        for line in wrapped(text, self._width - indent):
            self._console.print(Text(" " * indent + line, style), soft_wrap=True)

    def _verdict(self, explained: Explanation) -> str:
        sent = self._words.join(self._words.intent(step.act.intent) for step in explained.rehearsed.steps if step.sent)
        return self._words.say(f"verdict.{explained.end}", acts=sent, why=self._why_nothing(explained))

    def _why_nothing(self, explained: Explanation) -> str:
        considered = explained.considered
        talk = considered.tagged is not None and considered.tagged.idle >= 0.5
        key = "unsupported" if considered.understanding.acts else considered.why
        if key in ("no_act", "unsure") and talk:
            key = "talk"
        return self._words.say(f"nothing.{key}", limit=MAX_TOKENS)

    def _seen(self, explained: Explanation) -> Iterator[Line]:
        considered, say = explained.considered, self._words.say
        if not considered.tokens:
            return
        segments = [candidate.segment for candidate in considered.candidates]
        acts = [Bar(segment.start, segment.end, str(n)) for n, segment in enumerate(segments, 1)]
        slots = [Bar(t.start, t.end, self._words.slot(t.name)) for segment in segments for t in segment.slots]
        tokens = [explained.said(n, n + 1) for n in range(len(considered.tokens))]
        yield from ((2, line) for line in ruled(tokens, (acts, slots), self._width - 4))
        if considered.tagged is None:
            return
        yield 0, say("seen.legend" if segments else "seen.no_bars")
        if "<unk>" in considered.tagged.pieces:
            yield 0, say("seen.unknown")
        if explained.expecting:
            yield 0, say("seen.expecting", slot=self._words.slot(explained.expecting))

    def _acts(self, explained: Explanation) -> Iterator[Line]:
        considered, words = explained.considered, self._words
        if considered.tagged is None:
            return
        meant = 1.0 - considered.tagged.idle
        for n, candidate in enumerate(considered.candidates, 1):
            yield from self._candidate(n, candidate, meant, explained)
        if not considered.candidates:
            yield 0, words.say("act.none")
        elif explained.thresholds:
            shown = {name: words.percent(explained.thresholds.get(name, 0.0)) for name in ("act", "ask")}
            yield 0, words.say("act.thresholds", **shown)

    def _candidate(self, n: int, candidate: Candidate, meant: float, explained: Explanation) -> Iterator[Line]:
        words, segment, act = self._words, candidate.segment, candidate.act
        percent, control = words.percent, act.intent.rpartition(".")[0]
        first = segment.meanings[0][0]
        yield 0, words.say("act.as", n=n, text=act.text, act=words.intent(first), sure=percent(segment.confidence))
        for read in reads(candidate):
            value = words.value(control, read.slot, read.value, read.unit)
            key = "act.read" if read.words else "act.sought"
            yield 3, words.say(key, words=read.words, slot=words.slot(read.slot), value=value)
        found = {read.slot for read in reads(candidate)}
        for tag in segment.slots:
            if tag.name not in found:
                text = explained.said(tag.start, tag.end)
                yield 3, words.say("act.unread", words=text, slot=words.slot(tag.name))
        if candidate.grounded.missing:
            slot = words.slot(candidate.grounded.missing)
            yield 3, words.say("act.missing", slot=slot, act=words.intent(act.intent))
        others = [(intent, likely) for intent, likely in segment.meanings[1:] if likely >= NEAR]
        told = words.join(f"{words.intent(intent)} {percent(likely)}" for intent, likely in others)
        yield 3, words.say("act.others", others=told) if others else words.say("act.no_others")
        shares = {"meaning": segment.confidence, "meant": meant, "bounds": segment.bounds, "sure": act.confidence}
        tagged = explained.considered.tagged
        shares["finished"] = tagged.complete if tagged is not None else 1.0
        yield 3, words.say("act.sure", **{name: percent(share) for name, share in shares.items()})

    def _whole(self, explained: Explanation) -> Iterator[Line]:
        tagged, words = explained.considered.tagged, self._words
        if tagged is None:
            return
        percent = words.percent
        (kind, sure), (other, less) = sorted(tagged.kind.items(), key=lambda item: -item[1])[:2]
        named = {"kind": words.say(f"kind.{kind}"), "other": words.say(f"kind.{other}")}
        key = "whole.kind_second" if less >= 0.1 else "whole.kind"
        yield 0, words.say(key, **named, sure=percent(sure), less=percent(less))
        yield 0, words.say("whole.idle", sure=percent(tagged.idle))
        finished = tagged.complete >= 0.5
        sure = tagged.complete if finished else 1.0 - tagged.complete
        yield 0, words.say("whole.complete" if finished else "whole.unfinished", sure=percent(sure))
        key = "whole.private" if tagged.private >= 0.5 else "whole.public"
        yield 0, words.say(key, sure=percent(tagged.private))
        complexity, sure = max(tagged.complexity.items(), key=lambda item: item[1])
        yield 0, words.say("whole.complexity", complexity=words.say(f"complexity.{complexity}"), sure=percent(sure))

    def _templates(self, explained: Explanation) -> Iterator[Line]:
        considered, words = explained.considered, self._words
        reading = considered.reading
        if reading is None:
            if considered.why not in ("empty", "too_long"):
                yield 0, words.say("templates.none")
            return
        acts = words.join(words.act(act) for act in reading.acts)
        yield 0, words.say("templates.by_sound" if reading.sound else "templates.literal", acts=acts)
        if reading.unmatched:
            yield 0, words.say("templates.unmatched", words=reading.unmatched)
        if considered.tagged is not None:
            yield 0, words.say("templates.support", support=words.percent(considered.support))

    def _chosen(self, explained: Explanation) -> Iterator[Line]:
        considered = explained.considered
        key, reading = considered.why, considered.reading
        if considered.mended:
            yield 0, self._words.say("why.mended", text=considered.mended)
        if key == "agreed" and reading is not None and reading.sound > 0:
            key = "agreed_by_sound"
        elif key == "unsure" and reading is not None:
            key = "unsure_of_both"
        yield 0, self._words.say(f"why.{key}", limit=MAX_TOKENS)

    def _steps(self, explained: Explanation) -> Iterator[Line]:
        words, rehearsed = self._words, explained.rehearsed
        for act in explained.considered.understanding.acts:
            if act.intent.startswith(("dialog.", "answer.")) and not rehearsed.steps:
                yield 0, words.say("step.follow_up", text=act.text)
        for act in rehearsed.left_out:
            yield 0, words.say("step.left_out", act=words.intent(act.intent))
        for n, step in enumerate(rehearsed.steps, 1):
            yield 0, words.say("step.act", n=n, act=words.act(step.act))
            yield from self._step(step)
        if not explained.considered.understanding.acts:
            yield 0, words.say("step.none")

    def _step(self, step: Step) -> Iterator[Line]:
        words = self._words
        for proposal in step.proposals:
            if isinstance(proposal, CallApp):
                args = words.join(f"{name}={value}" for name, value in proposal.args.items())
                yield 3, words.say("step.app", app=proposal.app, action=proposal.action, args=args).rstrip(" ：:")
            else:
                before, value = words.scalar(step.before.get(proposal.path)), words.scalar(proposal.value)
                yield 3, words.say("step.set", path=proposal.path, before=before, value=value)
        key, fields = f"step.{step.end}", {"code": "", "reason": "", "slot": ""}
        if isinstance(step.plan, Ask):
            fields["slot"] = words.slot(step.plan.slot)
            key = "step.ask_range" if step.plan.key == "ask.range" else key
        elif isinstance(step.plan, Tell | Tellings):
            kind = step.plan.kind if isinstance(step.plan, Tell) else "answer"
            key = f"{key}_{kind}" if words.has(f"{key}_{kind}") else key
        elif step.verdict is not None and step.verdict.outcomes:
            outcome = step.verdict.outcomes[0]
            fields.update(code=outcome.code, reason=words.reason(outcome.reason, outcome.status))
        yield 3, words.say(key, **fields)
