from dataclasses import replace
from itertools import product

import pytest

from danmaku.domain.account import Bundle, Power, PowerGrant, Standing
from danmaku.domain.comment import Comment, CommentStatus, Content, RecalledBy, Style
from danmaku.domain.grants import (
    keeps,
    recalled_by,
    require,
    require_other,
    require_restore,
    require_signed_in,
    require_unless_operator,
    require_unordered,
)
from danmaku.domain.ids import AccountId, Millis, Number, Pseudonym, RoomId, Seq
from danmaku.domain.measures import Function, Measure, Step
from danmaku.domain.people_facts import MeasureTaken
from danmaku.errors import Code, Coded, DanmakuError

DEMO, FILM = RoomId("demo"), RoomId("film")
AUTHOR = AccountId(1)
NOW = Millis(1_000_000)
WITHIN_MS = 120_000


def standing_of(account, bundle=None, room=None, token_room=None):
    grants = (PowerGrant("v", Bundle.VIEWER, None, None),)
    if bundle is not None:
        grants += (PowerGrant("g", bundle, room, None),)
    return Standing(AccountId(account), f"login{account}", "Name", Seq(1), grants, token_room)


ASKERS = {
    "guest": None,
    "author": standing_of(AUTHOR),
    "author who moderates": standing_of(AUTHOR, Bundle.MODERATOR, DEMO),
    "author by a token of this room": standing_of(AUTHOR, token_room=DEMO),
    "author by a token of another room": standing_of(AUTHOR, token_room=FILM),
    "viewer": standing_of(2),
    "moderator": standing_of(3, Bundle.MODERATOR, DEMO),
    "moderator of another room": standing_of(4, Bundle.MODERATOR, FILM),
    "streamer": standing_of(5, Bundle.STREAMER, DEMO),
    "reviewer": standing_of(6, Bundle.REVIEWER),
    "reviewer by a token of this room": standing_of(6, Bundle.REVIEWER, token_room=DEMO),
    "chief editor": standing_of(7, Bundle.CHIEF_EDITOR),
    "inspector": standing_of(8, Bundle.INSPECTOR),
    "operator": standing_of(9, Bundle.OPERATOR),
}


def comment_of(status, by=None, age_ms=WITHIN_MS):
    return Comment(
        origin=Seq(3),
        number=Number(1),
        status=status,
        at_ms=Millis(NOW - age_ms),
        position_ms=0,
        author=Pseudonym("abc"),
        content=Content("hello", Style(), 0, "Ann"),
        by=by,
    )


def answer_of(act):
    """What came back, or the code of the refusal."""
    try:
        return act()
    except DanmakuError as refused:
        return refused.code


# --- who asks


def test_who_is_signed_in_is_told_from_a_guest():
    assert answer_of(lambda: require_signed_in(None)) is Code.NOT_SIGNED_IN
    assert require_signed_in(ASKERS["viewer"]) is ASKERS["viewer"]


@pytest.mark.parametrize(
    ("asker", "code"), [(None, None), ("chief editor", None), ("viewer", Code.NOT_GRANTED)]
)
def test_at_the_desk_nobody_is_the_operator(asker, code):
    who = None if asker is None else ASKERS[asker]

    assert answer_of(lambda: require_unless_operator(who, Power.RULES_DRAFT, None, NOW)) is code


def test_a_room_is_kept_by_its_owner_and_by_whoever_looks_after_it():
    viewer, owner = ASKERS["viewer"], ASKERS["viewer"].account

    assert keeps(viewer, DEMO, NOW, owner=owner)
    assert not keeps(viewer, DEMO, NOW, owner=None)
    assert keeps(ASKERS["chief editor"], DEMO, NOW, owner=None)


# --- recalling

RECALLS = {  # who: of a fresh comment, of an old one
    "guest": (Code.NOT_SIGNED_IN, Code.NOT_SIGNED_IN),
    "author": (RecalledBy.AUTHOR, Code.OWN_LIMIT),
    "author who moderates": (RecalledBy.AUTHOR, Code.OWN_LIMIT),
    "author by a token of this room": (RecalledBy.AUTHOR, Code.OWN_LIMIT),
    "author by a token of another room": (Code.NOT_GRANTED, Code.NOT_GRANTED),
    "viewer": (Code.NOT_GRANTED, Code.NOT_GRANTED),
    "moderator": (RecalledBy.ROOM, RecalledBy.ROOM),
    "moderator of another room": (Code.NOT_GRANTED, Code.NOT_GRANTED),
    "streamer": (RecalledBy.ROOM, RecalledBy.ROOM),
    "reviewer": (RecalledBy.PLATFORM, RecalledBy.PLATFORM),
    "reviewer by a token of this room": (RecalledBy.ROOM, RecalledBy.ROOM),
    "chief editor": (RecalledBy.PLATFORM, RecalledBy.PLATFORM),
    "inspector": (Code.NOT_GRANTED, Code.NOT_GRANTED),
    "operator": (Code.NOT_GRANTED, Code.NOT_GRANTED),
}


def recall(asker, comment):
    return answer_of(
        lambda: recalled_by(
            ASKERS[asker], DEMO, comment, author=AUTHOR, within_ms=WITHIN_MS, now_ms=NOW
        )
    )


@pytest.mark.parametrize("asker", ASKERS)
def test_who_may_recall_a_published_comment_and_as_whose_act(asker):
    fresh = comment_of(CommentStatus.PUBLISHED, age_ms=WITHIN_MS)
    old = comment_of(CommentStatus.PUBLISHED, age_ms=WITHIN_MS + 1)

    assert (recall(asker, fresh), recall(asker, old)) == RECALLS[asker]


@pytest.mark.parametrize(
    ("asker", "status"),
    list(product(ASKERS, [CommentStatus.HELD, CommentStatus.REFUSED, CommentStatus.RECALLED])),
)
def test_nobody_recalls_what_is_not_published(asker, status):
    expected = Code.NOT_SIGNED_IN if asker == "guest" else Code.NOT_FOUND

    assert recall(asker, comment_of(status)) == expected


# --- restoring

RESTORES = {  # who: of one recalled by its author, by the room, by the platform; None is yes
    "guest": (Code.NOT_SIGNED_IN,) * 3,
    "author": (Code.NOT_GRANTED,) * 3,
    "author who moderates": (Code.NOT_GRANTED, Code.OWN_INTEREST, Code.OWN_INTEREST),
    "author by a token of this room": (Code.NOT_GRANTED,) * 3,
    "author by a token of another room": (Code.NOT_GRANTED,) * 3,
    "viewer": (Code.NOT_GRANTED,) * 3,
    "moderator": (Code.NOT_GRANTED, None, Code.NOT_GRANTED),
    "moderator of another room": (Code.NOT_GRANTED,) * 3,
    "streamer": (Code.NOT_GRANTED, None, Code.NOT_GRANTED),
    "reviewer": (Code.NOT_GRANTED, None, None),
    "reviewer by a token of this room": (Code.NOT_GRANTED, None, Code.NOT_GRANTED),
    "chief editor": (Code.NOT_GRANTED, None, None),
    "inspector": (Code.NOT_GRANTED,) * 3,
    "operator": (Code.NOT_GRANTED,) * 3,
}


def restore(asker, comment):
    who = ASKERS[asker]
    answer = answer_of(lambda: require_restore(who, DEMO, comment, author=AUTHOR, now_ms=NOW))
    return None if answer is who and who is not None else answer


@pytest.mark.parametrize("asker", ASKERS)
def test_who_may_restore_a_recalled_comment(asker):
    recalled = [comment_of(CommentStatus.RECALLED, by) for by in RecalledBy]

    assert tuple(restore(asker, comment) for comment in recalled) == RESTORES[asker]


@pytest.mark.parametrize(
    "status", [CommentStatus.PUBLISHED, CommentStatus.HELD, CommentStatus.REFUSED]
)
def test_nobody_restores_what_is_not_recalled(status):
    assert restore("chief editor", comment_of(status)) == Code.NOT_FOUND


def test_nobody_restores_what_is_destroyed():
    recalled = replace(comment_of(CommentStatus.RECALLED, RecalledBy.ROOM), content=None)

    assert restore("chief editor", recalled) == Code.NOT_FOUND


# --- the rest


def test_a_power_is_asked_of_the_standing():
    moderator = ASKERS["moderator"]

    assert require(moderator, Power.COMMENT_REVIEW, DEMO, NOW) is moderator
    assert answer_of(lambda: require(None, Power.COMMENT_REVIEW, DEMO, NOW)) == Code.NOT_SIGNED_IN
    assert (
        answer_of(lambda: require(moderator, Power.COMMENT_REVIEW, FILM, NOW)) == Code.NOT_GRANTED
    )


def test_a_grant_that_has_ended_gives_nothing():
    ended = replace(ASKERS["viewer"], grants=(PowerGrant("v", Bundle.VIEWER, None, NOW),))

    assert answer_of(lambda: require(ended, Power.COMMENT_SEND, DEMO, NOW)) == Code.NOT_GRANTED


def test_nobody_decides_on_their_own():
    reviewer = ASKERS["reviewer"]

    assert answer_of(lambda: require_other(reviewer, reviewer.account)) == Code.OWN_INTEREST
    assert answer_of(lambda: require_other(reviewer, AUTHOR)) is None


# --- measures

STAFF = replace(
    ASKERS["reviewer"],
    grants=(
        PowerGrant("r", Bundle.REVIEWER, None, None),
        PowerGrant("o", Bundle.OPERATOR, None, None),
    ),
)


def measured(step, **more):
    return Measure("m", step, "spam", "rule 3", Millis(0), **more)


@pytest.mark.parametrize(
    ("step", "code"),
    [(Step.CLOSE, Code.ACCOUNT_SUSPENDED), (Step.FORBID, Code.IDENTITY_BARRED)],
)
def test_who_was_ended_uses_no_power_any_more(step, code):
    ended = replace(STAFF, measures=(measured(step),))

    with pytest.raises(Coded) as refusal:
        require(ended, Power.COMMENT_REVIEW, None, Millis(5))

    assert refusal.value.code is code


def test_who_has_lost_rooms_runs_none_until_the_end_and_keeps_the_rest():
    lost = measured(Step.LIMIT, until_ms=Millis(9), functions=frozenset({Function.ROOMS}))
    limited = replace(STAFF, measures=(lost,))

    with pytest.raises(Coded) as refusal:
        require(limited, Power.ROOM_MANAGE, None, Millis(5))

    assert (refusal.value.code, refusal.value.until_ms) == (Code.ACCOUNT_SUSPENDED, 9)
    assert require(limited, Power.COMMENT_REVIEW, None, Millis(5)) is limited
    assert require(limited, Power.ROOM_MANAGE, None, Millis(9)) is limited


@pytest.mark.parametrize(
    "ended",
    [
        replace(STAFF, is_closed=True),
        replace(STAFF, measures=(measured(Step.CLOSE),)),
        replace(STAFF, measures=(measured(Step.FORBID),)),
    ],
)
def test_an_account_that_has_ended_holds_no_power_however_it_is_asked(ended):
    code = answer_of(lambda: require(ended, Power.REPORT_READ, None, NOW))

    assert code in {Code.ACCOUNT_SUSPENDED, Code.IDENTITY_BARRED}
    assert ended.powers(None, NOW) == ended.powers(DEMO, NOW) == frozenset()


@pytest.mark.parametrize(
    ("ordered", "lifted", "refused"),
    [(None, None, False), (None, "o1", False), ("o1", "o1", False), ("o1", None, True)],
)
def test_what_carries_out_an_order_is_undone_with_that_order_alone(ordered, lifted, refused):
    measure = Measure("m1", Step.SUSPEND, "illegal", "ref 1", NOW)
    taken = MeasureTaken(measure, AUTHOR, actor=None, instruction_id=ordered)

    answer = answer_of(lambda: require_unordered(taken, lifted=lifted))

    assert (answer == Code.NOT_GRANTED) is refused
