"""How a file of comments is read piece by piece, whatever its format."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from danmaku.domain.comment import Draft
from danmaku.domain.ids import ClientId
from danmaku.errors import Refused

COMMENT_BYTES_MAX = 16_384  # of one comment in a file


@dataclass(frozen=True, slots=True)
class Item:
    """What a file has at one place; neither draft nor refusal: nothing to read, as of a marker.

    `place` counts from 1: lines, or comments where a format has no lines of its own.
    """

    place: int
    draft: Draft | None = None
    refusal: Refused | None = None


class Source(Protocol):
    """A file that comes in pieces; holds no more of it than one comment and one piece."""

    def feed(self, piece: bytes) -> list[Item]:
        """What is whole by now. What comes before a fault is given before the fault is raised.

        Raises:
            BadMessage: From here on it is no such file.
        """

    def end(self) -> list[Item]:
        """What is left when no more comes.

        Raises:
            BadMessage: It ends in the middle.
        """


def client_id_of(place: int, said: bytes) -> ClientId:
    """A name for a comment that is the same whenever the same file is read.

    So a file that is brought in twice records once.
    """
    return ClientId(f"f-{sha256(b'%d:' % place + said).hexdigest()[:40]}")
