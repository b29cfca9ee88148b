from danmaku.domain.account import Bundle, PowerGrant, Standing
from danmaku.domain.documents import DocumentKind
from danmaku.domain.facts import Entry, PasswordChanged, PowersGranted, PowersRevoked
from danmaku.domain.identity import ENDED, Identity, Strength
from danmaku.domain.ids import PLATFORM, AccountId, Millis, RoomId, Seq
from danmaku.domain.measures import Measure, Step
from danmaku.domain.people_facts import (
    AccountClosed,
    ConsentWithdrawn,
    DocumentAccepted,
    IdentityEnded,
    IdentityVerified,
    LevelSet,
    MeasureReversed,
    MeasureTaken,
    WarningRead,
)
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


def measure(measure_id, step=Step.SUSPEND, until_ms=None):
    return Measure(measure_id, step, "spam", "rule 3", Millis(0), until_ms, origin=Seq(4))


def taken(measure_id, step=Step.SUSPEND, until_ms=None):
    return MeasureTaken(measure(measure_id, step, until_ms), ANN, actor=None)


def after_all(*facts, at_ms=0):
    standing = BEFORE
    for seq, fact in enumerate(facts, start=9):
        entry = Entry(PLATFORM, Seq(seq), Millis(at_ms), fact, account=ANN)
        standing = standing_after(standing, entry)
    return standing


def test_a_measure_is_felt_until_it_is_reversed():
    assert after_all(taken("m1")).measures == (measure("m1"),)
    assert after_all(taken("m1"), MeasureReversed("m1", ANN, None)).measures == ()


def test_a_warning_is_felt_until_it_is_read():
    assert after_all(taken("m1", Step.WARN), WarningRead(ANN, "m1")).measures == ()


def test_what_is_over_makes_room_for_what_comes():
    standing = after_all(taken("m1", until_ms=Millis(5)), taken("m2"), at_ms=5)

    assert [one.measure_id for one in standing.measures] == ["m2"]


def test_a_measure_about_a_comment_or_a_room_is_not_felt_by_the_account():
    steps = (Step.DELETE, Step.REFUSE, Step.PAUSE_COMMENTS, Step.CLOSE_COMMENTS)

    assert after_all(*(taken(step.value, step) for step in steps)).measures == ()


def test_an_identity_holds_until_it_is_ended():
    verified = IdentityVerified(ANN, "sandbox", Strength.PHONE, Millis(9))

    assert after_all(verified).identity == Identity("sandbox", Strength.PHONE, Millis(9))
    assert after_all(verified, IdentityEnded(ANN, None, "")).identity is ENDED


def test_the_last_accepted_version_of_each_text_counts_until_it_is_taken_back():
    agreement, privacy = DocumentKind.AGREEMENT, DocumentKind.PRIVACY
    accepted = (
        DocumentAccepted(ANN, agreement, 1),
        DocumentAccepted(ANN, agreement, 2),
        DocumentAccepted(ANN, privacy, 1),
    )

    assert after_all(*accepted).accepted == {agreement: 2, privacy: 1}
    assert after_all(*accepted, ConsentWithdrawn(ANN, agreement)).accepted == {privacy: 1}


def test_level_and_closing_are_known():
    standing = after_all(LevelSet(ANN, 3, 190, 1), AccountClosed(ANN))

    assert (standing.level, standing.is_closed) == (3, True)
