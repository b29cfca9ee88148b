import re

import pytest

from danmaku.domain.comment import Mode
from danmaku.formats.ass import SCROLLS_MS, ass_of
from tests.unit.formats.hostile import HOSTILE, file_of, shown

LINE = re.compile(r"Dialogue: 0,([^,]+),([^,]+),Danmaku,,0,0,0,,\{([^}]*)\}(.*)")


def lines_of(rows, **size):
    return LINE.findall(file_of(ass_of(**size), rows).decode())


def test_every_comment_is_a_line():
    assert len(lines_of(HOSTILE)) == len(HOSTILE)


def test_no_text_is_a_command():
    raw = file_of(ass_of(), HOSTILE).decode()

    assert not any(set("{}\\") & set(text) for *_, text in lines_of(HOSTILE))
    assert "｛＼b1｝bold" in raw
    assert "Title: Tom & ｛＼b1｝" in raw


def test_modes_have_their_places():
    rows = [shown(at, "ab", 0, mode=mode) for at, mode in enumerate(Mode, start=1)]

    places = [place for _, _, place, _ in lines_of(rows)]

    assert [place.partition("(")[0] for place in places] == [
        r"\move", r"\move", r"\an8\pos", r"\an2\pos",
    ]  # fmt: skip
    right, left = places[:2]
    assert right.startswith(r"\move(1280,0,-33,0)")
    assert left.startswith(r"\move(-33,")


def test_times_and_colours_are_written_as_the_format_has_them():
    [(begin, end, style, text)] = lines_of([shown(1, "hi", 3_723_456, color=0x010203)])

    assert (begin, end, text) == ("1:02:03.45", "1:02:11.45", "hi")
    assert style.endswith(r"\fs33\c&H030201&")


def test_comments_that_would_meet_take_different_rows():
    long = "弹" * 40

    rows = [re.findall(r"move\(\d+,(\d+)", place)[0] for *_, place, _ in lines_of(
        [shown(1, long, 0), shown(2, long, 0), shown(3, long, SCROLLS_MS)]
    )]  # fmt: skip

    assert rows[0] == rows[2] != rows[1]


def test_nothing_is_left_out_where_all_rows_are_taken():
    rows = [shown(at, "top", 0, mode=Mode.TOP) for at in range(1, 60)]

    assert len(lines_of(rows)) == 59


@pytest.mark.parametrize("side", [{"width": 160, "height": 160}, {"width": 7680, "height": 4320}])
def test_pictures_of_every_size_have_rows(side):
    assert len(lines_of(HOSTILE, **side)) == len(HOSTILE)
