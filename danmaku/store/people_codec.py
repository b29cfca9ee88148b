"""Measures, documents, identities, credit and controls, divided into header and bodies."""

from typing import Any

import msgspec

from danmaku.domain import people_facts as facts
from danmaku.domain.controls import Control
from danmaku.domain.documents import DocumentKind, Edition, Words
from danmaku.domain.identity import Strength
from danmaku.domain.ids import Millis, Pseudonym, RoomId
from danmaku.domain.measures import Measure
from danmaku.store.codec import About
from danmaku.store.mirror import Pack, Unpack, mirrored


class SealedNote(msgspec.Struct, frozen=True, kw_only=True):
    """What was written to the person."""

    note: str = ""


class SealedReason(msgspec.Struct, frozen=True, kw_only=True):
    """Why, in the words of who did it."""

    reason: str = ""


class SealedPurpose(msgspec.Struct, frozen=True, kw_only=True):
    """What an identity was looked at for."""

    purpose: str = ""
    basis: str = ""


class OpenWords(msgspec.Struct, frozen=True, kw_only=True):
    """The text, in both languages."""

    words: Words = Words()


class Taken(About, frozen=True, kw_only=True, omit_defaults=True, tag="measure_taken"):
    """Header of `MeasureTaken`."""

    measure: Measure
    account: Pseudonym | None = None
    actor: Pseudonym | None = None
    second: Pseudonym | None = None
    case_id: str | None = None
    is_provisional: bool = False
    instruction_id: str | None = None


class Reversed(About, frozen=True, kw_only=True, omit_defaults=True, tag="measure_reversed"):
    """Header of `MeasureReversed`."""

    measure_id: str
    account: Pseudonym | None = None
    actor: Pseudonym | None = None


class WasRead(About, frozen=True, kw_only=True, omit_defaults=True, tag="warning_read"):
    """Header of `WarningRead`."""

    account: Pseudonym
    measure_id: str


class Served(About, frozen=True, kw_only=True, omit_defaults=True, tag="mute_served"):
    """Header of `MuteServed`."""

    account: Pseudonym
    measure_id: str


class DocumentCame(About, frozen=True, kw_only=True, omit_defaults=True, tag="document_issued"):
    """Header of `DocumentIssued`; the words are open to everybody."""

    edition: Edition
    actor: Pseudonym | None = None


class Accepted(About, frozen=True, kw_only=True, omit_defaults=True, tag="document_accepted"):
    """Header of `DocumentAccepted`."""

    account: Pseudonym
    document: DocumentKind
    version: int


class TookBack(About, frozen=True, kw_only=True, omit_defaults=True, tag="consent_withdrawn"):
    """Header of `ConsentWithdrawn`."""

    account: Pseudonym
    document: DocumentKind


class Verified(About, frozen=True, kw_only=True, omit_defaults=True, tag="identity_verified"):
    """Header of `IdentityVerified`."""

    account: Pseudonym
    method: str
    strength: Strength
    until_ms: Millis | None = None


class Unverified(About, frozen=True, kw_only=True, omit_defaults=True, tag="identity_ended"):
    """Header of `IdentityEnded`."""

    account: Pseudonym
    actor: Pseudonym | None = None


class AskedWho(About, frozen=True, kw_only=True, omit_defaults=True, tag="disclosure_asked"):
    """Header of `DisclosureAsked`."""

    account: Pseudonym
    actor: Pseudonym
    request_id: str


class AgreedTo(About, frozen=True, kw_only=True, omit_defaults=True, tag="disclosure_agreed"):
    """Header of `DisclosureAgreed`."""

    account: Pseudonym
    actor: Pseudonym
    request_id: str


class LookedAt(About, frozen=True, kw_only=True, omit_defaults=True, tag="identity_read"):
    """Header of `IdentityRead`."""

    account: Pseudonym
    actor: Pseudonym | None = None
    second: Pseudonym | None = None
    request_id: str = ""


class Barred(About, frozen=True, kw_only=True, omit_defaults=True, tag="identity_barred"):
    """Header of `IdentityBarred`."""

    account: Pseudonym
    fingerprint_id: str
    measure_id: str


class Levelled(About, frozen=True, kw_only=True, omit_defaults=True, tag="level_set"):
    """Header of `LevelSet`."""

    account: Pseudonym
    level: int
    score: int
    formula: int


class Left(About, frozen=True, kw_only=True, omit_defaults=True, tag="account_closed"):
    """Header of `AccountClosed`."""

    account: Pseudonym


class Braked(About, frozen=True, kw_only=True, omit_defaults=True, tag="control_set"):
    """Header of `ControlSet`."""

    control: Control
    actor: Pseudonym | None = None
    beneath: Control | None = None


class Lifted(About, frozen=True, kw_only=True, omit_defaults=True, tag="control_lifted"):
    """Header of `ControlLifted`."""

    scope: RoomId | None = None
    actor: Pseudonym | None = None
    reference: str = ""


PeopleAbout = (
    Taken
    | Reversed
    | WasRead
    | Served
    | DocumentCame
    | Accepted
    | TookBack
    | Verified
    | Unverified
    | AskedWho
    | AgreedTo
    | LookedAt
    | Barred
    | Levelled
    | Left
    | Braked
    | Lifted
)

_KINDS: tuple[tuple[type[Any], type[About], dict[str, type[msgspec.Struct]]], ...] = (
    (facts.MeasureTaken, Taken, {"sealed": SealedNote}),
    (facts.MeasureReversed, Reversed, {"sealed": SealedReason}),
    (facts.WarningRead, WasRead, {}),
    (facts.MuteServed, Served, {}),
    (facts.DocumentIssued, DocumentCame, {"open_": OpenWords}),
    (facts.DocumentAccepted, Accepted, {}),
    (facts.ConsentWithdrawn, TookBack, {}),
    (facts.IdentityVerified, Verified, {}),
    (facts.IdentityEnded, Unverified, {"sealed": SealedReason}),
    (facts.DisclosureAsked, AskedWho, {"sealed": SealedPurpose}),
    (facts.DisclosureAgreed, AgreedTo, {}),
    (facts.IdentityRead, LookedAt, {"sealed": SealedPurpose}),
    (facts.IdentityBarred, Barred, {}),
    (facts.LevelSet, Levelled, {}),
    (facts.AccountClosed, Left, {}),
    (facts.ControlSet, Braked, {"sealed": SealedReason}),
    (facts.ControlLifted, Lifted, {"sealed": SealedReason}),
)

PACKERS: dict[type, Pack] = {}
UNPACKERS: dict[type[About], Unpack] = {}
for _fact, _about, _bodies in _KINDS:
    PACKERS[_fact], UNPACKERS[_about] = mirrored(_fact, _about, **_bodies)
