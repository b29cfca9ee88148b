import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.domain.ids import AccountId, Millis, RoomId, Seq
from danmaku.domain.legal_hold import (
    LegalHold,
    LegalHoldLaid,
    Piece,
    Reach,
    checked,
    covers,
    keeps_account,
)
from danmaku.errors import BadMessage

ANN, BEN = AccountId(1), AccountId(2)
DEMO, OTHER = RoomId("demo"), RoomId("other")


def piece(*, accounts=(ANN,), room=DEMO, origin=7, at_ms=100):
    return Piece(frozenset(accounts), room, origin, Millis(at_ms))


@pytest.mark.parametrize(
    ("hold", "is_covered"),
    [
        (LegalHold("h", ANN), True),
        (LegalHold("h", BEN), False),
        (LegalHold("h", None, Reach(room=DEMO)), True),
        (LegalHold("h", None, Reach(room=OTHER)), False),
        (LegalHold("h", ANN, Reach(DEMO, Seq(7))), True),
        (LegalHold("h", ANN, Reach(DEMO, Seq(8))), False),
        (LegalHold("h", ANN, Reach(OTHER)), False),
        (LegalHold("h", None, Reach(from_ms=Millis(100), to_ms=Millis(101))), True),
        (LegalHold("h", None, Reach(from_ms=Millis(101))), False),
        (LegalHold("h", None, Reach(to_ms=Millis(100))), False),
    ],
)
def test_a_piece_is_covered_where_all_that_a_hold_names_fits(hold, is_covered):
    assert hold.covers(piece()) is is_covered
    assert covers([LegalHold("other", BEN), hold], piece()) is is_covered


@given(st.sets(st.integers(1, 4)), st.sampled_from([DEMO, OTHER, None]), st.integers(0, 200))
def test_a_narrower_hold_covers_nothing_more(accounts, room, at_ms):
    one = piece(accounts=accounts, room=room, at_ms=at_ms)
    wide, narrow = LegalHold("w", ANN), LegalHold("n", ANN, Reach(DEMO, from_ms=Millis(50)))

    assert wide.covers(one) or not narrow.covers(one)


def test_who_an_account_belongs_to_is_kept_by_every_hold_that_names_it():
    holds = (LegalHold("h", ANN, Reach(OTHER)), LegalHold("i", None, Reach(DEMO)))

    assert keeps_account(holds, ANN)
    assert not keeps_account(holds, BEN)


@pytest.mark.parametrize(
    "hold",
    [
        LegalHold("h", None),
        LegalHold("h", None, is_told=False),
        LegalHold("h", ANN, Reach(origin=Seq(7))),
        LegalHold("h", None, Reach(from_ms=Millis(5), to_ms=Millis(5))),
    ],
)
def test_a_hold_that_makes_no_sense_is_refused(hold):
    with pytest.raises(BadMessage):
        checked(hold)


def test_what_was_laid_is_what_stands():
    laid = LegalHoldLaid("h", ANN, Reach(DEMO), is_told=False, actor=BEN, basis="a lawsuit")

    assert checked(laid.hold) == LegalHold("h", ANN, Reach(DEMO), is_told=False)
