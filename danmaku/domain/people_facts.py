"""What the platform's chain can say of people: measures, documents, identities, credit, controls.

None of them holds who somebody is: names and numbers of persons lie in the vault, and what staff
write about people is sealed.
"""

from dataclasses import dataclass

from danmaku.domain.controls import Control
from danmaku.domain.documents import DocumentKind, Edition, Words
from danmaku.domain.identity import Strength
from danmaku.domain.ids import AccountId, Millis, RoomId
from danmaku.domain.measures import Measure


@dataclass(frozen=True, slots=True)
class MeasureTaken:
    """A step was taken; the note to the person is sealed.

    Article: articles.Article.RECORDS_KEPT
    """

    measure: Measure
    account: AccountId | None  # against whom; None: a room that is the house's own
    actor: AccountId | None  # None: the operator, at the command line
    second: AccountId | None = None  # who agreed, where one person is not enough
    note: str = ""
    case_id: str | None = None  # which it was taken in; None: none
    is_provisional: bool = False  # it ends with the case, unless its own time is over before
    instruction_id: str | None = None  # the order that it carries out; None: none


@dataclass(frozen=True, slots=True)
class MeasureReversed:
    """A step is undone from here on; the reason is sealed."""

    measure_id: str
    account: AccountId | None  # against whom it was taken
    actor: AccountId | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WarningRead:
    """Whom a warning was meant for has read it."""

    account: AccountId
    measure_id: str


@dataclass(frozen=True, slots=True)
class MuteServed:
    """A mute for one comment has kept that comment back, and is over."""

    account: AccountId
    measure_id: str


@dataclass(frozen=True, slots=True)
class DocumentIssued:
    """A text of the house has a new version. Open to all."""

    edition: Edition
    words: Words
    actor: AccountId | None


@dataclass(frozen=True, slots=True)
class DocumentAccepted:
    """An account has accepted a version."""

    account: AccountId
    document: DocumentKind
    version: int


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn:
    """An account takes back that it accepted a kind of text."""

    account: AccountId
    document: DocumentKind


@dataclass(frozen=True, slots=True)
class IdentityVerified:
    """A verifier vouches for an account."""

    account: AccountId
    method: str
    strength: Strength
    until_ms: Millis | None


@dataclass(frozen=True, slots=True)
class IdentityEnded:
    """A verification is worth nothing from here on; the reason is sealed."""

    account: AccountId
    actor: AccountId | None
    reason: str


@dataclass(frozen=True, slots=True)
class DisclosureAsked:
    """Somebody asks who an account belongs to; purpose and basis are sealed."""

    actor: AccountId
    account: AccountId
    request_id: str
    purpose: str
    basis: str


@dataclass(frozen=True, slots=True)
class DisclosureAgreed:
    """A second person lets the asker of a request look, once."""

    actor: AccountId
    account: AccountId
    request_id: str


@dataclass(frozen=True, slots=True)
class IdentityRead:
    """Somebody has looked at who an account belongs to; purpose and basis are sealed."""

    actor: AccountId | None
    account: AccountId
    purpose: str
    basis: str
    second: AccountId | None = None
    request_id: str = ""  # empty: of oneself, which needs none


@dataclass(frozen=True, slots=True)
class IdentityBarred:
    """A person may not come back under another account.

    The fingerprint stands in the vault under this id; the chain cannot lead to it.

    Article: articles.Article.NO_RETURN
    """

    fingerprint_id: str
    account: AccountId
    measure_id: str


@dataclass(frozen=True, slots=True)
class LevelSet:
    """An account's credit has led to another level.

    Article: articles.Article.CREDIT_LEVELS
    """

    account: AccountId
    level: int
    score: int
    formula: int  # version of the formula


@dataclass(frozen=True, slots=True)
class AccountClosed:
    """An account was given up by its owner; it reads, and asks for what is its own."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class ControlSet:
    """An emergency control replaces that of its scope; the reason is sealed.

    What carries out an order replaces nothing: the house's own control of that scope goes on
    beneath it for as long as it was to last, and the stricter of the two holds.
    """

    control: Control
    actor: AccountId | None
    reason: str
    beneath: Control | None = None  # the house's own; only where `control` carries out an order


@dataclass(frozen=True, slots=True)
class ControlLifted:
    """The control of a scope ends before its time."""

    scope: RoomId | None
    actor: AccountId | None
    reason: str
    reference: str = ""  # of the order that is lifted; empty: the house lifts its own


PeopleFact = (
    MeasureTaken
    | MeasureReversed
    | WarningRead
    | MuteServed
    | DocumentIssued
    | DocumentAccepted
    | ConsentWithdrawn
    | IdentityVerified
    | IdentityEnded
    | DisclosureAsked
    | DisclosureAgreed
    | IdentityRead
    | IdentityBarred
    | LevelSet
    | AccountClosed
    | ControlSet
    | ControlLifted
)
