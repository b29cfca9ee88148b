"""The facts of the platform's chain, divided into header and sealed body.

Logins, names, labels and the texts of reports are people's: sealed. Passwords' hashes and tokens'
digests are in no chain at all.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from danmaku.domain.account import PowerGrant
from danmaku.domain.facts import (
    AccountRegistered,
    PasswordChanged,
    PlatformFact,
    PowersGranted,
    PowersRevoked,
    ReportFiled,
    RulesActivated,
    TokenIssued,
    TokenRevoked,
)
from danmaku.domain.ids import AccountId, Millis, Number, Pseudonym, RoomId
from danmaku.store import inspection_codec
from danmaku.store.codec import About, NameOf, Packed, Place, Stored, name_or_none
from danmaku.store.inspection_codec import InspectionAbout


class SealedAccount(msgspec.Struct, frozen=True, kw_only=True):
    """What only the house may know of an account."""

    login: str
    name: str


class SealedToken(msgspec.Struct, frozen=True, kw_only=True):
    """What only its owner may know of a token."""

    label: str


class SealedReport(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wrote to us."""

    contact: str
    text: str


class SealedEnd(msgspec.Struct, frozen=True, kw_only=True):
    """Why powers were taken back."""

    reason: str = ""


class Registered(About, frozen=True, kw_only=True, omit_defaults=True, tag="account_registered"):
    """Header of `AccountRegistered`."""

    account: Pseudonym


class NewPassword(About, frozen=True, kw_only=True, omit_defaults=True, tag="password_changed"):
    """Header of `PasswordChanged`."""

    account: Pseudonym


class Issued(About, frozen=True, kw_only=True, omit_defaults=True, tag="token_issued"):
    """Header of `TokenIssued`."""

    account: Pseudonym
    token_id: str
    expires_ms: Millis | None = None
    room: RoomId | None = None


class Revoked(About, frozen=True, kw_only=True, omit_defaults=True, tag="token_revoked"):
    """Header of `TokenRevoked`."""

    account: Pseudonym
    token_id: str


class Granted(About, frozen=True, kw_only=True, omit_defaults=True, tag="powers_granted"):
    """Header of `PowersGranted`."""

    account: Pseudonym
    grant: PowerGrant
    actor: Pseudonym | None = None


class Withdrawn(About, frozen=True, kw_only=True, omit_defaults=True, tag="powers_revoked"):
    """Header of `PowersRevoked`."""

    account: Pseudonym
    grant_id: str
    actor: Pseudonym | None = None


class Activated(About, frozen=True, kw_only=True, omit_defaults=True, tag="rules_activated"):
    """Header of `RulesActivated`."""

    version: str
    rules: int
    actor: Pseudonym | None = None


class Filed(About, frozen=True, kw_only=True, omit_defaults=True, tag="report_filed"):
    """Header of `ReportFiled`."""

    receipt: str
    category: str
    reporter: Pseudonym | None = None
    room: RoomId | None = None
    number: Number | None = None
    kept_until_ms: Millis | None = None
    case_id: str | None = None


PlatformAbout = (
    Registered
    | NewPassword
    | Issued
    | Revoked
    | Granted
    | Withdrawn
    | Activated
    | Filed
    | InspectionAbout
)

_ACCOUNT = msgspec.json.Decoder(SealedAccount)
_TOKEN = msgspec.json.Decoder(SealedToken)
_REPORT = msgspec.json.Decoder(SealedReport)
_END = msgspec.json.Decoder(SealedEnd)


def sealed_account_of(raw: bytes | None) -> SealedAccount:
    """Login and name; erased, they read as empty."""
    return SealedAccount(login="", name="") if raw is None else _ACCOUNT.decode(raw)


def _pack_registered(fact: AccountRegistered, place: Place, name_of: NameOf) -> Packed:
    about = Registered(account=name_of(AccountId(place.seq)))
    return Packed(about, sealed=SealedAccount(login=fact.login, name=fact.name))


def _pack_password(fact: PasswordChanged, _place: Place, name_of: NameOf) -> Packed:
    return Packed(NewPassword(account=name_of(fact.account)))


def _pack_issued(fact: TokenIssued, _place: Place, name_of: NameOf) -> Packed:
    about = Issued(
        account=name_of(fact.account),
        token_id=fact.token_id,
        expires_ms=fact.expires_ms,
        room=fact.room,
    )
    return Packed(about, sealed=SealedToken(label=fact.label))


def _pack_revoked(fact: TokenRevoked, _place: Place, name_of: NameOf) -> Packed:
    return Packed(Revoked(account=name_of(fact.account), token_id=fact.token_id))


def _pack_granted(fact: PowersGranted, _place: Place, name_of: NameOf) -> Packed:
    about = Granted(
        account=name_of(fact.holder),
        grant=fact.grant,
        actor=name_or_none(fact.actor, name_of),
    )
    return Packed(about)


def _pack_withdrawn(fact: PowersRevoked, _place: Place, name_of: NameOf) -> Packed:
    about = Withdrawn(
        account=name_of(fact.holder),
        grant_id=fact.grant_id,
        actor=name_or_none(fact.actor, name_of),
    )
    return Packed(about, sealed=SealedEnd(reason=fact.reason) if fact.reason else None)


def _pack_activated(fact: RulesActivated, _place: Place, name_of: NameOf) -> Packed:
    about = Activated(
        version=fact.version, rules=fact.rules, actor=name_or_none(fact.actor, name_of)
    )
    return Packed(about)


def _pack_filed(fact: ReportFiled, _place: Place, name_of: NameOf) -> Packed:
    about = Filed(
        receipt=fact.receipt,
        category=fact.category,
        reporter=name_or_none(fact.reporter, name_of),
        room=fact.room,
        number=fact.number,
        kept_until_ms=fact.kept_until_ms,
        case_id=fact.case_id,
    )
    return Packed(about, sealed=SealedReport(contact=fact.contact, text=fact.text))


PACKERS: dict[type, Callable[[Any, Place, NameOf], Packed]] = {
    AccountRegistered: _pack_registered,
    PasswordChanged: _pack_password,
    TokenIssued: _pack_issued,
    TokenRevoked: _pack_revoked,
    PowersGranted: _pack_granted,
    PowersRevoked: _pack_withdrawn,
    RulesActivated: _pack_activated,
    ReportFiled: _pack_filed,
    **inspection_codec.PACKERS,
}


def _registered(stored: Stored, _about: Registered) -> AccountRegistered:
    sealed = sealed_account_of(stored.sealed)
    return AccountRegistered(
        login=sealed.login,
        name=sealed.name,
        password_hash=stored.secret if isinstance(stored.secret, str) else None,
    )


def _password(stored: Stored, about: NewPassword) -> PasswordChanged:
    return PasswordChanged(
        account=stored.accounts[about.account],
        password_hash=stored.secret if isinstance(stored.secret, str) else "",
    )


def _issued(stored: Stored, about: Issued) -> TokenIssued:
    return TokenIssued(
        account=stored.accounts[about.account],
        label="" if stored.sealed is None else _TOKEN.decode(stored.sealed).label,
        digest=stored.secret if isinstance(stored.secret, bytes) else b"",
        expires_ms=about.expires_ms,
        token_id=about.token_id,
        room=about.room,
    )


def _revoked(stored: Stored, about: Revoked) -> TokenRevoked:
    return TokenRevoked(account=stored.accounts[about.account], token_id=about.token_id)


def _granted(stored: Stored, about: Granted) -> PowersGranted:
    return PowersGranted(
        grant=about.grant,
        holder=stored.accounts[about.account],
        actor=stored.account_of(about.actor),
    )


def _withdrawn(stored: Stored, about: Withdrawn) -> PowersRevoked:
    return PowersRevoked(
        holder=stored.accounts[about.account],
        grant_id=about.grant_id,
        actor=stored.account_of(about.actor),
        reason="" if stored.sealed is None else _END.decode(stored.sealed).reason,
    )


def _activated(stored: Stored, about: Activated) -> RulesActivated:
    return RulesActivated(about.version, about.rules, stored.account_of(about.actor))


def _filed(stored: Stored, about: Filed) -> ReportFiled:
    empty = SealedReport(contact="", text="")
    sealed = empty if stored.sealed is None else _REPORT.decode(stored.sealed)
    return ReportFiled(
        receipt=about.receipt,
        reporter=stored.account_of(about.reporter),
        room=about.room,
        number=about.number,
        category=about.category,
        text=sealed.text,
        contact=sealed.contact,
        kept_until_ms=about.kept_until_ms,
        case_id=about.case_id,
    )


UNPACKERS: dict[type[About], Callable[[Stored, Any], PlatformFact]] = {
    Registered: _registered,
    NewPassword: _password,
    Issued: _issued,
    Revoked: _revoked,
    Granted: _granted,
    Withdrawn: _withdrawn,
    Activated: _activated,
    Filed: _filed,
    **inspection_codec.UNPACKERS,
}
