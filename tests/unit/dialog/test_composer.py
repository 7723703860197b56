"""One truthful reply from what each act came to."""

from __future__ import annotations

import re
from itertools import combinations_with_replacement, permutations, product
from typing import get_args

import pytest

from cockpit.dialog.reply import FINE, Composer, Told, merged
from cockpit.plan.plans import Ask, Do, Plan, Tell, Tellings
from cockpit.types import LANGS, Act, Lang, Outcome, OutcomeStatus, ReplyKind, SlotValue, Zone
from tests.unit.dialog.fixed_texts import fixed
from tests.unit.plan.reference_car import PROFILE, SKILLS, do, plan, situation

COMPOSER = Composer(SKILLS, PROFILE)
FIXED = Composer(fixed(), PROFILE)
KINDS: tuple[ReplyKind, ...] = get_args(ReplyKind)
STATUSES: tuple[OutcomeStatus, ...] = get_args(OutcomeStatus)
KEY = re.compile(r"[a-z]_[a-z]|[a-z]\.[a-z]")
"""What a text looks like that nobody wrote: the key itself."""
TIDY = re.compile(r"  | ,| \.|\{|\}|None|\d\.0(?!\d)|[。.，,][。.，,]")


def told(
    found: Do,
    *statuses: OutcomeStatus,
    lang: Lang = "en",
    speaker: Zone = "driver",
    code: str = "",
    data: dict[str, object] | None = None,
    by: Composer = COMPOSER,
) -> Told:
    """What `found` is told as when its proposals end as `statuses` says (one for all, or one each)."""
    ends = iter(statuses * len(found.proposals) if len(statuses) == 1 else statuses)
    outcomes = {
        n: tuple(Outcome(p, next(ends), code, data=data or {}) for p in deed.proposals)
        for n, deed in enumerate(found.deeds)
    }
    return by.outcome(found, outcomes, lang, speaker)


def expected(a: ReplyKind, b: ReplyKind) -> ReplyKind | None:
    """What two different kinds must come to; None where either will do."""
    both = {a, b}
    if a == b:
        return a
    if "ask" in both:
        return "ask"
    if both <= FINE:
        return "done" if "done" in both else "answer"
    if both & {"done", "partial", "already", "answer"}:
        return "partial"
    return None


@pytest.mark.parametrize(("a", "b"), list(product(KINDS, KINDS)))
def test_the_kind_of_two_parts(a: ReplyKind, b: ReplyKind) -> None:
    wanted = expected(a, b)
    assert merged([a, b]) == (a if wanted is None else wanted)


def test_no_trouble_is_ever_merged_away() -> None:
    for kinds in combinations_with_replacement(KINDS, 3):
        for order in permutations(kinds):
            if not set(order) <= FINE:
                assert merged(list(order)) not in FINE
            if "ask" in order:
                assert merged(list(order)) == "ask"


def test_nothing_at_all_is_not_understood() -> None:
    assert merged([]) == "unsupported"


@pytest.mark.parametrize("lang", LANGS)
def test_replies_of_several_acts_are_one_reply(lang: Lang) -> None:
    parts = [
        Told("done", "空调已打开" if lang == "zh" else "AC is on"),
        Told("refused", "不行" if lang == "zh" else "I cannot"),
    ]
    reply = COMPOSER.reply(parts, lang)
    assert (reply.kind, reply.lang) == ("partial", lang)
    assert reply.text == ("空调已打开，不行。" if lang == "zh" else "AC is on. I cannot.")


BAD = sorted(set(STATUSES) - {"done", "already"})
TWO = do("window.open", zone="front")
KIND_OF: dict[OutcomeStatus, ReplyKind] = {
    "refused": "refused", "invalid": "refused", "unavailable": "unavailable", "needs_confirmation": "ask",
    "failed": "failed", "expired": "failed",
}  # fmt: skip


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("bad", BAD)
def test_one_of_two_windows_is_not_told_as_done(bad: OutcomeStatus, lang: Lang) -> None:
    success = told(TWO, "done", lang=lang).text
    for order in (("done", bad), (bad, "done")):
        found = told(TWO, *order, lang=lang)
        assert found.kind == "partial"
        assert found.text
        assert success not in found.text


@pytest.mark.parametrize("lang", LANGS)
def test_a_partial_success_says_which_part(lang: Lang) -> None:
    first, second = told(TWO, "done", "failed", lang=lang), told(TWO, "failed", "done", lang=lang)
    assert first.text != second.text


@pytest.mark.parametrize("bad", BAD)
def test_nothing_of_two_windows(bad: OutcomeStatus) -> None:
    assert told(TWO, bad).kind == KIND_OF[bad]
    assert told(TWO, "already", bad).kind == KIND_OF[bad]


@pytest.mark.parametrize(
    ("statuses", "kind"),
    [(("done", "done"), "done"), (("already", "already"), "already"), (("done", "already"), "done")],
)
def test_all_of_two_windows(statuses: tuple[OutcomeStatus, ...], kind: ReplyKind) -> None:
    assert told(TWO, *statuses).kind == kind


@pytest.mark.parametrize(
    ("intent", "slots", "zh", "en"),
    [
        ("ac.on", {}, "空调已打开", "AC is on"),
        ("temperature.set", {"value": 22.0}, "温度已调到22度", "temperature set to 22 degrees"),
        (
            "temperature.set",
            {"value": 22.5, "zone": "rear"},
            "后排温度已调到22.5度",
            "rear temperature set to 22.5 degrees",
        ),
        ("seat_heating.set", {"value": 2.0}, "座椅加热已调到2挡", "seat heating set to level 2"),
        ("fan.off", {}, "风量已关闭", "fan is off"),
        ("window.open", {"zone": "front_passenger"}, "副驾车窗已打开", "passenger's window is open"),
    ],
)
def test_what_was_done(intent: str, slots: dict[str, SlotValue], zh: str, en: str) -> None:
    assert told(do(intent, **slots), "done", by=FIXED).text == en
    assert told(do(intent, **slots), "done", lang="zh", by=FIXED).text == zh


def test_different_values_are_told_apart() -> None:
    path = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
    found = told(do("temperature.up", situation({path: 20.0}), zone="front"), "done", by=FIXED)
    assert found.text == "Driver's temperature set to 21 degrees, passenger's temperature set to 25 degrees."


def reachable() -> list[tuple[str, dict[str, SlotValue]]]:
    """Every control with every operation that it knows."""
    found: list[tuple[str, dict[str, SlotValue]]] = []
    shapes = {name: shape for s in SKILLS.skills.values() for name, shape in s.manifest.controls.items()}
    for name, control in PROFILE.controls.items():
        strings = {choice for choice, value in control.values.items() if isinstance(value, str)}
        found += [(f"{name}.{operation}", {}) for operation in control.values]
        if shapes.get(name) in ("choice", "modes"):
            found += [(f"{name}.choose", {"choice": choice}) for choice in sorted(strings)]
        if control.step is not None or control.levels or control.cycle:
            found += [(f"{name}.{operation}", {}) for operation in ("up", "down")]
        if control.step is not None or control.levels:
            found.append((f"{name}.set", {"value": 20.0}))
    return found


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("intent_slots", reachable(), ids=lambda row: f"{row[0]} {row[1].get('choice', '')}".strip())
def test_every_deed_can_be_told_whatever_became_of_it(
    intent_slots: tuple[str, dict[str, SlotValue]], lang: Lang
) -> None:
    intent, slots = intent_slots
    found = plan(intent, **slots)
    if not isinstance(found, Do):
        pytest.skip("asked, not done")
    control, operation = PROFILE.controls[found.deeds[0].name], found.deeds[0].operation
    never_so_already = control.momentary and operation not in control.rests
    for status in (status for status in STATUSES if status != "already" or not never_so_already):
        for code in ("", *(row.id for row in PROFILE.policy)) if status == "refused" else ("", "no-answer"):
            text = COMPOSER.reply([told(found, status, lang=lang, code=code)], lang).text
            assert text.strip() == text != ""
            assert not TIDY.search(text), text
            assert not KEY.search(text), text
    question = COMPOSER.confirm(found, lang, "driver")
    assert question.kind == "ask"
    assert question.text[-1] in "?？"
    assert not TIDY.search(question.text)


ZONED = [name for name, control in PROFILE.controls.items() if control.zoned]
EVERYWHERE: dict[str, SlotValue] = {"zone": "all"}
TELLINGS: list[tuple[str, dict[str, SlotValue]]] = [
    *((f"{name}.read", {}) for name in PROFILE.readings),
    *((f"{name}.query", {}) for name in PROFILE.controls if name not in ("sunroof", "playback")),
    *((f"{name}.query", EVERYWHERE) for name in ZONED), ("massage.on", {"zone": "rear"}), ("temperature.ask", {}),
    ("temperature.set", {"value": 50.0}), ("nonsense", {}), ("drive.sleepy", {}),
    ("calendar.add", {}), ("phone.call", {}),
]  # fmt: skip


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("intent", "slots"), TELLINGS)
def test_every_telling_reads_well(intent: str, slots: dict[str, SlotValue], lang: Lang) -> None:
    found = plan(intent, **slots)
    assert isinstance(found, Ask | Tell | Tellings)
    text = COMPOSER.reply([COMPOSER.tell(found, lang)], lang).text
    assert text.strip() == text != ""
    assert not TIDY.search(text), text
    assert not KEY.search(text), text


@pytest.mark.parametrize(("lang", "bad"), [("zh", " "), ("en", "trunk open")])
def test_a_question_about_two_things_joins_them(lang: Lang, bad: str) -> None:
    both = Do(Act("x"), do("trunk.open").deeds + do("fuel_flap.open").deeds)
    assert bad not in COMPOSER.confirm(both, lang, "driver").text


def test_undoing_is_told_as_such_unless_it_failed() -> None:
    assert COMPOSER.undone(Told("done", "x"), "en") == Told("done", "I have put it back")
    assert COMPOSER.undone(Told("failed", "x"), "en") == Told("failed", "x")


def test_the_range_is_named() -> None:
    found = plan("temperature.set", value=50.0)
    assert isinstance(found, Ask)
    for lang in LANGS:
        text = COMPOSER.tell(found, lang).text
        assert "16" in text
        assert "30" in text


def test_tellings_are_told_in_their_order() -> None:
    parts = tuple(Tell("answer", "query.off", {"name": name, "zones": ()}) for name in ("ac", "fan"))
    assert FIXED.tell(Tellings(parts), "en").text == "AC is off, fan is off."


APPS: list[tuple[str, dict[str, SlotValue], dict[str, object]]] = [
    ("media.play", {}, {}), ("media.play", {"artist": "Queen"}, {}), ("media.favourite", {}, {}),
    ("media.repeat", {"mode": "one"}, {}),
    ("media.shuffle_on", {}, {}), ("navigation.navigate", {"destination": "home"}, {}),
    ("navigation.navigate", {"destination": "Zoo"}, {"distance_m": 12_000, "duration_s": 900}),
    ("navigation.cancel", {}, {}), ("navigation.eta", {}, {}), ("navigation.search", {"query": "coffee"}, {}),
    ("navigation.search", {"query": "coffee"}, {"results": []}),
    ("phone.call", {"contact": "Anna"}, {}), ("phone.call", {"number": "10086"}, {}), ("phone.read_messages", {}, {}),
    ("phone.read_messages", {}, {"messages": []}),
    ("phone.send_message", {"contact": "Anna", "text": "x"}, {}), ("weather.query", {}, {}),
    ("weather.query", {"day": "tomorrow"}, {"summary": "rain", "temperature_c": 8.0}),
    ("weather.query", {"day": "+2"},
    {"summary": "rain", "temperature_c": 8.5, "low_c": 3.0, "high_c": 9.0, "precipitation_percent": 80}),
    ("calendar.list", {}, {}), ("calendar.list", {}, {"events": []}),
    ("calendar.add", {"title": "x", "start": "10:00"}, {}),
]  # fmt: skip


ENDS: tuple[OutcomeStatus, ...] = ("done", "failed", "unavailable", "refused", "expired")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("intent", "slots", "data"), APPS)
def test_what_an_app_did(intent: str, slots: dict[str, SlotValue], data: dict[str, object], lang: Lang) -> None:
    found = do(intent, **slots)
    for status in ENDS:
        part = told(found, status, lang=lang, data=data if status == "done" else None, code="front-phones")
        text = COMPOSER.reply([part], lang).text
        assert text != ""
        assert not TIDY.search(text), text
        assert not KEY.search(text), text
        wanted = ("answer" if found.answers else "done") if status == "done" else KIND_OF[status]
        assert part.kind == wanted


@pytest.mark.parametrize("lang", LANGS)
def test_an_app_refused_for_any_reason(lang: Lang) -> None:
    assert "refused" not in told(do("media.favourite"), "refused", lang=lang, code="new-row").text


def test_a_plan_is_one_of_four() -> None:
    assert set(get_args(Plan)) == {Do, Ask, Tell, Tellings}


@pytest.mark.parametrize("lang", LANGS)
def test_likely_replies_are_whole_sentences(lang: Lang) -> None:
    likely = COMPOSER.likely(lang)
    assert len(likely) == len(set(likely)) > 100
    assert [text for text in likely if KEY.search(text) or TIDY.search(text)] == []
    wanted = {
        "zh": ("空调已打开。", "副驾座椅加热已打开。", "车外50度。"),
        "en": ("The air conditioning is on.", "No service is due."),
    }
    assert set(wanted[lang]) <= set(likely)
