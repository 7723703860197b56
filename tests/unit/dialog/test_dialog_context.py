"""Follow-ups: every dialog act in every conversation."""

from __future__ import annotations

import pytest

from cockpit.dialog.context import Confirmed, Context, Done, Pending, Resolution, Resolved, Said, Undo, resolve
from cockpit.types import LANGS, Act, SetSignal, SlotValue, Zone
from tests.unit.dialog.conversations import (
    AC,
    APP,
    ASKED_SLOT,
    ASKED_YES,
    COLOUR,
    CONTEXTS,
    FEELING,
    LEVEL,
    NOW_S,
    OPENING,
    STEP,
    SWITCH,
    TEMPERATURE,
    done,
)
from tests.unit.plan.reference_car import SKILLS, do, plan, situation

NO_CONTEXT: list[Resolution] = [Said("unsupported", "unsupported.no_context")]
CANCELLED: list[Resolution] = [Said("answer", "answer.cancelled")]
NOTHING: list[Resolution] = [Said("unsupported", "unsupported.not_understood")]
DECLINED: list[Resolution] = [Said("answer", "answer.declined")]
OK: list[Resolution] = [Said("answer", "answer.ok")]
AGAIN: list[Resolution] = [Said("ask", "ask.again")]
ZONED: dict[str, SlotValue] = {"zone": "rear_left"}
VALUED: dict[str, SlotValue] = {"value": 24.0, "value_unit": "degree"}
SLOTS = {"also": ZONED, "zone": ZONED, "correct": VALUED, "set": VALUED}


def said(name: str, slots: dict[str, SlotValue] | None = None) -> Act:
    return Act(f"dialog.{name}", SLOTS.get(name, {}) if slots is None else slots)


def acts(resolutions: list[Resolution]) -> list[tuple[str, dict[str, SlotValue]]]:
    """The acts that came out, where all are to be done."""
    found = [r.act for r in resolutions if isinstance(r, Resolved)]
    assert len(found) == len(resolutions), resolutions
    return [(act.intent, dict(act.slots)) for act in found]


def follow(name: str, last: Done | tuple[Done, ...], **slots: SlotValue) -> list[tuple[str, dict[str, SlotValue]]]:
    context = Context(last if isinstance(last, tuple) else (last,), None, NOW_S)
    return acts(resolve(said(name, slots or None), context))


def resolved(intent: str, **slots: SlotValue) -> list[Resolution]:
    return [Resolved(Act(intent, slots))]


DRIVER: dict[str, SlotValue] = {"zone": ("driver",)}
PASSENGER: dict[str, SlotValue] = {"zone": ("front_passenger",)}


def stepped(operation: str) -> dict[str, list[Resolution]]:
    """A follow-up that becomes an operation on what was operated last."""
    return {
        "switch": resolved(f"ac.{operation}"), "level": resolved(f"temperature.{operation}", **DRIVER),
        "opening": resolved(f"window.{operation}", **PASSENGER),
        "two": resolved(f"temperature.{operation}", **DRIVER),
    }  # fmt: skip


def moved(*, app: list[Resolution] = NO_CONTEXT) -> dict[str, list[Resolution]]:
    """A follow-up that repeats what was done at other seats; what has no seats cannot be moved."""
    level: list[Resolution] = [Resolved(Act("temperature.set", {"value": 22.0, "value_unit": "degree", **ZONED}))]
    opening: list[Resolution] = [Resolved(Act("window.open", ZONED))]
    return {"switch": NO_CONTEXT, "level": level, "opening": opening, "app": app, "two": level}


EXPECTED: dict[str, dict[str, list[Resolution]]] = {
    "yes": dict.fromkeys(CONTEXTS, OK) | {"confirm": [Confirmed(do("trunk.open"))]},
    "no": dict.fromkeys(CONTEXTS, CANCELLED) | {"asked": DECLINED, "confirm": DECLINED},
    "cancel": dict.fromkeys(CONTEXTS, CANCELLED),
    "chat": dict.fromkeys(CONTEXTS, NOTHING),
    "undo": {name: [Undo(context.last)] for name, context in CONTEXTS.items()},
    "wrong": {name: [Undo(context.last)] if context.last else AGAIN for name, context in CONTEXTS.items()}
    | {"asked": DECLINED, "confirm": DECLINED},
    "also": moved(),
    "zone": moved(),
    "correct": {
        "switch": resolved("ac.set", **VALUED), "level": resolved("temperature.set", **VALUED),
        "opening": resolved("window.set", zone="front_passenger", **VALUED), "app": NO_CONTEXT,
        "two": resolved("temperature.set", **VALUED),
    },
    "set": {
        "switch": resolved("ac.set", **VALUED), "level": resolved("temperature.set", **VALUED, **DRIVER),
        "opening": resolved("window.set", **VALUED, **PASSENGER),
        "two": resolved("temperature.set", **VALUED, **DRIVER),
    },
    "up": stepped("up"), "down": stepped("down"), "max": stepped("max"), "min": stepped("min"),
    "more": stepped("up"), "less": stepped("down"), "talk": stepped("talk"),
    "on": stepped("on") | {"opening": resolved("window.open", **PASSENGER)},
    "off": stepped("off") | {"opening": resolved("window.close", **PASSENGER)},
}  # fmt: skip


@pytest.mark.parametrize("where", CONTEXTS)
@pytest.mark.parametrize("name", EXPECTED)
def test_every_dialog_act_in_every_conversation(name: str, where: str) -> None:
    assert resolve(said(name), CONTEXTS[where]) == EXPECTED[name].get(where, NO_CONTEXT)


@pytest.mark.parametrize("lang", LANGS)
def test_every_dialog_act_of_the_grammar_is_in_the_table(lang: str) -> None:
    spoken = {skill_lang: set(grammar.dialog) for skill_lang, grammar in SKILLS.grammars.items()}
    assert spoken[lang] <= set(EXPECTED)  # type: ignore[index]


@pytest.mark.parametrize("where", CONTEXTS)
@pytest.mark.parametrize("intent", ["window.open", "navigation.navigate", "weather.query"])
def test_what_needs_no_context_stays_as_it_is(intent: str, where: str) -> None:
    act = Act(intent, {"zone": "rear"})
    assert resolve(act, CONTEXTS[where]) == [Resolved(act)]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_talk_and_what_has_no_sense_here_does_nothing_to_the_car(name: str) -> None:
    for resolution in resolve(said(name), CONTEXTS["empty"]):
        assert isinstance(resolution, Said | Undo)
        assert not isinstance(resolution, Undo) or not resolution.done


@pytest.mark.parametrize("last", [SWITCH, LEVEL, OPENING, APP])
def test_talk_after_anything_plans_nothing(last: Done) -> None:
    for resolution in resolve(said("talk"), Context((last,), None, NOW_S)):
        if isinstance(resolution, Resolved):
            assert plan(resolution.act.intent, **resolution.act.slots) == plan("nonsense")


def test_more_goes_on_the_same_way_and_less_turns_round() -> None:
    down = done("temperature.down")
    assert follow("more", down) == [("temperature.down", DRIVER)]
    assert follow("less", down) == [("temperature.up", DRIVER)]
    assert follow("less", STEP) == [("seat_heating.down", DRIVER)]
    assert follow("more", done("window.set", value=10.0, value_unit="percent")) == [("window.up", DRIVER)]
    assert follow("less", OPENING) == [("window.down", PASSENGER)]


def test_a_step_keeps_its_amount() -> None:
    found = follow("up", LEVEL, amount=2.0, amount_unit="degree")
    assert found == [("temperature.up", {"amount": 2.0, "amount_unit": "degree", **DRIVER})]


def test_a_step_goes_to_the_seat_that_was_operated_not_to_the_speakers() -> None:
    ((intent, slots),) = follow("up", done("temperature.set", value=22.0, zone="rear_right"))
    assert (intent, slots["zone"]) == ("temperature.up", ("rear_right",))


def test_also_repeats_everything_that_has_seats() -> None:
    last = (SWITCH, LEVEL, STEP)
    assert follow("also", last, zone="rear") == [
        ("temperature.set", {"value": 22.0, "value_unit": "degree", "zone": "rear"}),
        ("seat_heating.up", {"zone": "rear"}),
    ]


def test_also_replaces_all_zones() -> None:
    two = done("window.open", zone="driver", zone2="front_passenger")
    assert follow("also", two, zone="rear") == [("window.open", {"zone": "rear"})]


def test_a_feeling_is_repeated_as_the_feeling() -> None:
    assert follow("also", FEELING, zone="rear") == [("climate.feel_cold", {"zone": "rear"})]


def test_correcting_the_seat_puts_the_wrong_one_back_first() -> None:
    (found,) = resolve(Act("dialog.correct", {"zone": "driver"}), Context((SWITCH, OPENING), None, NOW_S))
    assert found == Resolved(Act("window.open", {"zone": "driver"}), restore=(OPENING,))
    path = "Vehicle.Cabin.Door.Row1.PassengerSide.Window.Position"
    assert OPENING.restoring == (SetSignal(path, 0),)


@pytest.mark.parametrize(
    ("was", "side", "meant"),
    [
        ("rear_left", "right", "rear_right"),
        ("rear_right", "left", "rear_left"),
        ("driver", "right", "front_passenger"),
        ("front_passenger", "left", "driver"),
    ],
)
@pytest.mark.parametrize("name", ["correct", "also"])
def test_a_side_is_in_the_row_of_what_was_done(was: Zone, side: str, meant: Zone, name: str) -> None:
    assert follow(name, done("window.open", zone=was), zone=side) == [("window.open", {"zone": (meant,)})]


def test_a_side_after_both_rows_is_seen_from_the_speaker() -> None:
    assert follow("also", done("window.open", zone="all"), zone="right") == [("window.open", {"zone": "right"})]


def test_correcting_the_value_needs_nothing_put_back() -> None:
    (found,) = resolve(said("correct"), Context((LEVEL,), None, NOW_S))
    assert isinstance(found, Resolved)
    assert found.restore == ()


@pytest.mark.parametrize(
    ("last", "slots", "wanted"),
    [
        (STEP, {"value": 3.0, "value_unit": "level"},
        ("seat_heating.set", {"zone": "driver", "value": 3.0, "value_unit": "level"})),
        (FEELING, {"value": 25.0, "value_unit": "none"}, ("temperature.set", {"value": 25.0, "value_unit": "none"})),
        (COLOUR, {"choice": "blue"}, ("ambient_colour.choose", {"choice": "blue"})),
    ],
)  # fmt: skip
def test_correcting_the_value(last: Done, slots: dict[str, SlotValue], wanted: object) -> None:
    assert follow("correct", last, **slots) == [wanted]


def test_a_value_does_not_correct_an_app_request() -> None:
    assert not any(isinstance(r, Resolved) for r in resolve(said("correct"), Context((APP,), None, NOW_S)))


def test_wrong_in_answer_to_a_question_leaves_the_car_alone() -> None:
    (found,) = resolve(said("wrong"), Context((LEVEL,), ASKED_YES, NOW_S))
    assert not isinstance(found, Undo)


@pytest.mark.parametrize(
    ("intent", "name", "wanted"),
    [
        ("window.open", "off", "window.close"), ("window.close", "on", "window.open"),
        ("trunk.close", "on", "trunk.open"),
        ("sunroof.open", "off", "sunroof.close"), ("rear_shade.open", "off", "rear_shade.close"),
        ("ac.on", "off", "ac.off"), ("fan.off", "on", "fan.on"), ("wiper.on", "off", "wiper.off"),
        ("massage.on", "off", "massage.off"),
        ("door_lock.on", "off", "door_lock.off"),
    ],
)  # fmt: skip
def test_on_and_off_of_what_opens_and_of_what_switches(intent: str, name: str, wanted: str) -> None:
    ((found, _),) = follow(name, done(intent))
    assert found == wanted


def test_the_last_of_several_deeds_is_meant() -> None:
    fogging = done("climate.fogging")
    assert follow("off", fogging) == [("ac.off", {})]
    assert follow("up", (LEVEL, APP)) == [("temperature.up", DRIVER)]


def test_undo_is_of_everything_of_the_last_turn() -> None:
    assert resolve(said("undo"), Context((SWITCH, LEVEL), None, NOW_S)) == [Undo((SWITCH, LEVEL))]


@pytest.mark.parametrize(
    ("pending", "act", "wanted"),
    [
        (Pending(Act("temperature.ask", {"zone": "rear"}), "value"), Act("answer.value", {"value": 20.0}),
        Act("temperature.set", {"zone": "rear", "value": 20.0})),
        (Pending(Act("temperature.set", {"value": 40.0}), "value"), Act("answer.value", {"value": 20.0}),
        Act("temperature.set", {"value": 20.0})),
        (ASKED_SLOT, Act("answer.start", {"start": "10:00"}),
        Act("calendar.add", {"title": "dentist", "start": "10:00"})),
    ],
)  # fmt: skip
def test_an_answer_completes_what_was_asked(pending: Pending, act: Act, wanted: Act) -> None:
    assert resolve(act, Context((), pending, NOW_S)) == [Resolved(wanted)]


def test_answers_without_a_question() -> None:
    assert resolve(Act("answer.value", {"value": 20.0}), Context()) == NOTHING
    assert resolve(Act("answer.confirm"), CONTEXTS["expired"]) == NOTHING


def test_a_worded_yes_confirms() -> None:
    assert resolve(Act("answer.confirm"), Context((), ASKED_YES, NOW_S)) == [Confirmed(do("trunk.open"))]


@pytest.mark.parametrize(("age", "kept"), [(0.0, True), (59.9, True), (60.0, True), (60.1, False), (1e6, False)])
def test_a_conversation_ends_after_its_time(age: float, kept: bool) -> None:
    context = Context((LEVEL,), ASKED_YES, NOW_S, {TEMPERATURE: 21.0})
    found = context.current(NOW_S + age, 60.0)
    assert (found.last, found.pending) == (((LEVEL,), ASKED_YES) if kept else ((), None))
    assert found.remembered == {TEMPERATURE: 21.0}


def test_a_new_context_is_long_over() -> None:
    assert Context().current(0.0, 60.0) == Context()


def test_after_a_turn() -> None:
    before = Context((SWITCH,), ASKED_YES, 1.0)
    assert before.after((LEVEL,), None, 2.0) == Context((LEVEL,), None, 2.0)
    assert before.after((), None, 2.0) == Context((SWITCH,), None, 2.0)
    assert before.after((), ASKED_SLOT, 2.0).pending is ASKED_SLOT
    assert before == Context((SWITCH,), ASKED_YES, 1.0)


VOLUME = "Vehicle.Cabin.Infotainment.Media.Volume"


def test_the_volume_before_a_muting_is_remembered_until_the_next() -> None:
    muted = Done(do("volume.mute"), {VOLUME: 45})
    context = Context().after((muted,), None, 1.0)
    assert context.remembered == {VOLUME: 45}
    assert context.after((SWITCH,), None, 2.0).remembered == {VOLUME: 45}
    assert context.current(1e6, 60.0).remembered == {VOLUME: 45}
    again = Done(do("volume.mute"), {VOLUME: 0})
    assert context.after((again,), None, 3.0).remembered == {VOLUME: 45}
    louder = Done(do("volume.mute"), {VOLUME: 60})
    assert context.after((louder,), None, 3.0).remembered == {VOLUME: 60}


def test_turning_down_is_no_muting() -> None:
    assert Context().after((Done(do("volume.min"), {VOLUME: 45}),), None, 1.0).remembered == {}


def test_a_muting_among_other_deeds_remembers_only_the_muted() -> None:
    both = (Done(do("volume.mute"), {VOLUME: 45}), Done(do("ac.on"), {AC: False}))
    assert Context().after(both, None, 1.0).remembered == {VOLUME: 45}


def test_unmuting_after_a_muting_gives_the_volume_back() -> None:
    context = Context().after((Done(do("volume.mute"), {VOLUME: 45}),), None, 1.0)
    where = situation({VOLUME: 0}, remembered=context.remembered)
    assert do("volume.unmute", where).proposals == (SetSignal(VOLUME, 45),)
