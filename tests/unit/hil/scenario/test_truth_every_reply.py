"""Everything that the assistant can say of what it did: read, true where it was so, and a lie where it was not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from cockpit.dialog.reply import Composer
from cockpit.plan.plans import Do
from cockpit.types import LANGS, ZONES, CallApp, Lang, Outcome, Reply, SetSignal, SlotValue, Zone
from hil.scenario.truth import Truth
from tests.unit.hil.scenario.bus_story import Story
from tests.unit.plan.reference_car import PLANNER, PROFILE, SKILLS, plan, situation

COMPOSER = Composer(SKILLS, PROFILE)
TRUTH = Truth(SKILLS, PROFILE)
UNREAD_SHARE = 0.05
UNSURE = ("vehicle-accepted", "vehicle-not-reached", "bus-away", "bus-unacknowledged", "no-answer")
"""With these it is said that nobody knows, which is true also where it was done."""

APPS: dict[str, dict[str, SlotValue]] = {
    "navigation.navigate": {"destination": "人民广场"},
    "navigation.cancel": {},
    "navigation.add_waypoint": {"destination": "加油站"},
    "navigation.zoom_in": {},
    "navigation.overview": {},
    "media.play": {"track": "晴天"},
    "media.favourite": {},
    "media.repeat": {"mode": "one"},
    "media.shuffle_on": {},
    "phone.call": {"contact": "张三"},
    "phone.redial": {},
    "phone.hang_up": {},
    "phone.send_message": {"contact": "张三", "text": "我晚点到"},
    "calendar.add": {"title": "开会", "start": "2026-03-05T10:00"},
}


@dataclass(frozen=True)
class Deed:
    """A plan of the reference car with the values before it."""

    label: str
    plan: Do


def deeds() -> Iterator[Deed]:
    for name, control in PROFILE.controls.items():
        where: list[tuple[Zone, ...]] = [(), *((zone,) for zone in ZONES if zone in control.targets)]
        operations = [name for name in control.values if name in ("on", "off", "open", "close", "half", "crack")]
        choices = [key for key, value in control.values.items() if isinstance(value, str)]
        slots: list[tuple[str, dict[str, SlotValue]]] = [(operation, {}) for operation in operations]
        slots += [("choose", {"choice": choice}) for choice in choices if not control.momentary]
        if control.low is not None or control.step is not None:
            amount = (control.low if control.low is not None else 0) + 20
            slots.append(("set", {"value": float(amount), "value_unit": "none"}))
        for operation, values in slots:
            for zones in where:
                zoned: dict[str, SlotValue] = {"zone": zones} if zones else {}
                found = plan(f"{name}.{operation}", situation(), **values, **zoned)
                if isinstance(found, Do):
                    yield Deed(f"{name}.{operation} {'+'.join(zones)} {values or ''}", found)
    for intent, slots_of in APPS.items():
        found = plan(intent, situation(), **slots_of)
        assert isinstance(found, Do)
        yield Deed(intent, found)


DEEDS = list(deeds())


def replied(deed: Deed, status: str, lang: Lang, code: str = "") -> Reply:
    outcomes = {n: tuple(Outcome(p, status, code) for p in one.proposals) for n, one in enumerate(deed.plan.deeds)}  # type: ignore[arg-type]
    return COMPOSER.reply([COMPOSER.outcome(deed.plan, outcomes, lang, "driver")], lang)


def held(story: Story, reply: Reply) -> tuple[bool, list[str]]:
    """Whether all that the reply claims is so; and it, where none of it could be read."""
    verdict = TRUTH.judge(story.replied(reply.text, reply.kind, reply.lang).entries)
    return all(claim.ok for claim in verdict.claims), verdict.unread


def test_the_planner_can_do_enough_for_this_to_mean_something() -> None:
    assert len(DEEDS) > 250
    assert PLANNER is not None


@pytest.mark.parametrize("lang", LANGS)
def test_what_was_done_is_read_and_found_true(lang: Lang) -> None:
    unread, wrong = [], []
    for deed in DEEDS:
        story = Story().asked().carried_out(deed.plan.proposals)
        reply = replied(deed, "done", lang)
        true, unread_texts = held(story, reply)
        unread += unread_texts
        wrong += [] if true else [f"{deed.label}: {reply.text}"]
    assert wrong == []
    assert len(unread) <= UNREAD_SHARE * len(DEEDS), unread


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("happened", ["nothing was sent", "it failed", "reported as done, but nothing changed"])
def test_done_is_a_lie_where_it_was_not(lang: Lang, happened: str) -> None:
    believed = []
    for deed in DEEDS:
        story = Story().asked()
        if happened == "it failed":
            story.carried_out(deed.plan.proposals, "failed")
        elif happened.startswith("reported"):
            if any(isinstance(p, CallApp) or not _changes(p) for p in deed.plan.proposals):
                continue
            story.carried_out(deed.plan.proposals, moves=False)
        reply = replied(deed, "done", lang)
        believed += [f"{deed.label}: {reply.text}"] if held(story, reply)[0] else []
    assert believed == []


def _changes(proposal: SetSignal | CallApp) -> bool:
    """Whether the signal has another value by default, and is one that stays as it is set."""
    assert isinstance(proposal, SetSignal)
    momentary = PROFILE.controls[PROFILE.control_of[proposal.path]].momentary
    return not momentary and PROFILE.signals[proposal.path].default != proposal.value


@pytest.mark.parametrize("lang", LANGS)
def test_what_was_so_already_is_true_where_it_was_and_a_lie_where_not(lang: Lang) -> None:
    wrong, believed, unread = [], [], []
    signals = [deed for deed in DEEDS if all(isinstance(p, SetSignal) and _changes(p) for p in deed.plan.proposals)]
    assert len(signals) > 100
    for deed in signals:
        given = {p.path: p.value for p in deed.plan.proposals if isinstance(p, SetSignal)}
        reply = replied(deed, "already", lang)
        true, unread_texts = held(Story(given).asked(), reply)
        unread += unread_texts
        wrong += [] if true else [f"{deed.label}: {reply.text}"]
        believed += [f"{deed.label}: {reply.text}"] if held(Story().asked(), reply)[0] else []
    assert wrong == []
    assert len(unread) <= UNREAD_SHARE * len(signals), unread
    vague = {"已经是这样了", "已经到头了"}
    assert [text for text in believed if not any(word in text for word in vague)] == []


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("status", "code", "happened"),
    [
        ("failed", "no-answer", "never answered"),
        ("failed", "vehicle-accepted", "never answered"),
        ("failed", "refused", "failed"),
        ("failed", "obstacle", "failed"),
        ("failed", "low-voltage", "failed"),
        ("failed", "busy", "failed"),
        ("failed", "superseded", "failed"),
        ("failed", "bus-away", "never answered"),
        ("failed", "bus-unacknowledged", "never answered"),
        ("failed", "vehicle-moving", "never answered"),
        ("failed", "vehicle-not-reached", "failed"),
        ("failed", "bus-denied", "nothing"),
        ("expired", "", "nothing"),
        ("unavailable", "vehicle-unavailable", "nothing"),
        ("refused", "opens-at-standstill", "nothing"),
    ],
)
def test_trouble_is_true_where_there_was_some_and_a_lie_where_all_was_done(
    lang: Lang, status: str, code: str, happened: str
) -> None:
    wrong, believed = [], []
    for deed in DEEDS:
        reply = replied(deed, status, lang, code)
        story = Story().asked()
        if happened == "failed":
            story.carried_out(deed.plan.proposals, "failed")
        elif happened == "never answered":
            story.carried_out(deed.plan.proposals, "accepted")
        wrong += [] if held(story, reply)[0] else [f"{deed.label}: {reply.text}"]
        done = Story().asked().carried_out(deed.plan.proposals)
        apps = any(isinstance(p, CallApp) for p in deed.plan.proposals)
        unsure = code in UNSURE and (not apps or code == "bus-away")
        believed += [f"{deed.label}: {reply.text}"] if held(done, reply)[0] is not unsure else []
    assert wrong == []
    assert believed == []
