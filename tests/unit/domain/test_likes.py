from dataclasses import replace

import pytest

from danmaku.domain.account import Bundle, PowerGrant, Standing
from danmaku.domain.comment import Comment, CommentStatus, Content, Style
from danmaku.domain.conditions import Conditions
from danmaku.domain.controls import Control
from danmaku.domain.features import Feature, FeatureState
from danmaku.domain.ids import AccountId, Millis, Number, Pseudonym, RoomId, Seq
from danmaku.domain.likes import require_like
from danmaku.domain.live import LiveRoom
from danmaku.domain.measures import Measure, Step
from danmaku.domain.room import ReviewMode, RoomPolicy, RoomState, Status
from danmaku.errors import Code, Refused
from danmaku.filter.floods import Repeats

DEMO, NOW = RoomId("demo"), Millis(1_000)
ANN, BEN = AccountId(1), AccountId(2)
GRANT = PowerGrant("g", Bundle.VIEWER, None, None)
WHO = Standing(ANN, "ann", "Ann", Seq(1), (GRANT,))
ON = Conditions(features={Feature.LIKES: FeatureState(is_approved=True, is_on=True)})
CLOSED = replace(ON, controls=(Control(None, ReviewMode.CLOSED, Millis(9_000)),))
COMMENT = Comment(
    origin=Seq(2),
    number=Number(1),
    status=CommentStatus.PUBLISHED,
    at_ms=Millis(0),
    position_ms=0,
    author=Pseudonym("bens-id"),
    content=Content("hello", Style(), 0, "Ben"),
)


def room(**state):
    repeats = Repeats(within_ms=1, allowed=1, min_length=1)
    state = RoomState("Demo", **state)
    return LiveRoom(DEMO, state, owner=None, version=Seq(1), top=Seq(1), repeats=repeats)


def like(who=WHO, *, at=None, comment=COMMENT, author=BEN, conditions=ON):
    place = at or room()
    return require_like(who, place, comment, author=author, conditions=conditions, now_ms=NOW)


def test_who_may_comment_may_like_what_somebody_else_said():
    assert like() is WHO


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"who": None}, Code.NOT_SIGNED_IN),
        ({"who": replace(WHO, grants=())}, Code.NOT_GRANTED),
        ({"conditions": Conditions()}, Code.NOT_GRANTED),
        ({"comment": replace(COMMENT, status=CommentStatus.RECALLED)}, Code.NOT_FOUND),
        ({"author": ANN}, Code.OWN_INTEREST),
        ({"who": replace(WHO, is_closed=True)}, Code.ACCOUNT_SUSPENDED),
        ({"at": room(status=Status.CLOSED)}, Code.ROOM_CLOSED),
        ({"at": room(status=Status.PAUSED)}, Code.ROOM_PAUSED),
        ({"at": room(policy=RoomPolicy(mode=ReviewMode.CLOSED))}, Code.ROOM_PAUSED),
        ({"at": room(paused_until_ms=Millis(2_000))}, Code.ROOM_PAUSED),
        ({"conditions": CLOSED}, Code.ROOM_PAUSED),
        ({"conditions": replace(ON, identity_required=True)}, Code.NOT_VERIFIED),
        (
            {"who": replace(WHO, measures=(Measure("m", Step.SUSPEND, "spam", "r", Millis(0)),))},
            Code.ACCOUNT_SUSPENDED,
        ),
    ],
)
def test_what_stands_against_liking_is_said(changes, code):
    with pytest.raises(Refused) as refused:
        like(**changes)

    assert refused.value.code is code
