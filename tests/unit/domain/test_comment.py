import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.domain.comment import MARKS_MAX, clean_text

FAMILY, FLAG = "👩\u200d👩\u200d👧 1\ufe0f\u20e3", "🏴\U000e0067\U000e0062\U000e007f"
SEVERAL = (
    "e\u0301", "\u0344", "\u0958", "\ud800", "\u202e", "\u200b", "\u2028", "\u3164", "\u200d",
    "👩", "각", "\u1100\u1161\u11a8",
)  # fmt: skip
texts = st.text(st.characters()) | st.lists(
    st.sampled_from(SEVERAL) | st.characters(), max_size=40
).map("".join)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("前方高能！", "前方高能！"),
        ("  two \t words\r\nand a line ", "two words and a line"),
        ("zero\x00 \x07controls\x7f\x85here", "zero controls here"),
        ("e\u0301te\u0301", "été"),
        ("e\u200e\u0301", "é"),
        ("safe \u202eteg\u202c \u2067text\u2069", "safe teg text"),
        ("\ud83d lone \udc4d", "lone"),
        ("pri\ue000vate \U000f0001use", "private use"),
        ("soft\u00adhyphen\u200bs", "softhyphens"),
        (FAMILY, FAMILY),
        (FLAG, FLAG),
        ("می‌خواهم", "می‌خواهم"),
        ("กิ่ง", "กิ่ง"),
        ("z" + "\u0335" * 50 + "algo", "z" + "\u0335" * MARKS_MAX + "algo"),
        ("", ""),
    ],
)  # fmt: skip
def test_text_becomes_one_line_that_acts_on_nothing_around_it(text, cleaned):
    assert clean_text(text) == cleaned


@pytest.mark.parametrize(
    "text",
    [" ", "\u3000", "\u200b", "\u200d\u200c", "\u3164\uffa0", "\u2800", "\u0301", "\ufe0f"],
)
def test_text_that_nobody_would_see_is_empty(text):
    assert clean_text(text) == ""


@given(texts)
def test_cleaning_twice_changes_nothing_more(text):
    assert clean_text(clean_text(text)) == clean_text(text)


@given(texts)
def test_what_is_kept_can_be_sent_and_stays_in_its_line(text):
    cleaned = clean_text(text)

    cleaned.encode()  # raises for a lone surrogate
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == " ".join(cleaned.split())
    assert {unicodedata.category(char) for char in cleaned}.isdisjoint(
        {"Cc", "Cs", "Co", "Zl", "Zp"}
    )
    assert {unicodedata.bidirectional(char) for char in cleaned}.isdisjoint(
        {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    )


@given(st.text(st.characters(categories=["Mn", "Me"]), max_size=60))
def test_marks_do_not_pile_up(marks):
    cleaned = clean_text(f"a{marks}b")

    assert len(cleaned) <= MARKS_MAX + 2


def test_every_mark_there_is_does_not_pile_up():
    marks = [
        char
        for char in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(char) in {"Mn", "Me"}
    ]

    assert [mark for mark in marks if len(clean_text(f"中{mark * 20}文")) > MARKS_MAX + 2] == []
