import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.domain.comment import LARGE, NORMAL, SMALL, Mode, Style
from danmaku.errors import BadMessage
from danmaku.formats.jsonl import JSONL, LINE_BYTES_MAX, JsonlSource, line_of
from tests.unit.formats.hostile import HOSTILE, MARKER, file_of, shown

OWN = b'{"kind": "comment", "seq": 8, "number": 3, "text": "hi", "position_ms": 1500, "mode": "top", "color": 255, "size": 36, "name": "Ann"}'  # noqa: E501 -- one line of a file


def test_own_line_keeps_words_place_and_style():
    draft = line_of(OWN, place=1).draft

    assert (draft.text, draft.position_ms) == ("hi", 1500)
    assert draft.style == Style(Mode.TOP, 255, 36)


@pytest.mark.parametrize("raw", [b"", b"  \r\n", b'{"kind": "marker", "seq": 1, "number": 2}'])
def test_empty_lines_and_markers_hold_nothing_to_read(raw):
    assert line_of(raw) is None


def test_short_line_is_brought_to_our_units():
    line = line_of(b'{"v": 4, "t": 12.345, "m": 5, "fs": 25, "c": 255, "x": "hi"}')

    assert line.video == 4
    assert (line.draft.text, line.draft.position_ms) == ("hi", 12_345)
    assert line.draft.style == Style(Mode.TOP, 255, NORMAL)


@pytest.mark.parametrize(
    ("number", "mode"),
    [(1, Mode.SCROLL), (4, Mode.BOTTOM), (5, Mode.TOP), (6, Mode.REVERSE), (7, Mode.SCROLL)],
)
def test_modes_of_short_lines_are_ours_and_unknown_ones_scroll(number, mode):
    assert line_of(b'{"t": 1, "x": "hi", "m": %d}' % number).draft.style.mode is mode


@pytest.mark.parametrize(("given", "size"), [(12, SMALL), (25, NORMAL), (45, LARGE)])
def test_sizes_of_short_lines_are_brought_to_the_nearest_of_ours(given, size):
    assert line_of(b'{"t": 1, "x": "hi", "fs": %d}' % given).draft.style.size == size


def test_same_line_at_the_same_place_has_the_same_client_id_and_no_other():
    ids = [line_of(OWN, place=place).draft.client_id for place in (1, 1, 2)]

    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"[]",
        b'"hi"',
        b"\xff\xfe",
        b'{"text": "hi"}',
        b'{"text": 5, "position_ms": 1}',
        b'{"text": "hi", "position_ms": 1, "mode": "sideways"}',
        b"[" * 10_000,
        b'{"t": 1, "x": "\xff"}',
        b'{"t": 1e308, "x": "hi"}',
        b'{"text": "' + b"a" * LINE_BYTES_MAX + b'", "position_ms": 1}',
    ],
)
def test_line_that_is_no_comment_is_refused_with_its_place(raw):
    with pytest.raises(BadMessage, match="12"):
        line_of(raw, place=12)


@given(st.text(), st.integers(0, 10**9))
def test_whatever_was_exported_is_read_back(text, position_ms):
    raw = json.dumps({"kind": "comment", "text": text, "position_ms": position_ms}).encode()

    assert line_of(raw).draft.text == text
    assert line_of(raw).draft.position_ms == position_ms


@given(st.binary(max_size=200))
def test_no_bytes_lead_to_anything_but_a_comment_nothing_or_a_refusal(raw):
    with contextlib.suppress(BadMessage):
        line_of(raw)


def items_of(raw, step=9):
    source = JsonlSource()
    items = [item for at in range(0, len(raw), step) for item in source.feed(raw[at : at + step])]
    return items + source.end()


def test_a_file_is_read_piece_by_piece():
    items = items_of(OWN + b"\n\nno json\n" + OWN)

    assert [item.place for item in items] == [1, 2, 3, 4]
    assert [item.draft is not None for item in items] == [True, False, False, True]
    assert [item.refusal is not None for item in items] == [False, False, True, False]
    assert items[0].draft.client_id == line_of(OWN, place=1).draft.client_id


def test_a_line_that_does_not_end_is_not_waited_for():
    source = JsonlSource()
    source.feed(b"x" * (LINE_BYTES_MAX + 1))

    with pytest.raises(BadMessage):
        source.feed(b"x")


def test_what_is_exported_is_read_as_it_was():
    raw = file_of(JSONL, HOSTILE, [MARKER], [shown(100, "back", restored=True)])

    items = items_of(raw)

    assert [item.draft.text for item in items if item.draft] == [
        *(each.text for each in HOSTILE), "back",
    ]  # fmt: skip
    assert json.loads(raw.splitlines()[-1])["restored"] is True
    assert "restored" not in json.loads(raw.splitlines()[0])
    assert json.loads(raw.splitlines()[-2])["kind"] == "marker"
