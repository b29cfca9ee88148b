from dataclasses import replace

import pytest

from danmaku.domain.account import BUNDLES, Bundle, Power, PowerGrant, Standing, login_of
from danmaku.domain.ids import AccountId, Millis, RoomId, Seq
from danmaku.errors import BadMessage

DEMO, FILM = RoomId("demo"), RoomId("film")
NOW = Millis(1_000)

HOLDERS = {
    Power.COMMENT_SEND: {Bundle.VIEWER},
    Power.COMMENT_RECALL: {Bundle.STREAMER, Bundle.MODERATOR, Bundle.REVIEWER, Bundle.CHIEF_EDITOR},
    Power.COMMENT_RESTORE: {
        Bundle.STREAMER, Bundle.MODERATOR, Bundle.REVIEWER, Bundle.CHIEF_EDITOR,
    },
    Power.COMMENT_REVIEW: {Bundle.STREAMER, Bundle.MODERATOR, Bundle.REVIEWER, Bundle.CHIEF_EDITOR},
    Power.ROOM_CREATE: {Bundle.OPERATOR},
    Power.ROOM_MANAGE: {Bundle.STREAMER, Bundle.OPERATOR},
    Power.ROOM_CLOSE: {Bundle.CHIEF_EDITOR, Bundle.OPERATOR},
    Power.RECORD_IMPORT: {Bundle.STREAMER, Bundle.OPERATOR},
    Power.TOKEN_ISSUE: {Bundle.OPERATOR},
    Power.GRANT_GIVE: {Bundle.OPERATOR},
    Power.RULES_DRAFT: {Bundle.REVIEWER, Bundle.CHIEF_EDITOR, Bundle.OPERATOR},
    Power.RULES_ACTIVATE: {Bundle.CHIEF_EDITOR, Bundle.OPERATOR},
    Power.REPORT_READ: {Bundle.REVIEWER, Bundle.CHIEF_EDITOR, Bundle.INSPECTOR},
    Power.ACCOUNT_MUTE: {Bundle.STREAMER, Bundle.MODERATOR, Bundle.REVIEWER, Bundle.CHIEF_EDITOR},
    Power.REPORT_ANSWER: {
        Bundle.STREAMER, Bundle.MODERATOR, Bundle.REVIEWER, Bundle.CHIEF_EDITOR,
    },
    Power.MODERATOR_INVITE: {Bundle.STREAMER},
    Power.GRANT_ASSESS: {Bundle.CHIEF_EDITOR, Bundle.OPERATOR},
    Power.MEASURE_TAKE: {Bundle.REVIEWER, Bundle.CHIEF_EDITOR},
    Power.MEASURE_GRAVE: {Bundle.CHIEF_EDITOR},
    Power.CONTROL_SET: {Bundle.CHIEF_EDITOR},
    Power.DOCUMENT_ISSUE: {Bundle.CHIEF_EDITOR},
    Power.NAME_REVIEW: {Bundle.REVIEWER, Bundle.CHIEF_EDITOR},
    Power.IDENTITY_ASK: {Bundle.CHIEF_EDITOR, Bundle.INSPECTOR},
    Power.CASE_DECIDE: {Bundle.REVIEWER, Bundle.CHIEF_EDITOR},
    Power.RECORD_INSPECT: {Bundle.INSPECTOR},
    Power.IDENTITY_DISCLOSE: {Bundle.CHIEF_EDITOR},
    Power.DUTY_READ: {Bundle.CHIEF_EDITOR, Bundle.INSPECTOR, Bundle.OPERATOR},
    Power.LEGAL_HOLD: {Bundle.CHIEF_EDITOR},
    Power.ENDPOINT_KEEP: {Bundle.CHIEF_EDITOR, Bundle.OPERATOR},
    Power.FILING_DRAFT: {Bundle.REVIEWER, Bundle.CHIEF_EDITOR, Bundle.OPERATOR},
    Power.FILING_APPROVE: {Bundle.CHIEF_EDITOR},
    Power.FEATURE_SWITCH: {Bundle.CHIEF_EDITOR, Bundle.OPERATOR},
    Power.LOAD_SHED: {Bundle.OPERATOR},
}  # fmt: skip


def standing_with(*grants, token_room=None):
    return Standing(AccountId(1), "ann", "Ann", Seq(1), grants, token_room)


def grant_of(bundle, room=None, until_ms=None):
    return PowerGrant(f"{bundle}-grant", bundle, room, until_ms)


@pytest.mark.parametrize("power", Power)
def test_each_power_is_held_by_these_bundles_and_no_other(power):
    assert {bundle for bundle in Bundle if power in BUNDLES[bundle]} == HOLDERS[power]


def test_no_bundle_carries_every_power():
    assert [bundle for bundle in Bundle if BUNDLES[bundle] == frozenset(Power)] == []


@pytest.mark.parametrize(
    ("room", "until_ms", "asked", "carries"),
    [
        (None, None, None, True),
        (None, None, DEMO, True),
        (DEMO, None, DEMO, True),
        (DEMO, None, FILM, False),
        (DEMO, None, None, False),
        (None, 1_001, DEMO, True),
        (None, 1_000, DEMO, False),
        (DEMO, 1_001, DEMO, True),
        (DEMO, 999, DEMO, False),
    ],
)
def test_a_grant_holds_in_its_scope_and_until_its_end(room, until_ms, asked, carries):
    grant = grant_of(Bundle.MODERATOR, room, until_ms)

    assert grant.carries(Power.COMMENT_RECALL, asked, NOW) is carries
    assert grant.carries(Power.ROOM_CLOSE, asked, NOW) is False


def test_powers_of_several_grants_add_up():
    who = standing_with(grant_of(Bundle.VIEWER), grant_of(Bundle.MODERATOR, DEMO))

    assert who.powers(None, NOW) == BUNDLES[Bundle.VIEWER]
    assert who.powers(FILM, NOW) == BUNDLES[Bundle.VIEWER]
    assert who.powers(DEMO, NOW) == BUNDLES[Bundle.VIEWER] | BUNDLES[Bundle.MODERATOR]


def test_nothing_is_allowed_without_a_grant():
    assert standing_with().powers(DEMO, NOW) == frozenset()


def test_a_token_of_one_room_reaches_no_further_than_that_room():
    who = standing_with(grant_of(Bundle.VIEWER), grant_of(Bundle.REVIEWER))
    here = replace(who, token_room=DEMO)

    assert [here.reaches(room) for room in (DEMO, FILM, None)] == [True, False, False]
    assert here.powers(DEMO, NOW) == who.powers(DEMO, NOW)
    assert here.powers(FILM, NOW) == here.powers(None, NOW) == frozenset()


@pytest.mark.parametrize("login", ["ann", "Ann.B_c-9", "9ab", "x" * 32])
def test_a_login_of_plain_characters_is_taken(login):
    assert login_of(login) == login


@pytest.mark.parametrize("login", ["", "ab", ".ann", "@1:ann", "an n", "安安安", "ann\n", "x" * 33])
def test_any_other_login_is_refused(login):
    with pytest.raises(BadMessage):
        login_of(login)
