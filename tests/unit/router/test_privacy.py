"""What may leave the board, over the whole report sets, and what redaction takes out and puts back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.errors import ConfigError
from cockpit.router.privacy import PrivacyJudge, load_patterns
from cockpit.router.redaction import Redacted, Redactor, Restorer
from cockpit.types import LANGS, Act, Lang, Understanding
from hil.routing.privacy import sentences

CONTACTS = ("王建国", "Hannah Whitlock", "Mr Abbott")


def general(acts: tuple[Act, ...] = (), *, private: bool = False) -> Understanding:
    return Understanding(acts, "en", 0.9, kind="chat", complexity="knowledge", private=private)


@pytest.mark.parametrize(
    ("text", "cls"),
    [
        ("王建国属什么", "contacts"),
        ("how old is hannah", "contacts"),
        ("is abbott a good name", "contacts"),
        ("念一下刚才那条微信", "messages"),
        ("what time is my meeting", "calendar"),
        ("门口的路叫什么，从家到公司多远", "places"),
        ("导航历史里有什么", "trips"),
        ("这是哪里", "positions"),
        ("沪A8K623 是哪里的车", "plates"),
        ("whose number is 415 555 0173", "phone_numbers"),
        ("is a@b.example right", "identity"),
        ("who is speaking", "voice"),
        ("does everybody like my cooking", "personal"),
        ("珠穆朗玛峰有多高", "none"),
        ("tell me who wrote Hamlet", "none"),
        ("给我讲讲长城的历史", "none"),
    ],
)
def test_classes(text: str, cls: str) -> None:
    assert PrivacyJudge(CONTACTS).judge(text).cls == cls


@pytest.mark.parametrize("lang", LANGS)
def test_hardly_a_private_utterance_passes_the_patterns_and_no_private_string_passes_redaction(lang: Lang) -> None:
    """With the network's judgement beside it: none (`python -m hil.routing.privacy`). Here the patterns alone."""
    said = sentences(lang)
    judge, redactor = PrivacyJudge(said.phone_book), Redactor(said.phone_book)
    left = [text for text in said.private if judge.judge(text).cls == "none"]
    assert len(said.private) >= 300
    assert len(left) <= 0.01 * len(said.private), left
    assert not [h for text in left for h in said.private[text] if h in redactor.redact(text).text]
    assert sum(judge.judge(text).cls != "none" for text in said.open) <= 0.1 * len(said.open)


def test_acts_and_the_network_keep_what_no_pattern_knows() -> None:
    judge = PrivacyJudge()
    assert judge.judge("ring Sarah", general((Act("phone.call"),))).cls == "contacts"
    assert judge.judge("to the cinema", general((Act("navigation.navigate"),))).cls == "trips"
    assert judge.judge("hum", general(private=True)).cls == "unsure"
    assert judge.judge("hum", general()).cls == "none"
    assert judge.judge("hum", Understanding((), "en", 0.0)).cls == "unsure"


def test_strings_are_taken_out_and_put_back() -> None:
    redacted = Redactor(CONTACTS).redact("写信给王建国，电话 13916204837，再抄送王建国")
    assert redacted.text == "写信给[CONTACT_1]，电话 [NUMBER_1]，再抄送[CONTACT_1]"
    assert redacted.restored("亲爱的[CONTACT_1]，号码【number 1】和 [ID_7]") == "亲爱的王建国，号码13916204837和 [ID_7]"


def test_texts_of_one_request_share_placeholders() -> None:
    redactor = Redactor(CONTACTS)
    first = redactor.redact("who is Hannah Whitlock")
    second = redactor.redact("Hannah Whitlock and a@b.example", first)
    assert second.text == "[CONTACT_1] and [ID_1]"
    assert second.originals == {"CONTACT_1": "Hannah Whitlock", "ID_1": "a@b.example"}


@given(st.lists(st.integers(1, 12), min_size=1, max_size=12))
def test_an_answer_in_pieces_is_restored_as_a_whole_one(lengths: list[int]) -> None:
    redacted = Redacted("", {"CONTACT_1": "王建国", "NUMBER_1": "139"})
    answer = "请问[CONTACT_1]的号码是[NUMBER_1]吗 [1] 【contact 1】好 [CONTACT_"
    restorer, pieces, at = Restorer(redacted), [], 0
    while at < len(answer):
        for length in lengths:
            pieces.append(restorer.feed(answer[at : at + length]))
            at += length
    assert "".join(pieces) + restorer.end() == redacted.restored(answer)


def test_a_wrong_pattern_is_named(tmp_path: Path) -> None:
    for lang in LANGS:
        (tmp_path / lang).mkdir()
        (tmp_path / lang / "privacy.yaml").write_text("asides: []\nself: I\ncues: {voice: ['(']}\nthings: {}\n")
    with pytest.raises(ConfigError, match=r"'\('"):
        load_patterns(tmp_path)
