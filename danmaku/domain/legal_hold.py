"""Legal holds: what a duty of its own forbids to destroy, whatever terms and wishes say.

While a hold stands, the job that follows the terms passes over what it covers, and so does giving
an account up: what was public leaves public view all the same, and the sealed copy stays. What was
passed over is looked at again once the hold is lifted.

Article: articles.Article.RECORDS_KEPT, articles.Article.PERSONAL_DATA
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from danmaku.domain.ids import AccountId, Millis, RoomId, Seq
from danmaku.errors import BadMessage

BASIS_MAX = 500  # code points of a basis, and of why a hold is lifted
HOLDS_MAX = 1000  # that stand at one time: each is asked about all that is due


@dataclass(frozen=True, slots=True)
class Reach:
    """Where something has to lie to be covered; what is None asks for nothing."""

    room: RoomId | None = None
    origin: Seq | None = None  # of a comment in that room
    from_ms: Millis | None = None
    to_ms: Millis | None = None  # no longer covered

    def holds(self, room: RoomId | None, origin: Seq | None, at_ms: Millis) -> bool:
        """Whether something lies within."""
        return (
            self.room in (None, room)
            and self.origin in (None, origin)
            and (self.from_ms is None or self.from_ms <= at_ms)
            and (self.to_ms is None or at_ms < self.to_ms)
        )


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that a term would destroy, as far as holds ask about it."""

    accounts: frozenset[AccountId]  # whom it is about, and who wrote it
    room: RoomId | None
    origin: Seq | None
    at_ms: Millis


@dataclass(frozen=True, slots=True)
class LegalHold:
    """One that stands. Naming an account, it covers who that is, too, whatever its reach."""

    hold_id: str
    account: AccountId | None  # whom it is about; None: anybody
    reach: Reach = field(default_factory=Reach)
    is_told: bool = True  # that person may know of it

    def covers(self, piece: Piece) -> bool:
        """Whether the piece must not be destroyed."""
        is_meant = self.account is None or self.account in piece.accounts
        return is_meant and self.reach.holds(piece.room, piece.origin, piece.at_ms)


@dataclass(frozen=True, slots=True)
class LegalHoldLaid:
    """Something is kept from here on; the basis is sealed."""

    hold_id: str
    account: AccountId | None
    reach: Reach
    is_told: bool
    actor: AccountId | None  # None: the operator, at the command line
    basis: str = ""

    @property
    def hold(self) -> LegalHold:
        """What stands from here on."""
        return LegalHold(self.hold_id, self.account, self.reach, self.is_told)


@dataclass(frozen=True, slots=True)
class LegalHoldLifted:
    """A hold is over; why is sealed."""

    hold_id: str
    laid: Seq  # of the entry that laid it
    account: AccountId | None
    is_told: bool
    actor: AccountId | None
    why: str = ""


LegalHoldFact = LegalHoldLaid | LegalHoldLifted


def covers(holds: Iterable[LegalHold], piece: Piece) -> bool:
    """Whether any of them covers the piece."""
    return any(hold.covers(piece) for hold in holds)


def keeps_account(holds: Iterable[LegalHold], account: AccountId) -> bool:
    """Whether who an account belongs to must stay known."""
    return any(hold.account == account for hold in holds)


def checked(hold: LegalHold) -> LegalHold:
    """Hold a legal hold to what makes sense.

    Raises:
        BadMessage: It covers nothing in particular, a comment without its room, or no time at all.
    """
    reach = hold.reach
    if hold == LegalHold(hold.hold_id, None, Reach(), hold.is_told):
        raise BadMessage("A legal hold names an account, a room, a comment or a period.")
    if reach.origin is not None and reach.room is None:
        raise BadMessage("A comment is named together with its room.")
    if reach.from_ms is not None and reach.to_ms is not None and reach.from_ms >= reach.to_ms:
        raise BadMessage("A period ends after it begins.")
    return hold
