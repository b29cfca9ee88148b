from danmaku.domain.account import Bundle, PowerGrant, Standing
from danmaku.domain.facts import Entry, PasswordChanged, PowersGranted, PowersRevoked
from danmaku.domain.ids import PLATFORM, AccountId, Millis, RoomId, Seq
from danmaku.domain.standing import standing_after

ANN = AccountId(1)
VIEWER = PowerGrant("g1", Bundle.VIEWER, room=None, until_ms=None)
MODERATOR = PowerGrant("g2", Bundle.MODERATOR, RoomId("demo"), until_ms=None)
BEFORE = Standing(ANN, "ann", "Ann", Seq(5), (VIEWER,), token_room=RoomId("demo"))


def entry_of(seq, fact):
    return Entry(PLATFORM, Seq(seq), Millis(0), fact, account=ANN)


def test_a_grant_is_added():
    after = standing_after(BEFORE, entry_of(9, PowersGranted(MODERATOR, ANN, actor=None)))

    assert after == Standing(ANN, "ann", "Ann", Seq(9), (VIEWER, MODERATOR), RoomId("demo"))


def test_a_grant_is_taken_away_by_its_id():
    both = standing_after(BEFORE, entry_of(9, PowersGranted(MODERATOR, ANN, actor=None)))

    after = standing_after(both, entry_of(10, PowersRevoked(ANN, "g1", actor=None)))

    assert after.grants == (MODERATOR,)


def test_anything_else_about_the_account_moves_its_version_alone():
    after = standing_after(BEFORE, entry_of(9, PasswordChanged(ANN, "hash")))

    assert after == Standing(ANN, "ann", "Ann", Seq(9), (VIEWER,), RoomId("demo"))


def test_an_entry_that_is_known_changes_nothing():
    granted = PowersGranted(VIEWER, ANN, actor=None)

    assert standing_after(BEFORE, entry_of(5, granted)) is BEFORE
