"""Everything the house can record.

A *fact* is a decision that is to be committed; an *entry* is a fact with its place in a chain. The
record knows two kinds of chain: one per room, and the platform's. Facts say who acted by account;
the record replaces that by the account's random id in that room before anything is hashed.
"""

from dataclasses import dataclass

from danmaku.domain.account import PowerGrant
from danmaku.domain.brownout import LevelForced
from danmaku.domain.case_facts import CaseFact
from danmaku.domain.comment import Comment, Content, RecalledBy
from danmaku.domain.endpoints import EndpointSet
from danmaku.domain.features import FeatureFact
from danmaku.domain.filing_facts import FilingFact
from danmaku.domain.ids import AccountId, ClientId, Millis, Number, RoomId, Seq
from danmaku.domain.inspection import InspectionFact
from danmaku.domain.keeping_facts import KeepingFact
from danmaku.domain.legal_hold import LegalHoldFact
from danmaku.domain.naming import NameState, Surface
from danmaku.domain.people_facts import PeopleFact
from danmaku.domain.room import RoomState
from danmaku.domain.room_words import RoomWords
from danmaku.domain.rule_facts import RuleFact
from danmaku.domain.team_facts import TeamFact


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a rule matched; offsets are code points of the original text."""

    rule: str
    category: str
    action: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the filter said before anything was published. Sealed with the comment.

    Article: articles.Article.REVIEW_BEFORE_PUBLICATION
    """

    ruleset: str  # version
    action: str  # pass | mask | hold | refuse
    category: str | None
    micros: int  # what the filter took, microseconds
    hits: tuple[Hit, ...] = ()
    original: str | None = None  # the text before masking; None when it was not changed


# --- a room's chain


@dataclass(frozen=True, slots=True)
class RoomOpened:
    """The first entry of a room's chain."""

    actor: AccountId | None  # None: the operator
    owner: AccountId | None
    state: RoomState


@dataclass(frozen=True, slots=True)
class RoomChanged:
    """Title, media, status, policy or broadcast changed; the whole new state."""

    actor: AccountId | None
    state: RoomState


@dataclass(frozen=True, slots=True)
class RoomWordsSet:
    """The room has another list of its own words. Sealed, but that it happened."""

    actor: AccountId | None
    words: RoomWords


@dataclass(frozen=True, slots=True)
class CommentPublished:
    """A comment everybody may see. The record gives it its number.

    Its place follows from that number and its position: no fact moves it.

    Article: articles.Article.NO_MANIPULATION

    `origin` is None for a comment that is published as it comes in; the private id of the held
    comment when it is approved late (then `late` is True and the author is the old one).
    """

    actor: AccountId | None  # who published: the author, or the reviewer who approved
    author: AccountId
    client_id: ClientId
    at_ms: Millis
    content: Content
    verdict: Verdict
    origin: Seq | None = None
    late: bool = False
    imported: bool = False
    was_refused: bool = False  # until that was undone; else it was held, or just came in
    appeal: str | None = None  # the case that granted it; None: none had to


@dataclass(frozen=True, slots=True)
class CommentHeld:
    """A comment that waits. Sealed: nobody but its author and those who review there see it.

    `origin` is None for one that has just come in; the private id of one that was to appear by
    itself, and waits for a person from now on.
    """

    author: AccountId
    client_id: ClientId
    at_ms: Millis
    content: Content
    verdict: Verdict
    category: str
    origin: Seq | None = None


@dataclass(frozen=True, slots=True)
class CommentRefused:
    """A comment whose content was refused, by the filter or by a reviewer (`origin`). Sealed."""

    actor: AccountId | None  # None: the filter
    author: AccountId
    client_id: ClientId
    at_ms: Millis
    content: Content
    verdict: Verdict
    category: str
    origin: Seq | None = None


@dataclass(frozen=True, slots=True)
class CommentRecalled:
    """A published comment leaves every public place; its marker stays."""

    actor: AccountId
    number: Number
    by: RecalledBy
    category: str | None = None


@dataclass(frozen=True, slots=True)
class CommentRestored:
    """A recalled comment is back at its old number and place."""

    actor: AccountId
    number: Number


@dataclass(frozen=True, slots=True)
class CommentLiked:
    """An account likes a comment from here on, or no longer. No list follows from it.

    Article: articles.Article.NO_MANIPULATION
    """

    actor: AccountId
    number: Number
    stands: bool = True
    likes: int = 0  # how many there are from here on: the record counts them


RoomFact = (
    RoomOpened
    | RoomChanged
    | RoomWordsSet
    | CommentPublished
    | CommentHeld
    | CommentRefused
    | CommentRecalled
    | CommentRestored
    | CommentLiked
)


# --- the platform's chain


@dataclass(frozen=True, slots=True)
class AccountRegistered:
    """A new account. The password's hash is not part of any chain."""

    login: str
    name: str
    password_hash: str | None  # None: signs in by token only


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    """A password was changed by its owner, or by a reset link."""

    account: AccountId
    password_hash: str


@dataclass(frozen=True, slots=True)
class TokenIssued:
    """A bearer token for a client. Only the token's digest is kept."""

    account: AccountId
    label: str
    digest: bytes
    expires_ms: Millis | None
    token_id: str  # public name of the token, for the list and for revoking
    room: RoomId | None = None  # None: good everywhere


@dataclass(frozen=True, slots=True)
class TokenRevoked:
    """A token is worth nothing from here on."""

    account: AccountId
    token_id: str


@dataclass(frozen=True, slots=True)
class PowersGranted:
    """A grant row was added."""

    grant: PowerGrant
    holder: AccountId
    actor: AccountId | None  # None: the operator, at the command line


@dataclass(frozen=True, slots=True)
class PowersRevoked:
    """A grant row ended."""

    holder: AccountId
    grant_id: str
    actor: AccountId | None
    reason: str = ""  # sealed


@dataclass(frozen=True, slots=True)
class BuiltRules:
    """Rules as the filter packs them."""

    large: bytes
    urgent: bytes | None


@dataclass(frozen=True, slots=True)
class RulesActivated:
    """Another rule set decides from here on.

    `built` is kept for other nodes, beside the chain: only the version is part of it.
    """

    version: str
    rules: int  # how many
    actor: AccountId | None = None
    built: BuiltRules | None = None


@dataclass(frozen=True, slots=True)
class ReportFiled:
    """Somebody says that something is wrong with a comment, a room or the site. Body sealed.

    Article: articles.Article.REPORTS_ACCEPTED
    """

    receipt: str
    reporter: AccountId | None
    room: RoomId | None
    number: Number | None
    category: str
    text: str
    contact: str
    kept_until_ms: Millis | None = None  # the room's keepers answer it until then; None: nobody
    case_id: str | None = None  # the open case that it joins, as the record found it; None: its own


@dataclass(frozen=True, slots=True)
class NameJudged:
    """What became of a name that somebody gave to themselves or to a room. Sealed.

    As it came in, or later by a reviewer (`actor`). A later one on the same place replaces it; one
    that the filter alone refused changes nothing.

    Article: articles.Article.EVERY_SURFACE, articles.Article.NAMES_REVIEWED
    """

    surface: Surface
    state: NameState
    account: AccountId | None  # whose name it is, or who gave it to the room
    text: str
    shown: str  # what stands there from here on
    verdict: Verdict
    category: str | None = None
    room: RoomId | None = None
    actor: AccountId | None = None  # None: the filter
    decides: Seq | None = None  # of the entry that a reviewer saw standing; None: none did
    note: str = ""  # the reviewer's, to its owner

    @property
    def is_void(self) -> bool:
        """Whether it leaves everything as it was."""
        return self.state is NameState.REFUSED and self.actor is None

    @property
    def subject(self) -> str:
        """Of whom or what it is the name."""
        return str(self.account) if self.room is None else self.room


PlatformFact = (
    AccountRegistered
    | PasswordChanged
    | TokenIssued
    | TokenRevoked
    | PowersGranted
    | PowersRevoked
    | RulesActivated
    | ReportFiled
    | NameJudged
    | InspectionFact
    | PeopleFact
    | KeepingFact
    | LegalHoldFact
    | FeatureFact
    | FilingFact
    | CaseFact
    | RuleFact
    | TeamFact
    | EndpointSet
    | LevelForced
)

Fact = RoomFact | PlatformFact


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact with its place: what the record announces after the commit."""

    chain: RoomId
    seq: Seq
    at_ms: Millis  # when the record wrote it
    fact: Fact
    comment: Comment | None = None  # the comment it is about, as it stands after this entry
    account: AccountId | None = None  # the account it is about: author, holder, newly registered
    repeated: bool = False  # the sender's client id was known: this is the first answer again
