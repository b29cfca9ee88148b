import html
import re

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from danmaku.domain.comment import LARGE, Mode, Style, clean_text
from danmaku.errors import BadMessage, Code
from danmaku.formats.bilibili_xml import XML, XmlSource, xml_text_of
from danmaku.formats.senders import sender_of
from tests.unit.formats.hostile import HOSTILE, MARKER, TEXTS, file_of, shown


def items_of(raw, step=7):
    source = XmlSource()
    items = [item for at in range(0, len(raw), step) for item in source.feed(raw[at : at + step])]
    return items + source.end()


def comment(p="1.5,1,25,255,0,0,x,1", text="hi"):
    return f'<d p="{p}">{text}</d>'


def in_file(*comments):
    return f'<?xml version="1.0" encoding="UTF-8"?><i>{"".join(comments)}</i>'.encode()


def test_a_file_is_written_as_the_strictest_reader_takes_it():
    one = shown(17, "Tom & <Ann>", 12_500, mode=Mode.TOP, color=16_744_448)

    assert file_of(XML, [one]).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?><i><chatserver>danmaku</chatserver>'
        "<chatid>7</chatid><mission>0</mission><maxlimit>1</maxlimit><state>0</state>"
        "<real_name>0</real_name><source>k-v</source>"
        f'<d p="12.50000,5,25,16744448,1790000000,0,{sender_of(one.author)},17">'
        "Tom &amp; &lt;Ann&gt;</d></i>"
    )


def test_every_text_comes_back_from_any_parser():
    root = fromstring(file_of(XML, HOSTILE, [MARKER]))

    assert {each.text for each in root.findall("d")} == set(TEXTS)


def test_no_entity_is_used_but_the_five():
    raw = file_of(XML, HOSTILE).decode()

    assert set(re.findall("&[^;]+;", raw)) <= {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"}
    assert "\n" not in raw.replace("\u2028", "")


def test_controls_in_a_text_are_blanks():
    assert xml_text_of("a\x00b\x0bc\nd\ufffe") == "a b c d "


def test_what_was_written_is_read_again():
    read = {item.draft.text: item.draft for item in items_of(file_of(XML, HOSTILE))}

    assert set(read) == set(TEXTS)
    for each in HOSTILE:
        draft = read[each.text]
        assert draft.position_ms == each.position_ms
        assert draft.style == Style(each.mode, each.color, each.size)


@given(st.text())
def test_any_clean_text_survives(text):
    clean = clean_text(text)

    assert html.unescape(xml_text_of(clean)) == html.unescape(clean.replace("&", "&amp;"))
    assert fromstring(f"<d>{xml_text_of(clean)}</d>").text == (clean or None)


def test_older_files_and_other_numbers_are_read():
    [item, other] = items_of(in_file(comment("1.5,4,25.0,255"), comment("0,5,64,0,1,0,x,1,9")))

    assert item.draft.style.mode is Mode.BOTTOM
    assert other.draft.style == Style(Mode.TOP, 0, LARGE)


@pytest.mark.parametrize(
    ("p", "code"),
    [
        ("1,7,25,255", Code.TYPE_UNSUPPORTED),
        ("1,1,25,-1", Code.STYLE_NOT_ALLOWED),
        ("1,1,25", Code.BAD_MESSAGE),
        ("", Code.BAD_MESSAGE),
        ("nan,1,25,255", Code.BAD_MESSAGE),
        ("inf,1,25,255", Code.BAD_MESSAGE),
        ("1,one,25,255", Code.BAD_MESSAGE),
    ],
)
def test_a_comment_that_is_none_is_told_with_its_line_and_the_rest_is_read(p, code):
    bad, good = items_of(in_file("\n", comment(p), "\n", comment()))

    assert (bad.place, bad.refusal.code) == (2, code)
    assert (good.place, good.draft.text) == (3, "hi")


def test_comments_without_fields_are_told_too():
    [item] = items_of(in_file("<d>hi</d>"))

    assert item.refusal.code is Code.BAD_MESSAGE


def test_texts_outside_of_comments_are_passed_by():
    assert items_of(in_file("<chatid>7</chatid>", "words")) == []


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE i [<!ENTITY a "aaaa">'
    b'<!ENTITY b "&a;&a;">]><i><d p="1,1,25,1">&b;</d></i>'
)


@pytest.mark.parametrize(
    "raw",
    [
        BOMB,
        b'<!DOCTYPE i SYSTEM "file:///etc/passwd"><i/>',
        b"<i><d>",
        b"",
        b"no xml",
        b"<i></d>",
        b'<?xml version="1.0" encoding="nonsense"?><i/>',
        b"<i>" + b"<a>" * 50,
        in_file(comment(text="x" * 20_000)),
    ],
)
def test_what_is_no_such_file_is_refused(raw):
    with pytest.raises(BadMessage):
        items_of(raw, step=100)


def test_a_part_that_does_not_end_is_not_waited_for():
    source = XmlSource()
    source.feed(b"<i><a ")
    source.feed(b" " * (1 << 20 - 1))

    with pytest.raises(BadMessage):
        source.feed(b" " * (1 << 20))
