"""Entries as rows: written once, and read again."""

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection, select

from danmaku.domain.comment import Comment
from danmaku.domain.facts import Entry, Fact
from danmaku.domain.ids import AccountId, Millis, Number, Pseudonym, RoomId, Seq
from danmaku.store import (
    brownout_codec,
    case_codec,
    endpoint_codec,
    feature_codec,
    filing_codec,
    keeping_codec,
    legal_hold_codec,
    naming_codec,
    people_codec,
    platform_codec,
    room_codec,
    rule_codec,
    schema,
    team_codec,
)
from danmaku.store.bodies import OPEN_BODY, SEALED_BODY, Part, is_body_of_entry
from danmaku.store.brownout_codec import Forced
from danmaku.store.case_codec import CaseAbout
from danmaku.store.chain import SALT_BYTES, digest_of, link_of
from danmaku.store.codec import About, NameOf, Place, Stored, canonical
from danmaku.store.comments import COMMENTS, Judgement, Turn, announced, comment_of, judged, turned
from danmaku.store.endpoint_codec import Endpoint
from danmaku.store.feature_codec import FeatureAbout
from danmaku.store.filing_codec import FilingAbout
from danmaku.store.keeping_codec import KeepingAbout
from danmaku.store.legal_hold_codec import LegalHoldAbout
from danmaku.store.naming_codec import Named
from danmaku.store.people_codec import PeopleAbout
from danmaku.store.platform_codec import Issued, NewPassword, PlatformAbout, Registered
from danmaku.store.room_codec import Judged, Published, Recalled, Restored, RoomAbout
from danmaku.store.rule_codec import RuleAbout
from danmaku.store.schema import AnyRow
from danmaku.store.team_codec import TeamAbout

_CODECS = (
    room_codec,
    platform_codec,
    people_codec,
    keeping_codec,
    legal_hold_codec,
    naming_codec,
    brownout_codec,
    feature_codec,
    filing_codec,
    case_codec,
    rule_codec,
    team_codec,
    endpoint_codec,
)
_PACKERS = {kind: pack for codec in _CODECS for kind, pack in codec.PACKERS.items()}
_UNPACKERS = {kind: unpack for codec in _CODECS for kind, unpack in codec.UNPACKERS.items()}
KINDS = frozenset(about.kind() for about in _UNPACKERS)
"""Every word for an entry that this code knows."""


class Header(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the leaf of an entry is made of; the digests are hexadecimal."""

    chain: RoomId
    seq: Seq
    at_ms: Millis
    about: (
        RoomAbout
        | PlatformAbout
        | PeopleAbout
        | KeepingAbout
        | LegalHoldAbout
        | Named
        | FeatureAbout
        | Forced
        | FilingAbout
        | CaseAbout
        | RuleAbout
        | TeamAbout
        | Endpoint
    )
    open: str | None = None
    sealed: str | None = None


_SALTS_OF_ENTRY = 3  # its leaf's and its bodies'
_HEADER = msgspec.json.Decoder(Header)


def header_of(raw: bytes) -> Header:
    """Read a header.

    Raises:
        msgspec.MsgspecError: It is none.
    """
    return _HEADER.decode(raw)


# --- writing


class Written(msgspec.Struct, frozen=True):
    """Rows of one entry, and the link that the next one continues from."""

    entry: dict[str, object]
    bodies: list[dict[str, object]]
    link: bytes


class Scribe:
    """Makes the rows of the entries of one transaction.

    Args:
        now_ms: The time that all of them bear.
        entries_count: How many there will be, about: chance for all of them is drawn at once, since
            each draw gives up the interpreter's lock. 1 or more.
    """

    def __init__(self, now_ms: Millis, entries_count: int) -> None:
        self.now_ms = now_ms
        self._draw_bytes = entries_count * _SALTS_OF_ENTRY * SALT_BYTES
        self._salts = b""
        self._used_bytes = 0

    def write_down(
        self, fact: Fact, chain: RoomId, place: Place, *, previous: bytes, name_of: NameOf
    ) -> Written:
        """Make the rows of an entry whose predecessor has the link `previous`."""
        packed = _PACKERS[type(fact)](fact, place, name_of)
        bodies: list[dict[str, object]] = []
        digests: list[str | None] = []
        for part, value in ((Part.OPEN, packed.open), (Part.SEALED, packed.sealed)):
            if value is None:
                digests.append(None)
                continue
            salt, content = self._salt(), canonical(value)
            digests.append(digest_of(salt, content).hex())
            bodies.append(
                {"chain": chain, "seq": place.seq, "part": part, "salt": salt, "content": content}
            )
        header = canonical(
            Header(
                chain=chain,
                seq=place.seq,
                at_ms=self.now_ms,
                about=packed.about,
                open=digests[0],
                sealed=digests[1],
            )
        )
        salt = self._salt()
        leaf = digest_of(salt, header)
        link = link_of(previous, leaf)
        row: dict[str, object] = {
            "chain": chain,
            "seq": place.seq,
            "at_ms": self.now_ms,
            "kind": packed.about.kind(),
            "origin": place.origin or None,
            "number": place.number or None,
            "header": header,
            "leaf_salt": salt,
            "leaf": leaf,
            "link": link,
        }
        return Written(row, bodies, link)

    def _salt(self) -> bytes:
        if self._used_bytes == len(self._salts):
            self._salts, self._used_bytes = os.urandom(self._draw_bytes), 0
        begin, self._used_bytes = self._used_bytes, self._used_bytes + SALT_BYTES
        return self._salts[begin : self._used_bytes]


# --- reading

ENTRIES = select(
    schema.entry.c.chain,
    schema.entry.c.seq,
    schema.entry.c.at_ms,
    schema.entry.c.header,
    OPEN_BODY.c.content.label("open"),
    SEALED_BODY.c.content.label("sealed"),
).select_from(
    schema.entry.outerjoin(OPEN_BODY, is_body_of_entry(OPEN_BODY, Part.OPEN)).outerjoin(
        SEALED_BODY, is_body_of_entry(SEALED_BODY, Part.SEALED)
    )
)
"""Entries with both bodies, for `entries_of`."""

_NAMES = ("actor", "owner", "author", "account", "reporter", "second", "filer", "against")


def entries_of(connection: Connection, rows: Iterable[AnyRow]) -> list[Entry]:
    """The entries in rows of `ENTRIES`, each with its comment as the entry left it."""
    headers = [(row, header_of(row.header)) for row in rows]
    accounts = _accounts(connection, [header for _, header in headers])
    return [_entry(connection, row, header, accounts[header.chain]) for row, header in headers]


def entry_at(connection: Connection, chain: RoomId, seq: Seq) -> Entry | None:
    """One entry."""
    entry = schema.entry.c
    rows = connection.execute(ENTRIES.where(entry.chain == chain, entry.seq == seq))
    return next(iter(entries_of(connection, rows)), None)


def _accounts(
    connection: Connection, headers: Sequence[Header]
) -> dict[RoomId, dict[Pseudonym, AccountId]]:
    wanted: defaultdict[RoomId, set[Pseudonym]] = defaultdict(set)
    for header in headers:
        names = (getattr(header.about, field, None) for field in _NAMES)
        wanted[header.chain].update(name for name in names if name is not None)
    table = schema.pseudonym.c
    found: defaultdict[RoomId, dict[Pseudonym, AccountId]] = defaultdict(dict)
    for chain, names_there in wanted.items():
        rows = select(table.pseudonym, table.account).where(table.chain == chain)
        for row in connection.execute(rows.where(table.pseudonym.in_(names_there))):
            found[chain][row.pseudonym] = row.account
    return found


def _entry(
    connection: Connection,
    row: AnyRow,
    header: Header,
    accounts: dict[Pseudonym, AccountId],
) -> Entry:
    about = header.about
    stored = Stored(
        chain=header.chain,
        seq=header.seq,
        about=about,
        open=row.open,
        sealed=row.sealed,
        accounts=accounts,
        secret=_secret(connection, about, accounts),
    )
    fact = _UNPACKERS[type(about)](stored, about)
    comment, account = _comment(connection, stored, fact)
    return Entry(
        chain=header.chain,
        seq=header.seq,
        at_ms=header.at_ms,
        fact=fact,
        comment=comment,
        account=account or accounts.get(getattr(about, "account", Pseudonym(""))),
    )


def _secret(
    connection: Connection, about: About, accounts: dict[Pseudonym, AccountId]
) -> str | bytes | None:
    if isinstance(about, Registered | NewPassword):
        account = schema.account.c
        return connection.scalar(
            select(account.password_hash).where(account.id == accounts[about.account])
        )
    if isinstance(about, Issued):
        token = schema.token.c
        return connection.scalar(select(token.digest).where(token.id == about.token_id))
    return None


def _comment(
    connection: Connection, stored: Stored, fact: Fact
) -> tuple[Comment | None, AccountId | None]:
    """The comment that a fact is about, as it stood after it, and its author."""
    about = stored.about
    if isinstance(about, Judged) and isinstance(fact, Judgement):
        number = about.number if isinstance(about, Published) else Number(0)
        place = Place(stored.seq, about.origin, number)
        return judged(fact, place, about.author), fact.author
    if isinstance(about, Recalled | Restored) and isinstance(fact, Turn):
        comment = schema.comment.c
        row = connection.execute(
            COMMENTS.where(comment.room == stored.chain, comment.origin == about.origin)
        ).one()
        return announced(turned(fact, comment_of(row))), row.account
    return None, None
