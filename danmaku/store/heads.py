"""Signed heads: from time to time the writer vouches for where each grown chain stands."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, func, select

from danmaku.domain.ids import Millis, RoomId
from danmaku.store import schema
from danmaku.store.chain import sign_head


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
        self._epoch = epoch
        self._grown: set[RoomId] = set()

    def note_all(self, connection: Connection) -> None:
        """Look which chains have grown beyond their last head, as after a crash."""
        chain, head = schema.chain.c, schema.head.c
        signed = select(func.max(head.seq)).where(head.chain == chain.id).scalar_subquery()
        grown = select(chain.id).where(chain.top > func.coalesce(signed, 0))
        self._grown.update(connection.scalars(grown))

    def note(self, chain: RoomId) -> None:
        """Remember that a chain grew."""
        self._grown.add(chain)

    @property
    def has_work(self) -> bool:
        """Whether any chain has grown."""
        return bool(self._grown)

    def sign(self, connection: Connection, now_ms: Millis) -> None:
        """Add a head to every chain that grew, in a transaction of its own."""
        chain = schema.chain.c
        with connection.begin():
            grown = select(chain.id, chain.top, chain.link).where(chain.id.in_(self._grown))
            heads = [
                {
                    "chain": row.id,
                    "seq": row.top,
                    "at_ms": now_ms,
                    "link": row.link,
                    "signature": sign_head(
                        self._key, epoch=self._epoch, chain=row.id, seq=row.top, link=row.link
                    ),
                }
                for row in connection.execute(grown)
            ]
            connection.execute(schema.head.insert(), heads)
        self._grown.clear()
