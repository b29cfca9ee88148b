from danmaku.filter.traditional import SIMPLIFIED, TRADITIONAL


def test_both_rows_are_equally_long():
    assert len(TRADITIONAL) == len(SIMPLIFIED)


def test_each_traditional_character_stands_once():
    assert len(set(TRADITIONAL)) == len(TRADITIONAL)


def test_no_simplified_character_would_be_simplified_again():
    assert not set(SIMPLIFIED) & set(TRADITIONAL)


def test_everyday_pairs():
    pairs = dict(zip(TRADITIONAL, SIMPLIFIED, strict=True))

    assert [pairs[char] for char in "開發廣機證掛臺灣"] == list("开发广机证挂台湾")
