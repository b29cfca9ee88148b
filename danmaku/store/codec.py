"""How facts are laid down, and read again.

Each kind of fact has three parts: what its header says of it (`About`), a body that everybody may
see (`open`) and one that few may see (`sealed`). Either body may be absent, and either may have
been erased since. `room_codec.py` and `platform_codec.py` divide each fact among the three; this
file has what both need.

All of it is canonical JSON: sorted keys, no spaces, UTF-8.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from danmaku.domain.account import PowerGrant
from danmaku.domain.comment import Content, Style
from danmaku.domain.facts import Verdict
from danmaku.domain.ids import AccountId, ClientId, Number, Pseudonym, RoomId, Seq
from danmaku.store.bodies import Part

NameOf = Callable[[AccountId], Pseudonym]
"""The random id of an account on the chain that is being written."""

canonical: Callable[[object], bytes] = msgspec.json.Encoder(order="sorted").encode
"""The one way to write a value down."""


_NO_ORIGIN, _NO_NUMBER = Seq(0), Number(0)


class Place(msgspec.Struct, frozen=True):
    """Where a fact goes; `origin` and `number` are of the comment it is about, or 0."""

    seq: Seq
    origin: Seq = _NO_ORIGIN
    number: Number = _NO_NUMBER


class About(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind"):
    """What a header says of its fact. People appear by their random id on that chain."""

    @classmethod
    def kind(cls) -> str:
        """The word for it in the record."""
        return str(cls.__struct_config__.tag)


class Packed(msgspec.Struct, frozen=True):
    """A fact, divided."""

    about: About
    open: object | None = None
    sealed: object | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What is left of a fact in the record.

    `accounts` gives the account behind each random id; `secret` is what no chain holds: a
    password's hash, a token's digest.
    """

    chain: RoomId
    seq: Seq
    about: About
    open: bytes | None
    sealed: bytes | None
    accounts: Mapping[Pseudonym, AccountId]
    secret: str | bytes | None = None

    def account_of(self, name: Pseudonym | None) -> AccountId | None:
        """Whose random id it is; None for nobody."""
        return None if name is None else self.accounts[name]


def name_or_none(account: AccountId | None, name_of: NameOf) -> Pseudonym | None:
    """The random id of somebody who may be nobody."""
    return None if account is None else name_of(account)


def powers_text_of(grant: PowerGrant) -> str | None:
    """How a table holds the part of a bundle that a grant gives; None: all of it."""
    return None if grant.powers is None else " ".join(sorted(grant.powers))


# --- bodies that more than one reader opens


class SealedPublication(msgspec.Struct, frozen=True, kw_only=True):
    """What few may know of a published comment."""

    client_id: ClientId
    verdict: Verdict


class SealedJudgement(msgspec.Struct, frozen=True, kw_only=True):
    """A held or refused comment: all of it."""

    category: str
    client_id: ClientId
    content: Content
    verdict: Verdict


ERASED_VERDICT = Verdict(ruleset="", action="", category=None, micros=0)

_CONTENT = msgspec.json.Decoder(Content)
_PUBLICATION = msgspec.json.Decoder(SealedPublication)
_JUDGEMENT = msgspec.json.Decoder(SealedJudgement)


def content_of(part: str, raw: bytes | None) -> Content | None:
    """The comment's content in a body; None when the body was erased."""
    if raw is None:
        return None
    return _CONTENT.decode(raw) if part == Part.OPEN else _JUDGEMENT.decode(raw).content


def publication_of(raw: bytes | None) -> SealedPublication:
    """The sealed half of a published comment; erased, it reads as empty."""
    if raw is None:
        return SealedPublication(client_id=ClientId(""), verdict=ERASED_VERDICT)
    return _PUBLICATION.decode(raw)


def judgement_of(raw: bytes | None, position_ms: int) -> SealedJudgement:
    """A held or refused comment; erased, it reads as empty."""
    if raw is None:
        return SealedJudgement(
            category="",
            client_id=ClientId(""),
            content=empty_content(position_ms),
            verdict=ERASED_VERDICT,
        )
    return _JUDGEMENT.decode(raw)


def empty_content(position_ms: int) -> Content:
    """What an erased content reads as."""
    return Content(text="", style=Style(), position_ms=position_ms, name="")
