"""Who sent a comment, for formats that have eight hexadecimal digits or a number for it."""

from functools import lru_cache
from hashlib import blake2s

from danmaku.domain.ids import Pseudonym

_NUMBER_BYTES = 6  # scripts read whole numbers up to 53 bits


@lru_cache(maxsize=65_536)
def sender_of(author: Pseudonym) -> str:
    """Eight digits that stand for one author in one room.

    Other houses take a checksum of the account's number, from which anybody finds the account by
    trying. Here they are of the author's random public id, which leads nowhere.
    """
    return blake2s(author.encode(), digest_size=4).hexdigest()


@lru_cache(maxsize=65_536)
def sender_number_of(author: Pseudonym) -> int:
    """A number from 1 that stands for one author in one room; as `sender_of` otherwise."""
    digest = blake2s(author.encode(), digest_size=_NUMBER_BYTES).digest()
    return int.from_bytes(digest, "big") or 1
