"""Who keeps a room: powers asked for or offered, given in part and for a time, and taken back.

A delegate never holds more than whoever delegates, nor for longer. Powers bring duties: reports in
the room have a time within which its keepers answer them.

Article: articles.Article.SELF_MANAGEMENT, articles.Article.POWERS_BRING_DUTIES,
articles.Article.BOARD_TERMS
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from danmaku.domain.account import BUNDLES, Bundle, Power, PowerGrant, Standing
from danmaku.domain.documents import DocumentKind, Edition, outstanding
from danmaku.domain.ids import AccountId, Millis, RoomId, is_before
from danmaku.domain.room import RoomState
from danmaku.domain.times import DAY_MS, HOUR_MS
from danmaku.errors import BadMessage, NotAllowed

STATEMENT_MAX = 1000  # code points: why somebody asks, or what they are told
GRANT_DAYS_MAX = 366  # of self-management: then it is assessed anew
MODERATORS_MAX = 100  # of one room, offers that wait included
ANSWER_WITHIN_MS = 24 * HOUR_MS  # a report, by the room's keepers; then it is the platform's

ASKED_FOR = (
    Power.COMMENT_RECALL,
    Power.COMMENT_RESTORE,
    Power.COMMENT_REVIEW,
    Power.ACCOUNT_MUTE,
    Power.REPORT_ANSWER,
    Power.MODERATOR_INVITE,
)
"""What a streamer applies for, in the order in which a form has it."""

OWN_FROM_THE_START = BUNDLES[Bundle.STREAMER] - frozenset(ASKED_FOR)
"""What comes with a room."""

DELEGABLE = tuple(power for power in ASKED_FOR if power in BUNDLES[Bundle.MODERATOR])
"""What a streamer may pass on."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Powers in a room that somebody shall hold: a streamer asks, or a moderator is invited."""

    proposal_id: str
    bundle: Bundle  # STREAMER: the platform decides; MODERATOR: whoever is invited does
    room: RoomId
    powers: frozenset[Power]
    until_ms: Millis | None = None  # of the grant; None: as long as the one who gives it


@dataclass(frozen=True, slots=True)
class Keeper:
    """A grant in force in one room, and who holds it by whose leave."""

    grant: PowerGrant
    account: AccountId
    login: str
    name: str
    given_by: AccountId | None  # None: the operator, or it came with the room


class Outcome(StrEnum):
    """How a proposal ended."""

    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Finding(StrEnum):
    """What a keeper says of a report."""

    UPHELD = "upheld"
    REJECTED = "rejected"


class Term(StrEnum):
    """For how long somebody is silenced in a room."""

    ONCE = "once"  # the next comment alone
    SESSION = "session"
    HOURS = "hours"
    FOR_GOOD = "for_good"


SESSION_MS = 12 * HOUR_MS  # of a broadcast, from its start; of a video, from now
SESSION_MS_MIN = HOUR_MS
HOURS_MAX = 720


def lasts_ms(term: Term, hours: int, state: RoomState, now_ms: Millis) -> int | None:
    """How long a mute lasts from now on; None: until it is undone, or served.

    Args:
        term: Which.
        hours: Of `Term.HOURS`.
        state: The room's: a session of a broadcast began with it.
        now_ms: When.

    Raises:
        BadMessage: So many hours are none, or too many.
    """
    if term in {Term.ONCE, Term.FOR_GOOD}:
        return None
    if term is Term.HOURS:
        if not 1 <= hours <= HOURS_MAX:
            raise BadMessage(f"A mute lasts 1 to {HOURS_MAX} hours.")
        return hours * HOUR_MS
    if state.broadcast is not None and state.is_broadcasting:
        return max(SESSION_MS_MIN, state.broadcast.started_ms + SESSION_MS - now_ms)
    return SESSION_MS


def checked_lasts_ms(wanted_ms: int) -> int:
    """Hold the length of a mute to its bounds.

    Raises:
        BadMessage: It is no time, or too long.
    """
    if not 1 <= wanted_ms <= HOURS_MAX * HOUR_MS:
        raise BadMessage(f"A mute lasts at most {HOURS_MAX} hours.")
    return wanted_ms


def checked_powers(wanted: Iterable[Power], offered: Iterable[Power]) -> frozenset[Power]:
    """Hold a choice to what can be chosen.

    Raises:
        BadMessage: Nothing was chosen, or something that is not offered.
    """
    chosen = frozenset(wanted)
    if not chosen or chosen - frozenset(offered):
        raise BadMessage("Choose from the powers that are offered, at least one.")
    return chosen


def checked_note(text: str) -> str:
    """Hold a statement or a reason to its length.

    Raises:
        BadMessage: It is too long.
    """
    if len(text) > STATEMENT_MAX:
        raise BadMessage(f"At most {STATEMENT_MAX} characters.")
    return text


def checked_days(days: int, now_ms: Millis) -> Millis:
    """When a grant of so many days ends.

    Raises:
        BadMessage: It is none, or too long.
    """
    if not 1 <= days <= GRANT_DAYS_MAX:
        raise BadMessage(f"A grant lasts 1 to {GRANT_DAYS_MAX} days.")
    return Millis(now_ms + days * DAY_MS)


def passed_on(
    giver: Standing, proposal: Proposal, now_ms: Millis
) -> tuple[frozenset[Power], Millis | None]:
    """What of a proposal the giver can still give, and until when: no more than they have.

    Raises:
        NotAllowed: They may not pass on anything, or lack one of these powers.
    """
    room = proposal.room
    needed = proposal.powers | {Power.MODERATOR_INVITE}
    if not needed <= giver.powers(room, now_ms):
        raise NotAllowed("Nobody passes on what they do not hold.")
    ends = [_held_until(giver, power, room, now_ms) for power in needed]
    bounds = [end for end in (*ends, proposal.until_ms) if end is not None]
    return proposal.powers, min(bounds, default=None)


def _held_until(who: Standing, power: Power, room: RoomId, now_ms: Millis) -> Millis | None:
    """The latest end of the grants by which `who` holds a power; None: one of them has no end."""
    ends = [grant.until_ms for grant in who.grants if grant.carries(power, room, now_ms)]
    return None if None in ends else max(end for end in ends if end is not None)


def powers_end_ms(who: Standing, room: RoomId, now_ms: Millis) -> Millis | None:
    """When the first of somebody's powers in a room ends by itself; None: none does.

    A grant's term may be over then, or the verification that powers rest on.
    """
    ends = {grant.until_ms for grant in who.grants if grant.room in (None, room)}
    ends.add(None if who.identity is None else who.identity.until_ms)
    held = who.powers(room, now_ms)
    felt = (end for end in ends if is_before(now_ms, end) and end and who.powers(room, end) != held)
    return min(felt, default=None)


def waits_for_proof(who: Standing, room: RoomId, now_ms: Millis) -> bool:
    """Whether powers in a room wait until whoever holds them is verified again.

    Article: articles.Article.FOUNDERS_VERIFIED
    """
    has_lapsed = who.identity is not None and not who.identity.holds(now_ms)
    in_time = (one for one in who.grants if one.until_ms is None or now_ms < one.until_ms)
    kept = (one for one in in_time if one.bundle is not Bundle.VIEWER)
    return has_lapsed and any(one.room in (None, room) for one in kept)


def must_apply(editions: Iterable[Edition], now_ms: Millis) -> bool:
    """Whether tools for a room are given on application: where operators have clauses to accept."""
    clauses = {DocumentKind.OPERATOR_CLAUSES}
    return outstanding(editions, {}, clauses, now_ms) is not None


def due_ms(filed_ms: Millis) -> Millis:
    """Until when the room's keepers answer a report; from then on it is the platform's.

    Article: articles.Article.OPERATORS_DUTY
    """
    return Millis(filed_ms + ANSWER_WITHIN_MS)
