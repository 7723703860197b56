"""Whole utterances with a handful of skills."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.nlu.templates import MAX_TOKENS
from cockpit.types import LANGS, Lang
from tests.unit.nlu.small_skills import UNDERSTANDER, acts

Acts = list[tuple[str, dict[str, object]]]
HALF: dict[str, object] = {"value": 50.0, "value_unit": "percent"}


@pytest.mark.parametrize(
    ("text", "lang", "wanted"),
    [
        ("打开车窗", "zh", [("window.open", {})]),
        ("请帮我把空调打开", "zh", []),
        ("请帮我打开空调吧", "zh", [("ac.on", {})]),
        ("空调关掉", "zh", [("ac.off", {})]),
        ("打开副驾的窗户", "zh", [("window.open", {"zone": "front_passenger"})]),
        ("温度二十二度", "zh", [("temperature.set", {"value": 22.0, "value_unit": "degree"})]),
        ("温度调高两度", "zh", [("temperature.up", {"amount": 2.0, "amount_unit": "degree"})]),
        ("温度调高", "zh", [("temperature.up", {})]),
        ("车窗开到一半", "zh", [("window.set", {"value": 50.0, "value_unit": "percent"})]),
        ("车速多少", "zh", [("speed.read", {})]),
        ("拨打幺三八零零", "zh", [("trip.call", {"number": "13800"})]),
        ("明天下午三点开会", "zh", [("trip.meet", {"day": "tomorrow", "start": "15:00"})]),
        ("open the window", "en", [("window.open", {})]),
        ("can you please open the passenger window", "en", [("window.open", {"zone": "front_passenger"})]),
        ("turn the AC on", "en", [("ac.on", {})]),
        ("set the temperature to 22.5 degrees", "en", [("temperature.set", {"value": 22.5, "value_unit": "degree"})]),
        ("raise temperature by two degrees", "en", [("temperature.up", {"amount": 2.0, "amount_unit": "degree"})]),
        ("how fast are we", "en", [("speed.read", {})]),
        ("call Anna Maria", "en", [("trip.call", {"contact": "Anna Maria"})]),
        ("meeting tomorrow at 3 pm", "en", [("trip.meet", {"day": "tomorrow", "start": "15:00"})]),
    ],
)
def test_one_act(text: str, lang: Lang, wanted: Acts) -> None:
    assert acts(text, lang) == wanted


@pytest.mark.parametrize(
    ("text", "lang", "wanted"),
    [
        ("打开空调，温度二十二度，再关上车窗", "zh", ["ac.on", "temperature.set", "window.close"]),
        ("打开空调温度二十二度关上车窗", "zh", ["ac.on", "temperature.set", "window.close"]),
        ("打开空调然后关上车窗", "zh", ["ac.on", "window.close"]),
        ("turn on the ac and close the window", "en", ["ac.on", "window.close"]),
        ("turn on the ac, set the temperature to 20 and then close the window", "en",
        ["ac.on", "temperature.set", "window.close"]),
        ("open the window close the sunroof", "en", ["window.open", "sunroof.close"]),
        ("navigate to work then turn on the ac", "en", ["trip.go", "ac.on"]),
        ("导航去人民广场然后打开空调", "zh", ["trip.go", "ac.on"]),
    ],
)  # fmt: skip
def test_several_acts_in_one_breath_in_order(text: str, lang: Lang, wanted: list[str]) -> None:
    assert [intent for intent, _ in acts(text, lang)] == wanted


@pytest.mark.parametrize(
    ("text", "lang", "wanted"),
    [
        ("打开空调和除霜", "zh", [("ac.on", {}), ("defroster.on", {})]),
        ("打开车窗和天窗", "zh", [("window.open", {}), ("sunroof.open", {})]),
        ("open the window and the sunroof", "en", [("window.open", {}), ("sunroof.open", {})]),
        ("open the driver window and the rear window", "en",
        [("window.open", {"zone": "driver"}), ("window.open", {"zone": "rear"})]),
        ("turn off the ac and the defroster", "en", [("ac.off", {}), ("defroster.off", {})]),
        ("空调和除霜关掉", "zh", [("ac.off", {}), ("defroster.off", {})]),
        ("window and sunroof to fifty percent", "en",
        [("window.set", HALF), ("sunroof.set", HALF)]),
    ],
)  # fmt: skip
def test_one_verb_for_several_things(text: str, lang: Lang, wanted: Acts) -> None:
    assert acts(text, lang) == wanted


@pytest.mark.parametrize("text", ["空调", "除霜和空调", "天窗和车窗"])
def test_things_without_a_verb_are_no_request(text: str) -> None:
    assert acts(text, "zh") == []


def test_a_verb_is_shared_only_by_things_that_can_be_operated() -> None:
    assert acts("how fast are we and the defroster", "en") == []


@pytest.mark.parametrize(
    ("text", "lang", "zones"),
    [
        ("打开主驾和副驾车窗", "zh", ["driver", "front_passenger"]),
        ("打开主驾、副驾和后排车窗", "zh", ["driver", "front_passenger", "rear"]),
        ("open driver and passenger window", "en", ["driver", "front_passenger"]),
        ("open driver, passenger and rear left window", "en", ["driver", "front_passenger", "rear_left"]),
        ("open back window", "en", ["rear"]),
    ],
)
def test_up_to_three_zones(text: str, lang: Lang, zones: list[str]) -> None:
    ((intent, slots),) = acts(text, lang)
    assert intent == "window.open"
    assert [slots[name] for name in sorted(slots)] == zones


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("不要打开车窗", "zh"),
        ("别开空调", "zh"),
        ("请别打开空调", "zh"),
        ("不打开车窗", "zh"),
        ("dont open the window", "en"),
        ("don't open the window", "en"),
        ("do not turn on the ac", "en"),
        ("never open the window", "en"),
        ("no open the window", "en"),
        ("please don’t open the sunroof", "en"),
    ],
)
def test_negation_does_nothing(text: str, lang: Lang) -> None:
    assert acts(text, lang) == []


@pytest.mark.parametrize(
    ("text", "lang", "wanted"),
    [
        ("不，打开车窗", "zh", ["dialog.no", "window.open"]),
        ("no, open the window", "en", ["dialog.no", "window.open"]),
        ("yes, open the window", "en", ["dialog.yes", "window.open"]),
        ("yes and open the window", "en", ["dialog.yes", "window.open"]),
        ("sure open the window", "en", []),
        ("no", "en", ["dialog.no"]),
        ("好", "zh", ["dialog.yes"]),
        ("好！", "zh", ["dialog.yes"]),
    ],
)
def test_yes_and_no_stand_apart(text: str, lang: Lang, wanted: list[str]) -> None:
    assert [intent for intent, _ in acts(text, lang)] == wanted


@pytest.mark.parametrize(
    ("text", "lang", "wanted", "aside"),
    [
        ("我有点热，打开车窗", "zh", ["window.open"], "我有点热"),
        ("打开车窗，因为太热了", "zh", ["window.open"], "因为太热了"),
        ("I am hot, open the window", "en", ["window.open"], "I am hot"),
        ("open the window, because it smells", "en", ["window.open"], "because it smells"),
        ("I never liked it, open the window", "en", [], "I never liked it, open the window"),
        ("open the window, i do not like it", "en", [], "open the window, i do not like it"),
        ("I am hot", "en", [], "I am hot"),
        ("she said open the window", "en", [], "she said open the window"),
        ("open the window she said", "en", [], "open the window she said"),
    ],
)
def test_clauses_that_only_explain(text: str, lang: Lang, wanted: list[str], aside: str) -> None:
    found = UNDERSTANDER.understand(text, lang)
    assert [act.intent for act in found.acts] == wanted
    assert found.unmatched == aside


@pytest.mark.parametrize(
    ("text", "lang", "wanted"),
    [
        ("打开车床", "zh", "window.open"),
        ("打开空条", "zh", "ac.on"),
        ("大开天窗", "zh", "sunroof.open"),
        ("关上添窗", "zh", "sunroof.close"),
        ("open the son roof", "en", "sunroof.open"),
        ("turn on the defrost her", "en", "defroster.on"),
        ("close the sun roof", "en", "sunroof.close"),
        ("turn on the air condition in", "en", "ac.on"),
    ],
)
def test_misheard_but_understood(text: str, lang: Lang, wanted: str) -> None:
    (act,) = UNDERSTANDER.understand(text, lang).acts
    assert act.intent == wanted
    assert 0 < act.confidence < 1


def test_a_sentence_of_which_hardly_a_word_is_right_is_not_guessed_at() -> None:
    assert [intent for intent, _ in acts("打开测窗", "zh")] == ["window.open"]
    assert acts("答凯测床", "zh") == []


def test_the_right_words_leave_no_doubt() -> None:
    assert UNDERSTANDER.understand("open the sunroof", "en").confidence == 1


def test_sound_is_asked_only_where_words_fail() -> None:
    assert acts("去公司", "zh") == [("trip.go", {"destination": "work"})]
    assert acts("导航去宫思", "zh") == [("trip.go", {"destination": "宫思"})]


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("", "zh"),
        ("   ", "en"),
        ("，。", "zh"),
        ("今天天气不错我们去吃饭", "zh"),
        ("打开", "zh"),
        ("车窗外面有人", "zh"),
        ("他说打开车窗", "zh"),
        ("the window", "en"),
        ("open", "en"),
        ("the news at six", "en"),
        ("open the fridge", "en"),
        ("open the window in the kitchen", "en"),
        ("打开冰箱", "zh"),
        ("温度", "zh"),
        ("🚗", "en"),
        ("打开车窗 " * (MAX_TOKENS // 4 + 1), "zh"),
    ],
)
def test_what_gives_nothing(text: str, lang: Lang) -> None:
    found = UNDERSTANDER.understand(text, lang)
    assert (found.acts, found.confidence, found.unmatched) == ((), 0.0, text)


def test_a_known_place_beats_free_text_and_free_text_takes_the_rest() -> None:
    assert acts("drive home", "en") == [("trip.go", {"destination": "home"})]
    assert acts("navigate to home sweet home", "en") == [("trip.go", {"destination": "home sweet home"})]


@pytest.mark.parametrize(
    ("text", "lang", "expecting", "wanted"),
    [
        ("二十二度", "zh", "value", [("answer.value", {"value": 22.0, "value_unit": "degree"})]),
        ("二十二度", "zh", "", []),
        ("二十二度", "zh", "contact", [("answer.contact", {"contact": "二十二度"})]),
        ("张三", "zh", "contact", [("answer.contact", {"contact": "张三"})]),
        ("张三", "zh", "value", []),
        ("fifty percent please", "en", "value", [("answer.value", {"value": 50.0, "value_unit": "percent"})]),
        ("half past seven", "en", "start", [("answer.start", {"start": "07:30"})]),
        ("half past seven", "en", "nonsense", []),
        ("open the window", "en", "contact", [("window.open", {})]),
        ("打开车窗", "zh", "contact", [("window.open", {})]),
        ("yes", "en", "confirm", [("dialog.yes", {})]),
    ],
)
def test_answers_are_heard_only_when_expected(text: str, lang: Lang, expecting: str, wanted: Acts) -> None:
    assert acts(text, lang, expecting) == wanted


def test_each_act_knows_its_words() -> None:
    found = UNDERSTANDER.understand("Please turn on the AC, then open the window!", "en")
    assert [act.text for act in found.acts] == ["Please turn on the AC", "open the window"]


def test_capabilities_name_every_intent() -> None:
    intents = UNDERSTANDER.capabilities.intents
    assert {"window.open", "ac.off", "trip.go", "speed.read", "dialog.no"} <= set(intents)
    assert list(intents) == sorted(set(intents))


SAID = "open close the window ac turn on off and , dont driver 20 degrees to 99999999".split()
WORDS = {
    "zh": st.text("打开关上车窗空调天的和，然后不要二十度去调高", max_size=24),
    "en": st.lists(st.sampled_from(SAID), max_size=14).map(" ".join),
}  # fmt: skip


@given(st.sampled_from(LANGS), st.data())
def test_understanding_never_fails_and_keeps_to_known_intents(lang: Lang, data: st.DataObject) -> None:
    text = data.draw(st.one_of(WORDS[lang], st.text(max_size=60)))
    found = UNDERSTANDER.understand(text, lang)
    assert found.lang == lang
    assert 0 <= found.confidence <= 1
    known = {intent.rpartition(".")[0] for intent in UNDERSTANDER.capabilities.intents}
    assert {act.intent.rpartition(".")[0] for act in found.acts} <= known
    assert not any(act.intent.endswith("mention") for act in found.acts)


@given(st.sampled_from(["打开车窗", "关上天窗", "温度二十度"]), st.sampled_from(["别", "不要"]))
def test_a_refusal_before_a_request_always_stops_it(request_text: str, refusal: str) -> None:
    assert acts(refusal + request_text, "zh") == []
