from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.lm.conversation import conversation
from cockpit.lm.guard import Bounds, Claims, Fault, Guard, limit, spoken_length
from cockpit.types import LANGS, Lang
from cockpit.yamlfile import read_yaml

DATA = Path(__file__).parents[2] / "data"
NO_BOUNDS = Bounds(Claims(()))


def judged(lang: Lang, text: str, seconds: float = 12.0, size: int = 3, *, small: bool = False) -> Guard:
    """A guard that was fed `text`, `size` letters at a time."""
    guard = Guard(lang, conversation(lang).bounds, small=small, seconds=seconds)
    for at in range(0, len(text), size):
        guard.feed(text[at : at + size])
    guard.finish()
    return guard


@pytest.mark.parametrize("lang", LANGS)
def test_no_claim_is_let_through(lang: Lang) -> None:
    claims = read_yaml(DATA / f"claims.{lang}.yaml")["claims"]
    assert len(claims) >= 60
    assert [text for text in claims if judged(lang, text, 60).fault != "claim"] == []


@pytest.mark.parametrize("lang", LANGS)
def test_what_only_comes_near_a_claim_passes(lang: Lang) -> None:
    harmless = read_yaml(DATA / f"claims.{lang}.yaml")["harmless"]
    assert len(harmless) >= 60
    assert [text for text in harmless if judged(lang, text, 60).fault == "claim"] == []


@pytest.mark.parametrize("lang", LANGS)
def test_the_texts_that_a_model_is_shown_pass_themselves(lang: Lang) -> None:
    texts = conversation(lang)
    assert [answer for _, answer in texts.examples if judged(lang, answer).fault] == []


def test_what_came_before_a_claim_stays_said() -> None:
    guard = judged("zh", "今天确实有点热。我已经帮您打开了空调。祝您愉快。")
    assert (guard.text, guard.fault, guard.usable) == ("今天确实有点热。", "claim", True)
    assert guard.feed("还有。") == []


def test_a_claim_alone_leaves_nothing() -> None:
    guard = judged("en", "I've turned it on.")
    assert (guard.text, guard.fault, guard.usable) == ("", "claim", False)


@pytest.mark.parametrize(
    ("lang", "text"),
    [("en", "Sure! I'll start charging your car."), ("zh", "好的！我会关闭屏幕。"), ("en", "Sure!"), ("zh", "好的。")],
)
def test_no_assent_is_said_before_a_claim_or_alone(lang: Lang, text: str) -> None:
    guard = judged(lang, text)
    assert (guard.text, guard.fault) == ("", "claim")


def test_an_assent_before_a_good_sentence_is_said_with_it() -> None:
    guard = Guard("zh", conversation("zh").bounds)
    assert guard.feed("好的！") == []
    assert guard.feed("从前有座山。") == ["好的！从前有座山。"]


def test_a_condition_takes_back_its_own_clause_only() -> None:
    assert judged("zh", "如果您觉得有点冷的话，我已经帮您打开了空调。").fault == "claim"
    assert judged("en", "If you feel cold in here, I've turned the heating on.").fault == "claim"


FAULTS: list[tuple[Lang, str, Fault]] = [
    ("zh", "Sure, here is what you asked for.", "wrong_language"),
    ("zh", "好的。Let us talk about something else.", "wrong_language"),
    ("en", "当然可以，我们聊聊。", "wrong_language"),
    ("en", "That is called 豆腐 in Chinese.", "wrong_language"),
    ("en", "```python", "code"),
    ("en", "Use print(x) for that.", "code"),
    ("zh", "<|im_end|>你好。", "code"),
    ("zh", "{“act”: 1}。", "code"),
    ("en", "See https://example.org for more.", "code"),
    ("en", "**Bold** is bad.", "code"),
    ("zh", "我喜欢唱歌。我喜欢唱歌。", "loop"),
    ("en", "I like songs. Songs are nice. I like songs!", "loop"),
    ("zh", "哈哈哈哈哈哈哈哈哈哈哈哈。", "loop"),
    ("zh", "文学奖中国有文学奖中国有文学奖中国有文学奖。", "loop"),
    ("en", "very very very very very good.", "loop"),
    ("zh", "", "empty"),
    ("en", " ... \n", "empty"),
]


@pytest.mark.parametrize(("lang", "text", "fault"), FAULTS)
def test_what_makes_an_answer_end(lang: Lang, text: str, fault: Fault) -> None:
    assert judged(lang, text).fault == fault


GOOD: list[tuple[Lang, str]] = [
    ("zh", "你可以听听周杰伦的《晴天》，或者 Beyond 的歌。"),
    ("zh", "USB 接口在扶手箱里。"),
    ("zh", "圆周率约等于3.14。"),
    ("zh", "哈哈，这个笑话不错！"),
    ("en", "Pi is about 3.14. It never ends."),
    ("en", "That's fine, don't worry about it."),
    ("en", "It was 5 p.m. when the train left."),
    ("en", "Return the car by noon."),
]


@pytest.mark.parametrize(("lang", "text"), GOOD)
@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_a_good_answer_passes_whole_however_it_comes(lang: Lang, text: str, size: int) -> None:
    guard = judged(lang, text, size=size)
    assert (guard.text, guard.fault) == (text, None)


def test_an_answer_is_cut_at_a_clause_when_it_gets_too_long() -> None:
    for lang, sentence in (("zh", "第{}天我们去了山里看风景。"), ("en", "On day {} we went to see the mountains.")):
        guard = judged(lang, " ".join(sentence.format(day) for day in range(1, 20)))
        assert guard.fault == "long"
        assert guard.usable
        assert spoken_length(guard.text, lang) <= limit(lang)
        assert guard.text.endswith(sentence[-1])


def test_clauses_come_as_soon_as_they_are_complete() -> None:
    guard = Guard("zh", NO_BOUNDS)
    assert guard.feed("今天天气不错，适合") == ["今天天气不错，"]
    assert guard.feed("出去走走。好") == ["适合出去走走。"]
    assert guard.finish() == ["好"]
    assert guard.text == "今天天气不错，适合出去走走。好"


def test_a_short_clause_waits_for_more() -> None:
    guard = Guard("en", NO_BOUNDS)
    assert guard.feed("Well, that ") == []
    assert guard.feed("depends on you. ") == ["Well, that depends on you."]


def test_a_full_stop_may_still_be_a_decimal_point() -> None:
    guard = Guard("en", NO_BOUNDS)
    assert guard.feed("It is 3.") == []
    assert guard.feed("5 metres long. ") == ["It is 3.5 metres long."]


def test_a_word_of_letters_counts_as_one_character_in_chinese() -> None:
    assert spoken_length("用 Bluetooth 连接手机", "zh") == 6
    assert spoken_length("don't worry, be happy", "en") == 4


SMALL: list[tuple[Lang, str, Fault]] = [
    ("zh", "珠穆朗玛峰高八千八百四十八米。", "figure"),
    ("zh", "长城建于1600年。", "figure"),
    ("zh", "我是通义千问，由阿里云开发。", "persona"),
    ("zh", "续航大约还有不少。", "state"),
    ("en", "Mount Everest is 8710 feet tall.", "figure"),
    ("en", "As an AI, I have no taste.", "persona"),
    ("en", "The battery is fine for now.", "state"),
]


@pytest.mark.parametrize(("lang", "text", "fault"), SMALL)
def test_what_only_a_large_model_may_say(lang: Lang, text: str, fault: Fault) -> None:
    assert judged(lang, text, small=True).fault == fault
    assert judged(lang, text, small=False).fault is None


@pytest.mark.parametrize(("lang", "text"), [("zh", "困了可以看看手机提神。"), ("en", "Close your eyes for a moment.")])
@pytest.mark.parametrize("small", [True, False])
def test_no_model_tells_a_driver_to_look_away(lang: Lang, text: str, *, small: bool) -> None:
    assert judged(lang, text, small=small).fault == "unsafe"


@pytest.mark.parametrize(
    ("asked", "answer", "text"),
    [
        ("今天心情不好", "今天心情不好，可以听听轻松的歌。", "可以听听轻松的歌。"),
        ("李白是哪个朝代的", "李白是哪个朝代的？", ""),
        ("早上好", "早上好！今天过得怎么样？", "早上好！今天过得怎么样？"),
    ],
)
def test_the_question_said_again_is_left_out_but_a_greeting_is_returned(asked: str, answer: str, text: str) -> None:
    guard = Guard("zh", conversation("zh").bounds, asked)
    guard.feed(answer)
    guard.finish()
    assert (guard.text, guard.fault) == (text, None if text else "empty")
