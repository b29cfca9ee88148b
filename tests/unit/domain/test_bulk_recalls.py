from itertools import pairwise

import pytest

from danmaku.domain.account import Bundle
from danmaku.domain.bulk_recalls import (
    ROOMS_MAX,
    SAMPLE_MAX,
    Choice,
    Pick,
    Picked,
    Selection,
    checked,
    require_bulk_recall,
    require_bulk_turn,
)
from danmaku.domain.ids import AccountId, Millis, Number, RoomId, Seq
from danmaku.errors import BadMessage, Coded, NotAllowed, NotSignedIn
from tests.unit.domain.test_grants import NOW, standing_of

PICK = Pick("flood", but=AccountId(1))


def choice(n, *, author=2, room="demo", was_restored=False):
    return Choice(RoomId(room), Seq(n), Number(n), AccountId(author), was_restored)


@pytest.mark.parametrize(
    ("selection", "fault"),
    [
        (Selection(), "author, rule, room or likeness"),
        (Selection(since_ms=Millis(1), upto_ms=Millis(2)), "author, rule, room or likeness"),
        (Selection(rule=""), "1 to 100"),
        (Selection(rule="r" * 101), "1 to 100"),
        (Selection(room=RoomId("demo"), since_ms=Millis(2), upto_ms=Millis(2)), "after it begins"),
    ],
)
def test_a_selection_that_makes_no_sense_says_why(selection, fault):
    with pytest.raises(BadMessage, match=fault):
        checked(selection)


@pytest.mark.parametrize(
    "selection",
    [
        Selection(author=AccountId(1)),
        Selection(rule="words"),
        Selection(like="demo-12"),
        Selection(room=RoomId("demo"), since_ms=Millis(1), upto_ms=Millis(2)),
    ],
)
def test_any_of_them_is_enough(selection):
    assert checked(selection) is selection


def test_what_fits_is_counted_by_room_and_pinned_where_its_record_stood():
    picked = Picked()
    picked.note(choice(1), PICK, Seq(7))
    picked.note(choice(2, was_restored=True), PICK, Seq(7))
    picked.note(choice(1, room="other"), PICK, Seq(3))

    assert (picked.comments, picked.restored, picked.own) == (3, 1, 0)
    assert picked.rooms == {"demo": 2, "other": 1}
    assert picked.tops == {"demo": 7, "other": 3}


def test_ones_own_are_counted_and_left_out():
    picked = Picked()
    picked.note(choice(1, author=1), PICK, Seq(7))

    assert (picked.comments, picked.own, picked.tops, picked.sample) == (0, 1, {}, [])


def test_the_sample_is_spread_evenly_over_all():
    picked = Picked()
    for n in range(10_000):
        picked.note(choice(n), PICK, Seq(1))

    numbers = [number for _, number in picked.sample]
    assert SAMPLE_MAX // 2 <= len(numbers) <= SAMPLE_MAX
    assert numbers[0] == 0
    assert {after - before for before, after in pairwise(numbers)} == {256}


def test_too_many_rooms_are_told_and_not_kept():
    picked = Picked()
    for n in range(ROOMS_MAX + 5):
        picked.note(choice(1, room=f"r{n}"), PICK, Seq(1))

    assert picked.is_too_wide
    assert len(picked.tops) == picked.comments == ROOMS_MAX


def test_who_takes_measures_recalls_many_but_not_their_own():
    rey = standing_of(1, Bundle.REVIEWER)

    assert require_bulk_recall(rey, None, NOW) is rey
    with pytest.raises(Coded, match="your own"):
        require_bulk_recall(rey, rey.account, NOW)
    with pytest.raises(NotAllowed):
        require_bulk_recall(standing_of(1, Bundle.OPERATOR), None, NOW)
    with pytest.raises(NotSignedIn):
        require_bulk_recall(None, None, NOW)


def test_who_executed_it_undoes_it_or_a_chief_editor():
    rey, eve = standing_of(1, Bundle.REVIEWER), standing_of(2, Bundle.CHIEF_EDITOR)
    other = AccountId(3)

    assert require_bulk_turn(rey, rey.account, None, NOW) is rey
    assert require_bulk_turn(eve, other, rey.account, NOW) is eve
    with pytest.raises(NotAllowed, match="chief editor"):
        require_bulk_turn(rey, other, None, NOW)
    with pytest.raises(Coded, match="your own"):
        require_bulk_turn(eve, other, eve.account, NOW)
