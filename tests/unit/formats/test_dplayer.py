import html
import json

import pytest

from danmaku.domain.comment import WHITE, Mode, Style
from danmaku.domain.ids import ClientId
from danmaku.errors import BadMessage
from danmaku.formats.dplayer import DPLAYER, escaped, sent_of
from tests.unit.formats.hostile import HOSTILE, TEXTS, file_of, shown


def test_rows_are_arrays_of_time_type_colour_author_and_text():
    row = json.loads(file_of(DPLAYER, [shown(1, "hi", 12_500, mode=Mode.TOP, color=255)]))

    assert row == {"code": 0, "data": [[12.5, 1, 255, "Ann", "hi"]]}


def test_whatever_is_written_into_a_page_stays_text():
    rows = json.loads(file_of(DPLAYER, HOSTILE))["data"]

    assert not set("<>\"'/") & set("".join(author + text for *_, author, text in rows))
    assert {html.unescape(text) for *_, text in rows} == set(TEXTS)


def test_escapes_are_six():
    assert escaped("&<>\"'/") == "&amp;&lt;&gt;&quot;&#39;&#x2F;"


def test_what_the_player_sends_is_a_draft():
    sent = sent_of(
        b'{"token":"t","id":"demo","author":"a","time":3.4182,"text":"x","color":255,"type":2}'
    )

    draft = sent.draft(ClientId("c"))

    assert (sent.id, sent.token) == ("demo", "t")
    assert (draft.text, draft.position_ms) == ("x", 3418)
    assert draft.style == Style(Mode.BOTTOM, 255)


def test_numbers_may_come_as_text_and_most_things_be_left_out():
    sent = sent_of(b'{"id": 7, "text": "x", "time": "1.5", "color": "16777215"}')

    assert (sent.id, sent.time, sent.color, sent.type) == (7, 1.5, WHITE, 0)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{}",
        b'{"id":"demo","text":"\\ud800"}',
        b'{"id":"demo","text":"\\u0000"}',
        b'{"id":"demo","text":"x","time":"nan"}',
        b'{"id":"demo","text":"x","time":-1}',
        b'{"id":"demo","text":"x","time":86401}',
        b'{"id":"demo","text":"x","type":3}',
        b'{"id":"demo","text":"x","color":16777216}',
        b"\xff",
        b'{"a":' + b"[" * 100_000,
    ],
)
def test_anything_else_is_refused(raw):
    with pytest.raises(BadMessage):
        sent_of(raw)
