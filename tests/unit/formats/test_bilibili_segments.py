import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.domain.comment import (
    NORMAL,
    Comment,
    CommentStatus,
    Content,
    Mode,
    Style,
)
from danmaku.domain.views import View, ViewKind
from danmaku.errors import BadMessage, Code
from danmaku.formats.bilibili_segments import SegmentSource, segment_of, shown_of, varint_of
from danmaku.formats.senders import sender_of
from tests.unit.formats.hostile import HOSTILE, TEXTS, shown


def items_of(raw, step=5):
    source = SegmentSource()
    items = [item for at in range(0, len(raw), step) for item in source.feed(raw[at : at + step])]
    return items + source.end()


def element(raw):
    return b"\x0a" + varint_of(len(raw)) + raw


@pytest.mark.parametrize(
    ("number", "raw"), [(0, "00"), (127, "7f"), (128, "8001"), (1_790_000_000, "80f7c4d506")]
)
def test_numbers_go_by_seven_bits(number, raw):
    assert varint_of(number).hex() == raw


def test_a_message_is_what_the_schema_says():
    one = shown(17, "hi", 12_500, mode=Mode.TOP, color=16_744_448)

    raw = segment_of([one])

    assert raw[2:].hex() == (
        "0811 10d461 1805 2019 2880 80fe07 3208".replace(" ", "")
        + sender_of(one.author).encode().hex()
        + "3a026869 4080f7c4d506 480a 62023137".replace(" ", "")
    )
    assert raw[:2] == b"\x0a" + bytes([len(raw) - 2])


def test_what_was_written_is_read_again():
    items = items_of(segment_of(HOSTILE))

    assert [item.place for item in items] == list(range(1, len(TEXTS) + 1))
    for item, each in zip(items, HOSTILE, strict=True):
        assert (item.draft.text, item.draft.position_ms) == (each.text, each.position_ms)
        assert item.draft.style == Style(each.mode, each.color, each.size)


def test_what_is_zero_may_be_left_out():
    [item] = items_of(element(b"\x3a\x02hi"))

    assert item.draft.style == Style(Mode.SCROLL, 0, NORMAL)
    assert item.draft.position_ms == 0


def test_positions_may_be_negative_and_are_for_others_to_refuse():
    [item] = items_of(element(b"\x10" + varint_of((1 << 64) - 5) + b"\x3a\x02hi"))

    assert item.draft.position_ms == -5


def test_fields_that_are_not_known_are_passed_by():
    raw = element(b"\x3a\x02hi\xd1\x01" + bytes(8) + b"\xd5\x01" + bytes(4)) + b"\x10\x01"

    [item] = items_of(raw)

    assert item.draft.text == "hi"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"\x18\x07\x3a\x02hi", Code.TYPE_UNSUPPORTED),
        (b"\x3a\x05hi", Code.BAD_MESSAGE),  # longer than the comment is
        (b"\x3a\x01\xff", Code.BAD_MESSAGE),
        (b"\x38\x01", Code.BAD_MESSAGE),  # a number where the text should be
        (b"\x3b", Code.BAD_MESSAGE),
    ],
)
def test_a_comment_that_is_none_is_told_and_the_rest_is_read(raw, code):
    bad, good = items_of(element(raw) + element(b"\x3a\x02hi"))

    assert (bad.place, bad.refusal.code) == (1, code)
    assert good.draft.text == "hi"


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff" * 11,
        b"\x0b",
        b"\x0a" + varint_of(1 << 20),
        b"\x0a\x05hi",
        b"\x0a",
    ],
)
def test_what_is_no_message_is_refused(raw):
    with pytest.raises(BadMessage):
        items_of(raw)


@given(st.binary(max_size=200))
def test_nothing_breaks_the_reader(raw):
    try:
        items = items_of(raw)
    except BadMessage:
        return
    assert all((item.draft is None) != (item.refusal is None) for item in items)


def test_a_comment_of_a_list_is_flat():
    content = Content("hi", Style(Mode.TOP, 5, NORMAL), 9, "Ann")
    comment = Comment(2, 1, CommentStatus.PUBLISHED, 1000, 9, "abc", content)

    flat = shown_of(View(ViewKind.COMMENT, 2, comment=comment))

    assert (flat.text, flat.name, flat.mode, flat.position_ms) == ("hi", "Ann", Mode.TOP, 9)
