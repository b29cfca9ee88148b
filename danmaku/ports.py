"""What the house asks of the outside: a record, a clock.

`actions/` and the doors know only these; `store/` provides the record; `app.py` joins them. Every
method may raise `StoreDown` when the record cannot be reached.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from danmaku.domain.account import Bundle, Standing, TokenKind
from danmaku.domain.brownout import LevelForced
from danmaku.domain.comment import Comment, CommentStatus
from danmaku.domain.controls import Control
from danmaku.domain.documents import Document, DocumentKind, Edition
from danmaku.domain.facts import BuiltRules, CommentHeld, Entry, Fact, ReportFiled
from danmaku.domain.features import Features
from danmaku.domain.ids import (
    AccountId,
    ClientId,
    Millis,
    Number,
    Pseudonym,
    RoomId,
    RoomNumber,
    Seq,
)
from danmaku.domain.legal_hold import LegalHoldLaid
from danmaku.domain.measures import Step
from danmaku.domain.people_facts import MeasureTaken
from danmaku.domain.room import RoomState
from danmaku.domain.room_words import RoomWords
from danmaku.domain.views import View

Clock = Callable[[], Millis]
"""Wall time, milliseconds since 1970 in UTC."""

Announce = Callable[[Sequence[Entry]], None]
"""Called on the event loop after each commit, in record order, before any caller of it wakes."""


@dataclass(frozen=True, slots=True)
class Append:
    """A fact to be committed, and the versions that its decision stood on."""

    chain: RoomId
    fact: Fact
    room_version: Seq | None = None  # seq of the newest entry that set state or words
    standing: tuple[AccountId, Seq] | None = None  # the account's version that was seen
    is_patient: bool = False  # people go first: nobody waits for this
    besides: tuple[AccountId, Seq] | None = None  # another account's version that was seen


@dataclass(frozen=True, slots=True)
class RoomRow:
    """A room as the record holds it."""

    room: RoomId
    owner: AccountId | None
    state: RoomState
    version: Seq  # seq of the entry that last set `state` or the room's own words
    words_seq: Seq | None  # seq of the entry that set the room's own words; None: it never had any
    top: Seq  # seq of the newest entry
    comments_count: int  # numbers given so far: recalled ones keep theirs
    created_ms: Millis
    number: RoomNumber  # what tools of others know it by


@dataclass(frozen=True, slots=True)
class Segment:
    """All public comments of one stretch of media time, ordered by (position, number)."""

    views: tuple[View, ...]
    upto: Seq  # the room's top when it was read
    changed: Seq  # newest entry that changed anything in this stretch; 0: nothing ever did


@dataclass(frozen=True, slots=True)
class Held:
    """A comment that waits for a reviewer."""

    room: RoomId
    comment: Comment
    fact: CommentHeld
    author: AccountId


@dataclass(frozen=True, slots=True)
class Delayed:
    """A comment that appears by itself when its time is over."""

    room: RoomId
    origin: Seq
    at_ms: Millis  # when it came in


@dataclass(frozen=True, slots=True)
class Own:
    """A comment as its author may see it, held and refused ones included."""

    comment: Comment
    status: CommentStatus
    category: str | None


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A bearer token as its owner may see it: never the secret."""

    token_id: str
    label: str
    created_ms: Millis
    expires_ms: Millis | None
    room: RoomId | None

    @property
    def is_link(self) -> bool:
        """Whether it only reads: its public id tells, in the record too."""
        return self.token_id.startswith(TokenKind.LINK)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """An open session as its owner may see it: never the secret."""

    session_id: str
    device: str
    opened_ms: Millis
    until_ms: Millis  # unless it is used before
    used_ms: Millis | None  # to the hour; None: not since that is kept


@dataclass(frozen=True, slots=True)
class SessionTerms:
    """When sessions end.

    Attributes:
        life_ms: After their opening, in any case.
        idle_ms: After they were last used.
        apart_ms: How much later than the use that is known another must be to be kept.
    """

    life_ms: int
    idle_ms: int
    apart_ms: int

    def until_ms(self, opened_ms: Millis) -> Millis:
        """When one ends that is used at its opening alone."""
        return Millis(opened_ms + min(self.life_ms, self.idle_ms))


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signing in is checked against."""

    account: AccountId
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """A report as those see it who may read reports."""

    seq: Seq
    at_ms: Millis
    fact: ReportFiled


@dataclass(frozen=True, slots=True)
class ActiveRules:
    """The rules that were activated last, by any node."""

    version: str
    at_ms: Millis
    built: BuiltRules


class RuleSets(Protocol):
    """The rules that nodes share."""

    async def active_rules(self) -> ActiveRules | None:
        """Those that were activated last; None: no node has kept any."""


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A measure as the record holds it, with its note."""

    seq: Seq
    at_ms: Millis
    fact: MeasureTaken
    is_reversed: bool
    is_read: bool  # a warning that its reader has acknowledged


@dataclass(frozen=True, slots=True)
class StandingHold:
    """A legal hold as the record holds it, with its basis."""

    seq: Seq
    at_ms: Millis
    fact: LegalHoldLaid


class Record(Protocol):
    """The write side: one append-only chain per room, and one of the platform."""

    @property
    def epoch(self) -> str:
        """Life of this record; another one only after a restore from backup."""

    async def commit(self, *appends: Append) -> list[Entry]:
        """Write facts durably, all or none; then announce them; then return.

        A comment whose (room, author, client id) is known is not written again: its first entry
        comes back with `repeated` set, and nothing is announced. `PowersGranted.holder` 0 stands
        for the account that an earlier fact of the same call registers.

        Raises:
            Stale: A version has moved on, or a comment is no longer in the state that the fact
                presumes. Nothing was written: read again, decide again.
            Coded: DUPLICATE: the login or the room id is taken. NOT_FOUND: no such room.
            Overloaded: The queue of the writer is full; nothing was written.
            StoreDown: The record takes nothing now; nothing was written.
            Unknown: The commit failed in a way that leaves its outcome open.
        """

    def require_place(self, coming: int = 0) -> None:
        """Refuse a comment before it is decided on: in a rush, deciding is what costs.

        Args:
            coming: So many were let in already; they wait here, or will in a moment.

        Raises:
            Overloaded: `commit` would refuse a comment at this moment.
        """

    async def follow(self, chain: RoomId) -> None:
        """Have every entry of `chain` announced from here on, wherever it is written.

        Whoever reads a room's state follows the room first, and so misses nothing.
        """


class Reader(Protocol):
    """The read side: every list, page and export comes from here."""

    async def room(self, room: RoomId) -> RoomRow | None:
        """One room, or None."""

    async def room_numbered(self, number: RoomNumber) -> RoomRow | None:
        """The room that others know by this number, or None."""

    async def room_words(self, room: RoomId, seq: Seq) -> RoomWords:
        """The room's own words as the entry `seq` set them; none if that was erased since."""

    async def rooms(self, *, after: RoomId | None = None, limit: int = 100) -> list[RoomRow]:
        """Rooms in the order of their ids, after `after`."""

    async def comment(self, room: RoomId, number: Number) -> tuple[Seq, Comment] | None:
        """A numbered comment with its content, whatever its status; and the seq it came with.

        The caller decides who may see the content of a recalled one.
        """

    async def author(self, room: RoomId, number: Number) -> AccountId | None:
        """The account behind a numbered comment."""

    async def account_of(self, room: RoomId, author: Pseudonym) -> AccountId | None:
        """The account behind a public id of a room."""

    async def status(self, room: RoomId, origin: Seq) -> CommentStatus | None:
        """What has become of a comment by now; None: there is none."""

    async def held_comment(self, room: RoomId, origin: Seq) -> Held | None:
        """A comment that is held right now."""

    async def held(self, room: RoomId | None, *, limit: int = 100) -> list[Held]:
        """Comments waiting for a reviewer, oldest first."""

    async def held_after(
        self, place: tuple[RoomId, Seq], *, room: RoomId | None, limit: int
    ) -> list[Held]:
        """The same by room and as they came, after that one: for whoever wants them all."""

    async def delayed(self, *, after: tuple[RoomId, Seq] | None, limit: int) -> list[Delayed]:
        """Comments that wait for their time alone, by room and as they came, after that one."""

    async def own(self, account: AccountId, room: RoomId, *, limit: int = 100) -> list[Own]:
        """An author's own comments in a room, newest first, held and refused ones included."""

    async def comments(
        self,
        room: RoomId,
        *,
        before: Number | None = None,
        after: Number | None = None,
        from_ms: int | None = None,
        upto_ms: int | None = None,
        limit: int = 100,
    ) -> list[View]:
        """The static list: numbered comments or their markers.

        By number, descending before `before` (None: from the newest); ascending when `after` is
        given; ordered by (position, number) and cut to [from_ms, upto_ms) of media time when
        either is given, and then `after` is not allowed.
        """

    async def segment(self, room: RoomId, from_ms: int, upto_ms: int) -> Segment:
        """Everything public in [from_ms, upto_ms) of media time."""

    async def segment_changed(self, room: RoomId, from_ms: int, upto_ms: int) -> Seq:
        """`Segment.changed` alone, cheaply: what an ETag needs."""

    async def entries(
        self, room: RoomId, after: Seq, upto: Seq, *, limit: int, sticky_only: bool = False
    ) -> list[View]:
        """Public entries of (after, upto] in record order, as they may be shown *now*.

        A comment recalled since comes as its marker; a recall whose comment was restored since
        still comes, followed by the restore. At most `limit`; fewer than `limit` means that the
        range is exhausted.
        """

    async def pseudonym(self, room: RoomId, account: AccountId) -> Pseudonym | None:
        """The account's random public id in that room; None before its first act there."""

    async def outcome(self, room: RoomId, account: AccountId, client: ClientId) -> Entry | None:
        """The first entry that a client id led to (`repeated` set), if any."""

    async def reports(self, *, limit: int = 100) -> list[Report]:
        """Reports, newest first."""


class Accounts(Protocol):
    """Who is who: standings, credentials, sessions. Sessions are not part of any chain."""

    async def standing(self, account: AccountId) -> Standing | None:
        """Everything doors need to know of an account."""

    async def credentials(self, login: str) -> Credentials | None:
        """What a password is checked against; logins compare without case."""

    async def has_namesake(
        self, likeness: str, now_ms: Millis, *, but: AccountId | None = None
    ) -> bool:
        """Whether anybody else with more than a viewer's powers has a name of this likeness."""

    async def holders_of(self, bundle: Bundle, now_ms: Millis) -> list[AccountId]:
        """Who has such a grant for the whole platform that is neither revoked nor over."""

    async def token(self, digest: bytes, now_ms: Millis) -> tuple[AccountId, RoomId | None] | None:
        """Whose token has this digest, unless revoked or expired."""

    async def tokens(self, account: AccountId, now_ms: Millis) -> list[TokenRow]:
        """The account's tokens, unless revoked or expired; oldest first."""

    async def open_session(
        self,
        digest: bytes,
        account: AccountId,
        until_ms: Millis,
        *,
        session_id: str | None = None,
        device: str = "",
    ) -> None:
        """Remember a session by the digest of its secret."""

    async def sessions(self, account: AccountId, now_ms: Millis) -> list[SessionRow]:
        """The account's sessions, unless closed, expired or unused for too long; oldest first."""

    async def close_session_of(self, account: AccountId, session_id: str) -> bool:
        """Sign out one session by its public id; False: the account has none such."""

    async def sign_out(self, account: AccountId, at_ms: Millis) -> None:
        """Void whatever others have signed for the account until then."""

    async def signed_out_ms(self, account: AccountId) -> Millis:
        """When that was last; 0: never."""

    async def session(
        self, digest: bytes, now_ms: Millis
    ) -> tuple[AccountId, Millis | None] | None:
        """Whose session it is and when it was last used, unless closed, expired or unused."""

    async def use_sessions(self, uses: Mapping[bytes, Millis], terms: SessionTerms) -> None:
        """Note when sessions were used, and let them last the longer; what is over stays so."""

    async def close_sessions(self, account: AccountId, *, but: bytes | None = None) -> None:
        """Sign the account out everywhere, `but` one session excepted."""

    async def close_session(self, digest: bytes) -> None:
        """Sign out one session."""

    async def open_reset(self, digest: bytes, account: AccountId, until_ms: Millis) -> None:
        """Remember a one-time reset link by the digest of its secret."""

    async def take_reset(self, digest: bytes, now_ms: Millis) -> AccountId | None:
        """Use up a reset link."""


class Registry(Protocol):
    """What the platform's chain says of measures, documents and controls."""

    async def controls(self, now_ms: Millis) -> list[Control]:
        """Emergency controls that are not over."""

    async def level_held(self, now_ms: Millis) -> LevelForced | None:
        """The level of the brown-out that somebody holds, if one does."""

    async def features(self) -> Features:
        """How each feature stands."""

    async def editions(self) -> list[Edition]:
        """All versions of all documents, without their words."""

    async def document(self, kind: DocumentKind, version: int) -> Document | None:
        """One version with its words."""

    async def measure(self, measure_id: str) -> MeasureRow | None:
        """One measure."""

    async def legal_holds(self) -> list[StandingHold]:
        """Legal holds that stand, oldest first."""

    async def entry(self, chain: RoomId, seq: Seq) -> Entry | None:
        """One entry with all that is left of its bodies, the sealed one too."""

    async def measures(
        self,
        *,
        account: AccountId | None = None,
        room: RoomId | None = None,
        case_id: str | None = None,
        steps: Collection[Step] = tuple(Step),
        before: Seq | None = None,
        limit: int = 100,
    ) -> list[MeasureRow]:
        """Measures, newest first: against an account, of a room or case, or all; `before` a seq."""
