import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.filter.normalize import SCANNED_KEPT_MAX, Runs, fold, key_of, plain_of, scanned_of

ANY_TEXT = st.text(alphabet=st.characters(codec=None), max_size=40)

# typed, skeleton
READ_AS = [
    ("ＦＵＬＬ Width", "fullwidth"),
    ("саѕіnо", "casino"),
    ("ᑕᗩᔕIᑎO", "casino"),
    ("𝖘𝖙𝖞𝖑𝖊𝖉 ⓒⓘⓡⓒⓛⓔⓓ 🅢🅠 🇫🇱", "styledcircledsqfl"),
    ("ｓ̷̢̛p̵͓̈a̶̘m͂", "spam"),
    ("zürich łódź", "zurichlodz"),
    ("廣告垃圾広告刷単", "广告垃圾广告刷单"),
    ("⻩片⽩痴⺩⼋", "黄片白痴王8"),
    ("⻘山⻔口⻛⻋⾭", "青山门口风车青"),
    ("伱夲昰嶶菂", "你本是微菂"),
    ("ҍօօҟ ΛΞЯ", "bookaer"),
    ("①❷３４𝟛⑹⒎", "1234367"),
    ("一二三四五六七八九零壹贰叁", "1234567890123"),
    ("加\u200b微\ufeff信\u202e", "加微信"),
    ("f\u3164u\u2800n", "fun"),
    ("㊙️加㊗️", "加"),
]


@pytest.mark.parametrize(("typed", "skeleton"), READ_AS)
def test_disguised_letters_are_read_as_plain_ones(typed, skeleton):
    assert fold(typed).skeleton == skeleton


@given(ANY_TEXT)
def test_folding_keeps_the_length_and_folding_twice_changes_nothing(text):
    once = fold(text)

    assert len(once.text) == len(plain_of(text)) == len(text)
    assert fold(once.text).text == once.text


@pytest.mark.parametrize("text", ["İstanbul", "ß", "ﷺ", "½", "㈠", "ŉ", "ǰ", "\ud83d", "\0"])
def test_letters_that_others_make_longer_stay_one(text):
    assert len(fold(text).text) == len(text)


def test_key_writes_each_run_once():
    assert key_of("fuuuckk") == "fuck"
    assert key_of("嘻嘻哈哈好") == "嘻哈好"
    assert key_of("") == ""


@given(ANY_TEXT)
def test_runs_tell_where_each_letter_of_the_key_stands(text):
    folded = fold(text)
    runs = Runs(folded.text).places

    assert "".join(folded.text[run[0]] for run in runs) == key_of(folded.skeleton)
    assert [at for run in runs for at in run] == sorted(
        at for at, char in enumerate(folded.text) if char not in "\x01\x02"
    )


def test_patterns_see_marks_and_numerals_as_typed_and_letters_folded():
    assert plain_of("ＱＱ：一二，123 體!") == "qq:一二,123 体!"


@given(ANY_TEXT)
def test_scanned_is_all_that_folding_gives(text):
    scanned, folded = scanned_of(text), fold(text)

    assert (scanned.text, scanned.folded, scanned.skeleton) == (text, folded.text, folded.skeleton)
    assert scanned.key == key_of(folded.skeleton)


def test_a_text_of_just_now_is_not_folded_again_and_old_ones_are_forgotten():
    first = scanned_of("just now")
    assert scanned_of("just now") is first

    for number in range(SCANNED_KEPT_MAX):
        scanned_of(f"later {number}")
    assert scanned_of("just now") is not first
