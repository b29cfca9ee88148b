from dataclasses import replace

import pytest

from danmaku.domain.account import Bundle, PowerGrant, Standing
from danmaku.domain.identity import ENDED, Identity, Strength
from danmaku.domain.ids import AccountId, Millis, RoomId, Seq
from danmaku.domain.reminders import Ends, Reminder, reminders_of
from danmaku.domain.times import DAY_MS

NOW = Millis(1_700_000_000_000)
SOON, LATER = Millis(NOW + DAY_MS), Millis(NOW + 30 * DAY_MS)
DEMO = RoomId("demo")
WITHIN_MS = 14 * DAY_MS


def grant(until_ms=None, bundle=Bundle.MODERATOR, room=DEMO):
    return PowerGrant("g1", bundle, room, until_ms)


def standing(*grants, until_ms=None):
    identity = Identity("document", Strength.DOCUMENT, until_ms)
    return Standing(AccountId(1), "tom", "Tom", Seq(1), grants, identity=identity)


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (standing(grant(), until_ms=SOON), (Reminder(Ends.IDENTITY, SOON),)),
        (standing(grant(), until_ms=LATER), ()),
        (standing(grant(), until_ms=NOW), (Reminder(Ends.IDENTITY, NOW, is_over=True),)),
        (standing(grant(SOON)), (Reminder(Ends.GRANT, SOON, DEMO),)),
        (standing(grant(LATER)), ()),
        (standing(grant(NOW)), ()),
        (standing(grant(SOON, Bundle.REVIEWER, None)), (Reminder(Ends.GRANT, SOON),)),
        (standing(grant(SOON, Bundle.VIEWER), until_ms=SOON), ()),
        (standing(until_ms=SOON), ()),
        (standing(grant()), ()),
    ],
)
def test_holders_of_powers_are_reminded_of_what_ends_soon(who, expected):
    assert reminders_of(who, NOW, WITHIN_MS) == expected


def test_what_ends_first_is_said_first():
    found = reminders_of(standing(grant(SOON), until_ms=Millis(SOON - 1)), NOW, WITHIN_MS)

    assert [one.ends for one in found] == [Ends.IDENTITY, Ends.GRANT]


def test_who_was_voided_is_asked_to_be_verified_again():
    voided = replace(standing(grant()), identity=ENDED)

    assert [one.is_over for one in reminders_of(voided, NOW, WITHIN_MS)] == [True]


def test_an_account_that_has_ended_is_not_reminded():
    assert reminders_of(replace(standing(grant(SOON)), is_closed=True), NOW, WITHIN_MS) == ()
