import pytest

from danmaku.domain.account import Bundle, Power, PowerGrant
from danmaku.domain.facts import PowersRevoked
from danmaku.domain.ids import AccountId, Millis, RoomId, Seq
from danmaku.domain.petitions import EndedGrant

DEMO, MIA, EVE = RoomId("demo"), AccountId(1), AccountId(2)
HIDE, RESTORE = Power.COMMENT_RECALL, Power.COMMENT_RESTORE
BOTH = frozenset({HIDE, RESTORE})


def grant(powers, bundle=Bundle.STREAMER, grant_id="g"):
    return PowerGrant(grant_id, bundle, DEMO, None, powers)


def ended(
    smaller=None, *, actor=EVE, is_left=True, by_keeper=False, bundle=Bundle.STREAMER, **more
):
    fact = PowersRevoked(MIA, "g", actor)
    return EndedGrant(
        *(Seq(9), Millis(1), fact, grant(BOTH, bundle), None),
        None if smaller is None else grant(smaller, bundle, "h"),
        is_smaller_left=smaller is not None and is_left,
        is_by_keeper=by_keeper,
        **{"is_applied_for": False} | more,
    )


def test_what_is_lost_is_what_nothing_was_given_for():
    assert ended().lost == BOTH
    assert ended(frozenset({RESTORE})).lost == {HIDE}


def test_what_is_returned_takes_the_place_of_what_is_left_and_of_nothing_else():
    assert ended().returned == BOTH
    assert ended(frozenset({RESTORE})).returned == BOTH
    assert ended(frozenset({RESTORE}), is_left=False).returned == {HIDE}


@pytest.mark.parametrize(
    ("one", "is_appealable"),
    [
        (ended(), True),
        (ended(actor=None), True),  # at the command line
        (ended(bundle=Bundle.MODERATOR), True),
        (ended(bundle=Bundle.MODERATOR, by_keeper=True), False),
        (ended(actor=MIA), False),  # they went
        (ended(BOTH), False),  # they got it anew
        (ended(frozenset({RESTORE}), is_applied_for=True), False),
        (ended(bundle=Bundle.VIEWER), False),
    ],
)
def test_only_what_the_platform_took_is_appealed_against(one, is_appealable):
    assert one.is_appealable is is_appealable
