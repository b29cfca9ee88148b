"""Proof that a record is what was written: every chain, from the first entry to the last.

Runs on a closed record, or reads beside a running server: each chain is read in one snapshot, row
by row, in bounded memory. What is proved and what cannot be is said in docs/record.md.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Engine, and_, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from danmaku.config import StoreSettings
from danmaku.domain.ids import PLATFORM, RoomId, Seq
from danmaku.errors import Code, Coded
from danmaku.store import schema
from danmaku.store.chain import GENESIS, digest_of, is_signed, link_of
from danmaku.store.codec import Part
from danmaku.store.credit_queries import fault_of_days
from danmaku.store.entries import (
    OPEN_BODY,
    SEALED_BODY,
    Header,
    header_of,
    is_body_of_entry,
)
from danmaku.store.keys import existing_head_key
from danmaku.store.opening import look
from danmaku.store.projections import PlatformProjections, Projections, RoomProjections
from danmaku.store.room_codec import Changed, Opened, Published, WordsSet
from danmaku.store.schema import AnyRow

PROGRESS_ENTRIES = 1000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the walk along a chain has come."""

    chain: RoomId
    seq: Seq
    top: Seq


@dataclass(frozen=True, slots=True)
class Sound:
    """A chain in which nothing is wrong."""

    chain: RoomId
    entries_count: int
    erased_count: int  # bodies that were destroyed; that is no fault
    heads_count: int  # signed


@dataclass(frozen=True, slots=True)
class Finding:
    """The first bad entry of a chain; what comes after it is not looked at."""

    chain: RoomId
    seq: Seq
    what: str


Step = Progress | Sound | Finding

_entry, _comment, _head = schema.entry.c, schema.comment.c, schema.head.c


ROWS = (
    select(
        schema.entry,
        OPEN_BODY.c.salt.label("open_salt"),
        OPEN_BODY.c.content.label("open_content"),
        SEALED_BODY.c.salt.label("sealed_salt"),
        SEALED_BODY.c.content.label("sealed_content"),
        _head.link.label("head_link"),
        _head.signature,
        schema.pseudonym.c.pseudonym.label("name"),
        *(
            column.label(f"c_{column.name}") if column.name in _entry else column
            for column in _comment
            if column.name != "room"
        ),
    )
    .select_from(
        schema.entry.outerjoin(OPEN_BODY, is_body_of_entry(OPEN_BODY, Part.OPEN))
        .outerjoin(SEALED_BODY, is_body_of_entry(SEALED_BODY, Part.SEALED))
        .outerjoin(schema.head, and_(_head.chain == _entry.chain, _head.seq == _entry.seq))
        .outerjoin(
            schema.comment, and_(_comment.room == _entry.chain, _comment.origin == _entry.origin)
        )
        .outerjoin(
            schema.pseudonym,
            and_(
                schema.pseudonym.c.chain == _entry.chain,
                schema.pseudonym.c.account == _comment.account,
            ),
        )
    )
    .order_by(_entry.seq)
    .execution_options(yield_per=PROGRESS_ENTRIES)
)
"""Entries with all that is held against them."""


def verify(settings: StoreSettings, on_step: Callable[[Step], None]) -> None:
    """Check every chain of the record, one after the other.

    Args:
        settings: Where it lies; `data_dir` has the key.
        on_step: Told of `Progress` now and then; at the end of each chain of `Sound`, or of its
            one `Finding`; at the very end of one of seq 0 if sums over all chains are wrong.

    Raises:
        Coded: NOT_FOUND: there is no record.
        Broken: There is no key to check its heads with.
    """
    look(settings, partial(_verify, settings, on_step))


def _verify(settings: StoreSettings, on_step: Callable[[Step], None], engine: Engine) -> None:
    key = existing_head_key(settings.data_dir).public_key()
    is_sound = True
    with engine.connect() as connection:
        with connection.begin():
            require_record(connection)
            chains = chains_of(connection)
        for chain in chains:
            with connection.begin():
                for step in verify_chain(connection, chain, key):
                    is_sound = is_sound and not isinstance(step, Finding)
                    on_step(step)
        if is_sound:  # what counts comments is held against comments that are what they should be
            with connection.begin():
                for finding in verify_sums(connection):
                    on_step(finding)


def require_record(connection: Connection) -> None:
    """Look whether there is a record at all.

    Raises:
        Coded: NOT_FOUND: there is none.
    """
    meta = schema.meta.c
    if not inspect(connection).has_table(schema.meta.name) or not connection.scalar(
        select(meta.value).where(meta.name == "epoch")
    ):
        raise Coded(Code.NOT_FOUND, "There is no record.")


def verify_chain(connection: Connection, chain: RoomId, key: Ed25519PublicKey) -> Iterator[Step]:
    """Check one chain, in the connection's transaction."""
    meta = schema.meta.c
    epoch = connection.scalar(select(meta.value).where(meta.name == "epoch")) or ""
    return _Walk(connection, chain, key, epoch).run()


def verify_sums(connection: Connection) -> Iterator[Finding]:
    """Check what is counted over all chains, whose comments are known to be sound."""
    if (fault := fault_of_days(connection)) is not None:
        yield Finding(PLATFORM, Seq(0), fault)


def chains_of(connection: Connection) -> list[RoomId]:
    """Every chain that any table knows of, in the order of their names."""
    named = select(schema.chain.c.id).union(
        select(schema.room.c.id), select(_head.chain), select(_entry.chain)
    )
    return sorted(RoomId(chain) for chain in connection.scalars(named))


class _FoundError(Exception):
    """The walk ends here."""


class _Walk:
    """One chain, from its first entry on."""

    def __init__(
        self, connection: Connection, chain: RoomId, key: Ed25519PublicKey, epoch: str
    ) -> None:
        self._connection = connection
        self._chain = chain
        self._key = key
        self._epoch = epoch
        self._projections: Projections = (
            PlatformProjections(connection)
            if chain == PLATFORM
            else RoomProjections(connection, chain)
        )
        self._seq = Seq(0)
        self._link = GENESIS
        self._number_top = 0
        self._version = 0
        self._erased = 0
        self._heads = 0

    def run(self) -> Iterator[Step]:
        """Walk, and say what was found."""
        chain = self._connection.execute(
            select(schema.chain).where(schema.chain.c.id == self._chain)
        ).first()
        try:
            for row in self._connection.execute(ROWS.where(_entry.chain == self._chain)):
                self._check(row)
                if self._seq % PROGRESS_ENTRIES == 0:
                    yield Progress(self._chain, self._seq, Seq(0 if chain is None else chain.top))
            self._check_end(chain)
        except _FoundError as fault:
            yield Finding(self._chain, self._seq, str(fault))
        except (SQLAlchemyError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            yield Finding(self._chain, self._seq, f"unreadable: {error}")
        else:
            yield Sound(self._chain, self._seq, self._erased, self._heads)

    def _check(self, row: AnyRow) -> None:
        self._seq = Seq(self._seq + 1)
        self._require(row.seq == self._seq, "it is missing")
        self._require(row.leaf == digest_of(row.leaf_salt, row.header), "its leaf does not fit")
        self._link = link_of(self._link, row.leaf)
        self._require(row.link == self._link, "its link does not fit")
        self._check_head(row)
        header = header_of(row.header)
        self._check_columns(row, header)
        self._check_body(header.open, row.open_salt, row.open_content, Part.OPEN)
        self._check_body(header.sealed, row.sealed_salt, row.sealed_content, Part.SEALED)
        self._check_numbers(header)
        self._require_none(self._projections.fault_in(row, header))

    def _check_head(self, row: AnyRow) -> None:
        if row.signature is None:
            return
        self._heads += 1
        self._require(row.head_link == row.link, "its signed head names another link")
        signed = is_signed(
            self._key,
            row.signature,
            epoch=self._epoch,
            chain=self._chain,
            seq=self._seq,
            link=row.link,
        )
        self._require(signed, "its head's signature is not ours")

    def _check_columns(self, row: AnyRow, header: Header) -> None:
        about = header.about
        says = (header.chain, header.seq, header.at_ms, about.kind())
        self._require(says == (row.chain, row.seq, row.at_ms, row.kind), "its header is another's")
        comment = (getattr(about, "origin", None), getattr(about, "number", None))
        if self._chain != PLATFORM:
            self._require(comment == (row.origin, row.number), "it points to another comment")

    def _check_body(
        self, digest: str | None, salt: bytes | None, content: bytes | None, part: str
    ) -> None:
        if content is None or salt is None:
            self._erased += digest is not None
        else:
            fits = digest == digest_of(salt, content).hex()
            self._require(fits, f"its {part} body does not fit")

    def _check_numbers(self, header: Header) -> None:
        if isinstance(header.about, Opened | Changed | WordsSet):
            self._version = header.seq
        if isinstance(header.about, Published):
            self._number_top += 1
            self._require(header.about.number == self._number_top, "its number leaves a gap")

    def _check_end(self, chain: AnyRow | None) -> None:
        if chain is None:
            raise _FoundError("the chain has no head row")
        beyond = self._connection.scalar(
            select(_head.seq).where(_head.chain == self._chain, _head.seq > self._seq).limit(1)
        )
        if chain.top > self._seq or beyond is not None:
            self._seq = Seq(self._seq + 1)
            raise _FoundError("it is missing")
        held = (chain.top, chain.link, chain.number_top, chain.version)
        made = (self._seq, self._link, self._number_top, self._version)
        self._require(held == made, "the chain's own row stands elsewhere")
        self._require_none(self._projections.fault_left())

    def _require(self, holds: bool, what: str) -> None:  # noqa: FBT001 -- an assertion, in all but name
        if not holds:
            raise _FoundError(what)

    def _require_none(self, fault: str | None) -> None:
        if fault is not None:
            raise _FoundError(fault)
