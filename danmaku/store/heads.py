"""Signed heads: from time to time the writer vouches for where each grown chain stands."""

from collections.abc import Iterator, Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Connection, func, select

from danmaku.domain.ids import Millis, RoomId
from danmaku.store import schema
from danmaku.store.bulk import insert_new
from danmaku.store.chain import sign_head

CHAINS_AT_ONCE = 1000


def public_hex(key: Ed25519PrivateKey) -> str:
    """What others check its signatures with, hexadecimal."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


class HeadSigner:
    """Signs chains that grew since their last head. Belongs to the writer's thread.

    Args:
        key: The record's own.
        epoch: Part of what is signed: a head of another life is worth nothing in this one.
        every_s: How often it should be asked to.
    """

    def __init__(self, key: Ed25519PrivateKey, epoch: str, *, every_s: float) -> None:
        self.every_s = every_s
        self._key = key
        self.public_key = public_hex(key)
        self.epoch = epoch
        self._grown: set[RoomId] = set()
        self._looked_upto: str | None = ""  # None: at all chains

    def look_on(self, connection: Connection) -> None:
        """Look among the next chains for those that grew beyond their last head, as after a crash.

        At most `CHAINS_AT_ONCE` of them, until all have been looked at.
        """
        if self._looked_upto is None:
            return
        chain, head = schema.chain.c, schema.head.c
        signed = select(func.max(head.seq)).where(head.chain == chain.id).scalar_subquery()
        grown = (chain.top > func.coalesce(signed, 0)).label("has_grown")
        wanted = select(chain.id, grown).where(chain.id > self._looked_upto).order_by(chain.id)
        rows = connection.execute(wanted.limit(CHAINS_AT_ONCE)).all()
        self._grown.update(row.id for row in rows if row.has_grown)
        self._looked_upto = rows[-1].id if len(rows) == CHAINS_AT_ONCE else None

    def note(self, chain: RoomId) -> None:
        """Remember that a chain grew."""
        self._grown.add(chain)

    @property
    def has_work(self) -> bool:
        """Whether any chain has grown, or may have."""
        return bool(self._grown) or self._looked_upto is not None

    def sign(self, connection: Connection, now_ms: Millis) -> None:
        """Add a head to every chain that grew, in a transaction of its own."""
        with connection.begin():
            self.look_on(connection)
            for chains in _groups(sorted(self._grown)):
                self._sign(connection, chains, now_ms)
        self._grown.clear()

    def _sign(self, connection: Connection, chains: Sequence[RoomId], now_ms: Millis) -> None:
        chain = schema.chain.c
        grown = select(chain.id, chain.top, chain.link).where(chain.id.in_(chains))
        heads = [
            {
                "chain": row.id,
                "seq": row.top,
                "at_ms": now_ms,
                "link": row.link,
                "signature": sign_head(
                    self._key, epoch=self.epoch, chain=row.id, seq=row.top, link=row.link
                ),
            }
            for row in connection.execute(grown.order_by(chain.id))
        ]
        # Another node may have signed the same head, and then with the same words.
        insert_new(connection, schema.head, heads)


def _groups(chains: list[RoomId]) -> Iterator[list[RoomId]]:
    for begin in range(0, len(chains), CHAINS_AT_ONCE):
        yield chains[begin : begin + CHAINS_AT_ONCE]
