from dataclasses import replace

import pytest

from danmaku.domain.account import BUNDLES, Bundle, Power, PowerGrant, Standing
from danmaku.domain.documents import DocumentKind, Edition
from danmaku.domain.identity import Identity, Strength
from danmaku.domain.ids import AccountId, Millis, RoomId, Seq
from danmaku.domain.keeping import (
    ANSWER_WITHIN_MS,
    ASKED_FOR,
    DELEGABLE,
    HOURS_MAX,
    OWN_FROM_THE_START,
    SESSION_MS,
    SESSION_MS_MIN,
    Proposal,
    Term,
    checked_days,
    checked_lasts_ms,
    checked_note,
    checked_powers,
    due_ms,
    lasts_ms,
    must_apply,
    passed_on,
    powers_end_ms,
    waits_for_proof,
)
from danmaku.domain.room import Broadcast, RoomKind, RoomState
from danmaku.domain.times import DAY_MS, HOUR_MS
from danmaku.errors import BadMessage, NotAllowed

DEMO, FILM = RoomId("demo"), RoomId("film")
NOW = Millis(1_000_000_000)
HIDE = frozenset({Power.COMMENT_RECALL})


def streamer(*, until_ms=None, powers=None, room=DEMO):
    grant = PowerGrant("g", Bundle.STREAMER, room, until_ms, powers)
    return Standing(AccountId(1), "mia", "Mia", Seq(1), (grant,))


def verified(who, until_ms):
    return replace(who, identity=Identity("sandbox", Strength.PHONE, until_ms))


def offer(powers=HIDE, until_ms=None):
    return Proposal("p", Bundle.MODERATOR, DEMO, powers, until_ms)


def test_what_is_asked_for_and_what_comes_with_a_room_make_the_whole_bundle():
    assert OWN_FROM_THE_START | set(ASKED_FOR) == BUNDLES[Bundle.STREAMER]
    assert Power.ROOM_MANAGE in OWN_FROM_THE_START


def test_inviting_others_cannot_be_passed_on():
    assert Power.MODERATOR_INVITE not in DELEGABLE


@pytest.mark.parametrize(
    ("own_ms", "offered_ms", "given_ms"),
    [
        (None, None, None),
        (None, NOW + 5, NOW + 5),
        (NOW + 5, None, NOW + 5),
        (NOW + 5, NOW + 9, NOW + 5),
        (NOW + 9, NOW + 5, NOW + 5),
    ],
)
def test_nobody_passes_on_more_time_than_they_have(own_ms, offered_ms, given_ms):
    given = passed_on(streamer(until_ms=own_ms), offer(until_ms=offered_ms), NOW)

    assert given == (HIDE, given_ms)


@pytest.mark.parametrize(
    "giver",
    [
        streamer(powers=HIDE),  # may not invite
        streamer(powers=frozenset({Power.MODERATOR_INVITE})),  # does not hold it
        streamer(until_ms=NOW),
        streamer(room=FILM),
    ],
)
def test_nobody_passes_on_what_they_do_not_hold(giver):
    with pytest.raises(NotAllowed):
        passed_on(giver, offer(), NOW)


@pytest.mark.parametrize("chosen", [set(), {Power.ROOM_CLOSE}, {*HIDE, Power.GRANT_GIVE}])
def test_a_choice_is_made_from_what_is_offered(chosen):
    with pytest.raises(BadMessage):
        checked_powers(chosen, ASKED_FOR)


@pytest.mark.parametrize("days", [0, -1, 367])
def test_days_have_bounds(days):
    with pytest.raises(BadMessage):
        checked_days(days, NOW)


def test_days_are_counted_from_now():
    assert checked_days(2, NOW) == NOW + 2 * DAY_MS


def test_a_reason_has_a_length():
    with pytest.raises(BadMessage):
        checked_note("a" * 1001)


ON_AIR = RoomState("r", kind=RoomKind.LIVE, broadcast=Broadcast(Millis(NOW - HOUR_MS)))
LONG_ON_AIR = RoomState("r", kind=RoomKind.LIVE, broadcast=Broadcast(Millis(NOW - SESSION_MS)))


@pytest.mark.parametrize(
    ("term", "hours", "state", "expected_ms"),
    [
        (Term.ONCE, 0, ON_AIR, None),
        (Term.HOURS, 3, ON_AIR, 3 * HOUR_MS),
        (Term.FOR_GOOD, 0, ON_AIR, None),
        (Term.SESSION, 0, ON_AIR, SESSION_MS - HOUR_MS),
        (Term.SESSION, 0, LONG_ON_AIR, SESSION_MS_MIN),
        (Term.SESSION, 0, RoomState("r"), SESSION_MS),
    ],
)
def test_how_long_a_mute_lasts(term, hours, state, expected_ms):
    assert lasts_ms(term, hours, state, NOW) == expected_ms


@pytest.mark.parametrize("hours", [0, 721])
def test_hours_of_a_mute_have_bounds(hours):
    with pytest.raises(BadMessage):
        lasts_ms(Term.HOURS, hours, RoomState("r"), NOW)


@pytest.mark.parametrize("wanted_ms", [0, -1, HOURS_MAX * HOUR_MS + 1])
def test_a_mute_of_seconds_is_bounded_too(wanted_ms):
    assert checked_lasts_ms(HOURS_MAX * HOUR_MS) == HOURS_MAX * HOUR_MS
    with pytest.raises(BadMessage):
        checked_lasts_ms(wanted_ms)


@pytest.mark.parametrize(
    ("kind", "effective_ms", "is_mandatory", "must"),
    [
        (DocumentKind.OPERATOR_CLAUSES, NOW, True, True),
        (DocumentKind.OPERATOR_CLAUSES, NOW + 1, True, False),
        (DocumentKind.OPERATOR_CLAUSES, NOW, False, False),
        (DocumentKind.AGREEMENT, NOW, True, False),
    ],
)
def test_tools_come_on_application_where_operators_have_clauses(
    kind, effective_ms, is_mandatory, must
):
    edition = Edition(kind, 1, Millis(effective_ms), is_mandatory)

    assert must_apply([edition], NOW) is must


def test_a_report_has_its_time():
    assert due_ms(NOW) == NOW + ANSWER_WITHIN_MS


@pytest.mark.parametrize(
    ("who", "end_ms"),
    [
        (streamer(), None),
        (streamer(until_ms=NOW + 5), NOW + 5),
        (streamer(until_ms=NOW), None),
        (streamer(until_ms=NOW + 5, room=FILM), None),
        (verified(streamer(until_ms=NOW + 9), NOW + 5), NOW + 5),
        (verified(streamer(), NOW - 5), None),
    ],
)
def test_powers_end_with_the_first_term_that_is_felt(who, end_ms):
    assert powers_end_ms(who, DEMO, NOW) == end_ms


@pytest.mark.parametrize(
    ("who", "waits"),
    [
        (streamer(), False),
        (verified(streamer(), NOW + 1), False),
        (verified(streamer(), NOW), True),
        (verified(streamer(until_ms=NOW), NOW), False),
        (verified(streamer(room=FILM), NOW), False),
    ],
)
def test_powers_of_one_whose_proof_has_lapsed_wait(who, waits):
    assert waits_for_proof(who, DEMO, NOW) is waits
