import pytest

from danmaku.filter.variants import JOINT, PATTERNS_MAX, Kind, patterns_of


def ways(word, kind, **more):
    return {
        way.spelled.replace(JOINT, "")
        for way in patterns_of(word, variants=True, **more)
        if way.kind is kind
    }


def test_word_itself_comes_first_and_stands_alone_without_variants():
    assert patterns_of("加微信", variants=True)[0] == ("加微信", Kind.WORD)
    assert patterns_of("加微信", variants=False) == (("加微信", Kind.WORD),)


def test_pinyin_whole_mixed_and_by_one_letter():
    assert {"jiaweixin", "加wei信", "jia微信", "加w信"} <= ways("加微信", Kind.PINYIN)


def test_short_words_have_no_pinyin_that_everybody_writes():
    assert "ma" not in ways("妈", Kind.PINYIN)
    assert "jiao" not in ways("骄", Kind.PINYIN)
    assert "nima" in ways("尼玛", Kind.PINYIN)
    assert "made" not in ways("马德", Kind.PINYIN)


def test_initials_of_short_words_only_where_asked_for():
    assert "smjq" in ways("扫码进群", Kind.PINYIN)
    assert "aeyn" not in ways("爱恩与你", Kind.PINYIN)
    assert "bj" not in ways("北京", Kind.PINYIN)
    assert {"bj", "北j", "bjing"} <= ways("北京", Kind.PINYIN, initials=True)


def test_substitutes_one_and_two():
    assert {"加薇信", "茄微信", "茄薇信"} <= ways("加微信", Kind.SUBSTITUTE)


def test_what_sounds_alike_and_has_a_part_of_it_stands_for_a_letter_of_a_short_word():
    assert {"赔玩", "陪顽"} <= ways("陪玩", Kind.SUBSTITUTE)
    assert {"彩票", "时采"}.isdisjoint(ways("采票", Kind.SUBSTITUTE))
    assert "时时采" in ways("时时彩", Kind.SUBSTITUTE)
    assert "青芸门" not in ways("青云门", Kind.SUBSTITUTE)


def test_characters_in_their_parts():
    assert {"力口微信"} <= ways("加微信", Kind.SPLIT)
    assert {"亻弋练", "代纟东"} <= ways("代练", Kind.SPLIT)


def test_parts_of_a_short_word_keep_their_radicals_bare():
    assert "人弋练" not in ways("代练", Kind.SPLIT)


@pytest.mark.parametrize(
    ("word", "backwards"),
    [("垃圾广告", {"告广圾垃"}), ("刷单", set()), ("他妈的", set()), ("casino", {"onisac"})],
)
def test_backwards_only_where_it_is_no_chance(word, backwards):
    assert ways(word, Kind.REVERSED) == backwards


def test_latin_words_with_a_letter_left_out_or_swapped():
    assert ways("fuck", Kind.WILDCARD) == {"fck"}
    assert ways("fuck", Kind.SWAPPED) == {"fcuk"}


def test_patterns_of_a_word_are_bounded_and_distinct():
    found = [way.spelled.replace(JOINT, "") for way in patterns_of("傻逼操妈单", variants=True)]

    assert len(found) <= PATTERNS_MAX
    assert len(found) == len(set(found))
