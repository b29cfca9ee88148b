from dataclasses import replace

from danmaku.domain.ids import Number
from danmaku.formats.dplayer import DPLAYER
from danmaku.formats.jsonl import JSONL
from danmaku.formats.layout import Writing
from tests.unit.formats.hostile import HOSTILE, MARKER, file_of


def test_pages_make_the_same_file_however_they_are_cut():
    whole = file_of(DPLAYER, HOSTILE)

    assert file_of(DPLAYER, *([one] for one in HOSTILE)) == whole
    assert file_of(DPLAYER, [], HOSTILE[:2], [MARKER], HOSTILE[2:]) == whole


def test_markers_are_written_only_where_a_format_shows_them():
    assert file_of(DPLAYER, [MARKER]) == file_of(DPLAYER)
    assert file_of(JSONL, [MARKER]).count(b"\n") == 1


def test_markers_are_not_counted_and_comments_are():
    writing = Writing(JSONL)

    writing.part([*HOSTILE, MARKER])

    assert writing.count == len(HOSTILE)


def test_comments_up_to_a_number_are_left_out():
    late = replace(DPLAYER, after=Number(11))
    writing = Writing(late)

    writing.part(HOSTILE)

    assert writing.count == 1
