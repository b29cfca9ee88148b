"""What must hold of a chain: each entry, its bodies, its head, and all that it has made."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, and_, func, select

from danmaku.domain.ids import PLATFORM, RoomId, Seq
from danmaku.store import schema
from danmaku.store.bodies import OPEN_BODY, SEALED_BODY, Part, is_body_of_entry
from danmaku.store.chain import GENESIS, digest_of, is_signed, link_of
from danmaku.store.entries import Header, header_of
from danmaku.store.projections import PlatformProjections, Projections, RoomProjections
from danmaku.store.room_codec import Changed, Opened, Published, WordsSet
from danmaku.store.schema import AnyRow

ROWS_AT_ONCE = 1000  # in memory

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
    .execution_options(yield_per=ROWS_AT_ONCE)
)
"""Entries with all that is held against them."""


class FaultError(Exception):
    """An entry, or what comes after the last one, is not what was written."""


class ChainProof:
    """One chain, as far as it has been checked: entries come in order, from the first one on.

    Args:
        key: Its heads are signed with.
        epoch: Of the record; heads name it.
    """

    def __init__(
        self, connection: Connection, chain: RoomId, key: Ed25519PublicKey, epoch: str
    ) -> None:
        self.seq = Seq(0)  # of the entry that was looked at last
        self.erased_count = 0  # bodies that were destroyed; that is no fault
        self.heads_count = 0  # signed
        self._connection = connection
        self._chain = chain
        self._key = key
        self._epoch = epoch
        self._projections: Projections = (
            PlatformProjections(connection)
            if chain == PLATFORM
            else RoomProjections(connection, chain)
        )
        self._link = GENESIS
        self._bodies_count = 0
        self._number_top = 0
        self._version = 0

    def check(self, row: AnyRow) -> None:
        """Hold the next entry against all that comes with it.

        Raises:
            FaultError: Something does not fit; `seq` says where.
        """
        self.seq = Seq(self.seq + 1)
        self._require(row.seq == self.seq, "it is missing")
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
        self.heads_count += 1
        self._require(row.head_link == row.link, "its signed head names another link")
        signed = is_signed(
            self._key,
            row.signature,
            epoch=self._epoch,
            chain=self._chain,
            seq=self.seq,
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
            self.erased_count += digest is not None
        else:
            self._bodies_count += 1
            fits = digest == digest_of(salt, content).hex()
            self._require(fits, f"its {part} body does not fit")

    def _check_numbers(self, header: Header) -> None:
        if isinstance(header.about, Opened | Changed | WordsSet):
            self._version = header.seq
        if isinstance(header.about, Published):
            self._number_top += 1
            self._require(header.about.number == self._number_top, "its number leaves a gap")

    def check_end(self, chain: AnyRow | None) -> None:
        """Hold the chain's own row, and whatever no entry made, against all entries.

        Raises:
            FaultError: Something does not fit.
        """
        if chain is None:
            raise FaultError("the chain has no head row")
        beyond = self._connection.scalar(
            select(_head.seq).where(_head.chain == self._chain, _head.seq > self.seq).limit(1)
        )
        if chain.top > self.seq or beyond is not None:
            self.seq = Seq(self.seq + 1)
            raise FaultError("it is missing")
        held = (chain.top, chain.link, chain.number_top, chain.version)
        made = (self.seq, self._link, self._number_top, self._version)
        self._require(held == made, "the chain's own row stands elsewhere")
        # A body whose own key is damaged looks like one that was erased, but for this.
        of_it = select(func.count()).select_from(schema.body).where(schema.body.c.chain == chain.id)
        bodies_count = self._connection.scalar(of_it)
        self._require(bodies_count == self._bodies_count, "it has a body that is no entry's")
        self._require_none(self._projections.fault_left())

    def _require(self, holds: bool, what: str) -> None:  # noqa: FBT001 -- an assertion, in all but name
        if not holds:
            raise FaultError(what)

    def _require_none(self, fault: str | None) -> None:
        if fault is not None:
            raise FaultError(fault)
