"""One truthful reply for a whole turn: what each act came to, in words, and the kind of it all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from cockpit.dialog.wording import Wording, by_value, shown_zones
from cockpit.plan.plans import Ask, Deed, Do, Tell, Tellings
from cockpit.profile import Control, VehicleProfile
from cockpit.skillset import SkillSet
from cockpit.types import (
    LANGS,
    ZONES,
    CallApp,
    Lang,
    Outcome,
    Reply,
    ReplyKind,
    Scalar,
    SetSignal,
    Snapshot,
    Zone,
    same_value,
)

SWITCHED = ("on", "off", "open", "close", "lock", "unlock")
"""Operations that need no value to be told."""
FINE: frozenset[str] = frozenset({"done", "already", "answer"})


@dataclass(frozen=True, slots=True)
class Told:
    """What one act came to."""

    kind: ReplyKind
    text: str
    brief: bool = False
    """Whether only the gist of `text` is wanted."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The vehicle as it was before something was wanted of it, and as it is now."""

    before: Snapshot
    now: Snapshot


NOTHING = Seen(Snapshot({}, (), frozenset()), Snapshot({}, (), frozenset()))


class Composer:
    """Words for plans and their outcomes in every language."""

    def __init__(self, skills: SkillSet, profile: VehicleProfile) -> None:
        self._profile = profile
        self._wordings = {lang: Wording(skills, profile, lang) for lang in LANGS}

    def say(self, lang: Lang, kind: ReplyKind, key: str, fields: Mapping[str, object] | None = None) -> Told:
        return Told(kind, self._wordings[lang].say(key, fields))

    def fixed(self, lang: Lang) -> list[str]:
        """Replies that are always the same, as they are spoken."""
        words = self._wordings[lang]
        return [words.sentences([words.say(key)]) for key in words.fixed_keys(("answer.", "unsupported.", "error."))]

    def likely(self, lang: Lang) -> list[str]:
        """Replies that a session is likely to begin like, as they are spoken: each control switched or set in each of
        its zones, each reading told."""
        words, texts = self._wordings[lang], []
        for name, control in self._profile.controls.items():
            zones: list[tuple[Zone, ...]] = [(), *((zone,) for zone in ZONES if zone in control.targets)]
            for where in zones:
                texts += _told(words, name, control, {"name": name, "zones": where})
        for name, reading in self._profile.readings.items():
            keys = (f"{name}.read", f"{name}.read.true", f"{name}.read.false")
            texts += [words.say(key, {"name": name, "value": (50, reading.unit)}) for key in keys if words.has(key)]
        texts.append(words.say("alert.accident", {"distance": (500, "m")}))
        return [words.sentences([text]) for text in dict.fromkeys(texts)]

    def tell(self, plan: Ask | Tell | Tellings, lang: Lang) -> Told:
        """Words for a plan that does nothing."""
        words = self._wordings[lang]
        if isinstance(plan, Ask):
            return Told("ask", words.say(plan.key, plan.fields))
        if isinstance(plan, Tell):
            return Told(plan.kind, words.first(_special(plan), plan.fields))
        parts = [words.first(_special(part), part.fields) for part in plan.parts]
        return Told(plan.parts[0].kind if plan.parts else "answer", words.sentences(parts))

    def confirm(self, plan: Do, lang: Lang, speaker: Zone) -> Told:
        """The question before something that wants a yes."""
        words = self._wordings[lang]
        deeds = [self._deed(deed, words, speaker) for deed in plan.deeds]
        return Told("ask", words.say("ask.confirm", {"deed": words.join("join.deeds", deeds)}))

    def undone(self, told: Told, lang: Lang) -> Told:
        """`told` of a restoring, said as such where it went well."""
        return self.say(lang, told.kind, "done.undo") if told.kind in ("done", "already") else told

    def outcome(
        self, plan: Do, outcomes: Mapping[int, tuple[Outcome, ...]], lang: Lang, speaker: Zone, seen: Seen = NOTHING
    ) -> Told:
        """Words for what was done; `outcomes` holds those of each deed by its place in the plan."""
        words = self._wordings[lang]
        told = [self._deed_told(deed, outcomes[n], words, speaker, seen) for n, deed in enumerate(plan.deeds)]
        kind = merged([part.kind for part in told])
        if plan.answers and kind == "done":
            kind = "answer"
        text = words.sentences([part.text for part in told]) if len(told) > 1 else told[0].text
        return Told(kind, text, plan.brief and kind == "answer")

    def reply(self, parts: list[Told], lang: Lang) -> Reply:
        """The turn's one reply."""
        words = self._wordings[lang]
        return Reply(words.sentences([part.text for part in parts]), merged([part.kind for part in parts]), lang)

    def moving(self, lang: Lang, path: str) -> str:
        """Words for an actuator that is on its way, while the reply has to wait for it."""
        name = self._profile.control_of.get(path)
        return self._wordings[lang].say("progress.moving", {"name": name}) if name is not None else ""

    def _deed_told(self, deed: Deed, outcomes: tuple[Outcome, ...], words: Wording, speaker: Zone, seen: Seen) -> Told:
        if isinstance(deed.proposals[0], CallApp):
            return self._app_told(deed, deed.proposals[0], outcomes[0], words)
        statuses = {outcome.status for outcome in outcomes}
        if statuses <= {"done", "already"}:
            kind: ReplyKind = "already" if statuses == {"already"} else "done"
            return Told(kind, self._success(deed, kind, words, speaker))
        bad = next(outcome for outcome in outcomes if outcome.status not in ("done", "already"))
        if "done" not in statuses:
            return Told(_kind_of(bad), self._trouble(deed, bad, words, speaker, seen))
        fine, failed = _halves(deed, outcomes, self._profile.controls.get(deed.name))
        told = [self._success(fine, "done", words, speaker), self._trouble(failed, bad, words, speaker, seen)]
        return Told("partial", words.sentences(told))

    def _success(self, deed: Deed, kind: ReplyKind, words: Wording, speaker: Zone) -> str:
        control = self._profile.controls[deed.name]
        zones = shown_zones(deed, speaker)
        groups = by_value(deed, control)
        parts = []
        for where, value in groups:
            shown = where if len(groups) > 1 else zones
            plain = isinstance(value, bool) or value is None
            ended = "off" if value == control.values.get("off", "") else "plain" if plain else "set"
            keys = [f"{deed.name}.{deed.operation}.{kind}", f"{kind}.{deed.operation}"]
            keys += [f"{deed.name}.{ended}.{kind}", f"{kind}.{ended}"]
            fields = {"name": deed.name, "zones": shown, "value": None if plain else value}
            parts.append(words.first(keys, fields))
        return words.sentences(parts) if len(parts) > 1 else parts[0]

    def _trouble(self, deed: Deed, bad: Outcome, words: Wording, speaker: Zone, seen: Seen) -> str:
        fields: dict[str, object] = {
            "name": deed.name,
            "zones": shown_zones(deed, speaker),
            "deed": self._deed(deed, words, speaker),
        }
        if bad.status == "unavailable":
            return words.say("unavailable.path", fields)
        if bad.status == "refused":
            row = next((row for row in self._profile.policy if row.id == bad.code), None)
            if bad.reason.startswith("unknown"):
                return words.say("refused.unknown", fields)
            general = "refused.standstill" if row is not None and row.standstill else "refused.plain"
            return words.first([f"refused.{bad.code}", general], fields)
        if bad.status == "expired":
            return words.say("expired.plain", fields)
        stopped_at = self._stopped_at(deed, seen)
        keys = [f"failed.{_reason(bad)}", *(["failed.stopped"] if stopped_at is not None else []), "failed.plain"]
        return words.first(keys, {**fields, "reached": stopped_at})

    def _stopped_at(self, deed: Deed, seen: Seen) -> Scalar | None:
        """The value at which what `deed` is about stands now, where it moved and is not where it should be."""
        control = self._profile.controls.get(deed.name)
        found = set()
        for proposal in deed.proposals:
            if isinstance(proposal, SetSignal) and control is not None and not control.momentary:
                now = seen.now.value(proposal.path)
                there = now is None or same_value(now, proposal.value)
                found.add(None if there or now == seen.before.value(proposal.path) else now)
        return found.pop() if len(found) == 1 else None

    def _deed(self, deed: Deed, words: Wording, speaker: Zone) -> str:
        """What a deed is called: "open the trunk"."""
        control = self._profile.controls.get(deed.name)
        groups = by_value(deed, control) if control is not None else []
        value = groups[0][1] if groups else None
        shown = None if isinstance(value, bool) else value
        fields = {"name": deed.name, "zones": shown_zones(deed, speaker), "value": shown}
        keys = [f"{deed.name}.{deed.operation}.deed", f"deed.{deed.operation}"]
        keys.append("deed.set" if shown is not None else "deed.plain")
        return words.first(keys, fields)

    @staticmethod
    def _app_told(deed: Deed, call: CallApp, outcome: Outcome, words: Wording) -> Told:
        fields: dict[str, object] = {**call.args, **outcome.data, "name": f"app.{call.app}"}
        fields["name"] = words.say(f"app.{call.app}")
        if outcome.status == "done":
            keys = [f"{deed.name}.answer", f"{deed.name}.done", "done.plain"]
            return Told("done", words.first(keys, fields))
        if outcome.status == "unavailable":
            return Told("unavailable", words.say("unavailable.app", fields))
        if outcome.status == "refused":
            return Told("refused", words.first([f"refused.{outcome.code}", "refused.app"], fields))
        return Told("failed", words.first([f"failed.app-{_reason(outcome)}", "failed.app"], fields))


def _told(words: Wording, name: str, control: Control, fields: dict[str, object]) -> list[str]:
    """What is said when a control was switched, and when it was set."""
    switched = [operation for operation in SWITCHED if operation in control.values]
    texts = [words.first([f"{name}.{end}.done", f"done.{end}"], fields) for end in switched]
    value = control.low if control.low is not None else next(iter(control.levels), None)
    if value is not None:
        texts.append(words.first([f"{name}.set.done", "done.set"], {**fields, "value": control.sign * value}))
    return texts


def _halves(deed: Deed, outcomes: tuple[Outcome, ...], control: Control | None) -> tuple[Deed, Deed]:
    """A deed that was done in part as two: what was done and what was not, each with the zones it concerns."""
    halves = []
    for wanted in (True, False):
        kept = tuple(o.proposal for o in outcomes if (o.status in ("done", "already")) is wanted)
        paths = {proposal.path for proposal in kept if isinstance(proposal, SetSignal)}
        targets = control.targets if control is not None else {}
        zones = tuple(zone for zone in deed.zones if paths & set(targets.get(zone, ())))
        halves.append(replace(deed, proposals=kept, zones=zones, spoken_zones=True))
    return halves[0], halves[1]


def _special(plan: Tell) -> list[str]:
    """A control's own text before the general one: `door_lock.query.on` before `query.on`."""
    name = plan.fields.get("name")
    return [f"{name}.{plan.key}", plan.key] if isinstance(name, str) else [plan.key]


def _reason(outcome: Outcome) -> str:
    """An outcome's code without the part of the assistant that gave it."""
    return outcome.code.removeprefix("vehicle-").removeprefix("bus-")


def _kind_of(outcome: Outcome) -> ReplyKind:
    kinds: dict[str, ReplyKind] = {
        "refused": "refused", "invalid": "refused", "unavailable": "unavailable", "needs_confirmation": "ask",
    }  # fmt: skip
    return kinds.get(outcome.status, "failed")


def merged(kinds: list[ReplyKind]) -> ReplyKind:
    """The kind of a reply from the kinds of its parts."""
    held = list(dict.fromkeys(kinds))
    if not held:
        return "unsupported"
    if len(held) == 1:
        return held[0]
    if "ask" in held:
        return "ask"
    if set(held) <= FINE:
        return "done" if "done" in held else "answer"
    if set(held) & {"done", "partial"}:
        return "partial"
    troubles = [kind for kind in held if kind not in FINE]
    return troubles[0] if len(held) == len(troubles) else "partial"
