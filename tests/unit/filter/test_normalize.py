import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.filter.normalize import GAP, MARKS, NOTHING, fold, table

ANY_TEXT = st.text(alphabet=st.characters(codec=None), max_size=60)

# typed, read as
LETTERS = [
    ("ＡbＣ", "abc"),
    ("Ünïçödé", "unicode"),
    ("łøđ", "lod"),
    ("İstanbul", "istanbul"),
    ("саѕіnо", "casino"),  # Cyrillic а, ѕ, і, о
    ("ΑΒ", "ab"),  # Greek
    ("ᴄᴀꜱɪɴᴏ", "casino"),
    ("𝖇𝖆𝖙", "bat"),
    ("ⓑ🅑🅱⒝", "bbbb"),
    ("🇫🇺", "fu"),
    ("約樂", "约乐"),
    ("⼈", "人"),
    ("ｶﾜｲｲ", "カワイイ"),
]
DIGITS = [("３³₃③❸𝟛٣", "3333333"), ("3\ufe0f\u20e3", "3\x02\x02"), ("⒈⑴", "11")]
KEPT = [
    ("が", "が"),
    ("안녕", "안녕"),
    ("三级", "三级"),
    ("𠮷", "𠮷"),
    ("\U00030000", "\U00030000"),
]
GAPS = [" ", "\u3000", "\n", "\x00", "·", "，", "*", "★", "😀", "½", "ﷺ", "\ue000", "\U000f0000"]
NOTHINGS = ["\u200b", "\u200d", "\u00ad", "\u202e", "\ufe0f", "\u0301", "\u3164", "\U000e0067"]


@pytest.mark.parametrize(("typed", "read"), LETTERS + DIGITS + KEPT)
def test_one_code_point_is_read_as_one(typed, read):
    assert fold(typed).text == read


@pytest.mark.parametrize("typed", GAPS)
def test_what_parts_letters_becomes_a_gap(typed):
    assert fold(typed).text == GAP


@pytest.mark.parametrize("typed", NOTHINGS)
def test_what_nobody_sees_becomes_nothing(typed):
    assert fold(typed).text == NOTHING


def test_lone_surrogate_becomes_a_gap():
    assert fold("a\ud83db").text == f"a{GAP}b"


def test_letters_without_a_plain_form_of_one_code_point_stay_whole():
    assert fold("ßæ").text == "ßæ"


def test_skeleton_has_the_letters_and_offsets_lead_back_to_them():
    text = "a·b\u200bc 😀d"

    folded = fold(text)

    assert folded.skeleton == "abcd"
    assert [text[at] for at in folded.offsets()] == list("abcd")


def test_table_covers_all_of_unicode():
    assert len(table()) == 0x110000


@given(ANY_TEXT)
def test_folding_keeps_the_length_of_any_text(text):
    assert len(fold(text).text) == len(text)


@given(ANY_TEXT)
def test_every_letter_of_the_skeleton_has_its_place(text):
    folded = fold(text)

    assert "".join(folded.text[at] for at in folded.offsets()) == folded.skeleton
    assert not set(folded.skeleton) & set(MARKS)


@given(ANY_TEXT)
def test_a_skeleton_folds_to_itself(text):
    skeleton = fold(text).skeleton

    assert fold(skeleton).text == skeleton
