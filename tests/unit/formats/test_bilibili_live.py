import json
from dataclasses import replace

import pytest

from danmaku.domain.comment import Comment, CommentStatus, Content, Mode, Style
from danmaku.domain.ids import Millis, Number, Pseudonym, RoomId, RoomNumber, Seq
from danmaku.domain.room import Broadcast, ReviewMode, RoomPolicy, RoomState, Status
from danmaku.formats.bilibili_live import (
    changes_between,
    comment_command,
    recall_command,
    silence_of,
    viewers_command,
)

ROOM, NUMBER = RoomId("r7"), RoomNumber(7)
STATE = RoomState(title="A room")
COMMENT = Comment(
    origin=Seq(20),
    number=Number(17),
    status=CommentStatus.PUBLISHED,
    at_ms=Millis(1_790_000_000_123),
    position_ms=12_500,
    author=Pseudonym("u-ann"),
    content=Content("hi [dog]", Style(Mode.TOP, 255, 36), 12_500, '<b>A"nn</b>'),
)


def test_a_comment_has_every_place_that_readers_look_at():
    command = comment_command(ROOM, COMMENT)
    info = command["info"]
    looks = info[0]

    assert command["cmd"] == "DANMU_MSG"
    assert len(info) == 18
    assert len(looks) == 18
    assert looks[:6] == [0, 5, 36, 255, 1_790_000_000_123, 17]
    assert looks[7] == info[9]["ct"].lower()
    assert info[1] == "hi [dog]"
    assert info[2][1:3] == ['<b>A"nn</b>', 0]
    assert len(info[2]) == 8
    assert info[3] == []
    assert len(info[4]) == 5
    assert info[5] == ["", ""]
    assert info[9]["ts"] == 1_790_000_000
    assert info[15] == 17
    assert info[16] == [0]


def test_what_goes_along_with_a_comment_is_json_of_its_own():
    looks = comment_command(ROOM, COMMENT)["info"][0]

    assert json.loads(looks[15]["extra"]) == {"id_str": "r7-17"}
    assert looks[15]["user"]["base"]["name"] == '<b>A"nn</b>'
    assert looks[15]["user"]["uid"] > 0


def test_all_comments_of_one_author_come_from_one_number():
    one, other = (comment_command(ROOM, each)["info"][2][0] for each in (COMMENT, _of("u-bob")))

    assert one == comment_command(ROOM, COMMENT)["info"][2][0]
    assert one != other


def test_a_recall_names_the_comment():
    assert recall_command(ROOM, Number(17))["data"]["target_id"] == "r7-17"


def test_viewers_are_counted():
    assert viewers_command(3)["data"]["num"] == 3


@pytest.mark.parametrize(
    ("state", "silence"),
    [
        (STATE, None),
        (replace(STATE, status=Status.CLOSED), ("member", 1, -1)),
        (replace(STATE, policy=RoomPolicy(mode=ReviewMode.CLOSED)), ("member", 1, -1)),
        (replace(STATE, status=Status.PAUSED), ("member", 1, -1)),
        (replace(STATE, status=Status.PAUSED, paused_until_ms=9_999), ("member", 1, 9)),
        (replace(STATE, silent_until_ms=5_000), ("member", 1, 5)),
        (replace(STATE, policy=RoomPolicy(level_min=3)), ("level", 3, -1)),
    ],
)
def test_a_silence_is_for_somebody_until_some_time(state, silence):
    assert silence_of(state) == silence


def test_a_change_is_told_once_and_only_if_it_can_be_seen():
    live = replace(STATE, broadcast=Broadcast(Millis(1)))
    over = replace(STATE, broadcast=Broadcast(Millis(1), Millis(2)))
    silent = replace(STATE, silent_until_ms=5_000)
    closed = replace(STATE, status=Status.CLOSED)

    assert changes_between(STATE, replace(STATE, summary="x"), NUMBER) == []
    assert changes_between(STATE, live, NUMBER) == [{"cmd": "LIVE", "roomid": 7}]
    assert changes_between(live, over, NUMBER) == [{"cmd": "PREPARING", "roomid": 7}]
    assert _words(STATE, silent) == ["ROOM_SILENT_ON"]
    assert _words(silent, STATE) == ["ROOM_SILENT_OFF"]
    assert _words(silent, silent) == []
    assert _words(STATE, closed) == ["PREPARING", "ROOM_SILENT_ON"]
    assert _words(STATE, replace(STATE, title="B")) == ["ROOM_CHANGE"]


def _words(was, now):
    return [command["cmd"] for command in changes_between(was, now, NUMBER)]


def _of(author):
    return replace(COMMENT, author=Pseudonym(author))
