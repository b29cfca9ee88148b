"""What the fan-out asks of a dialect: entries and asides as bytes."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from danmaku.domain.ids import Seq
from danmaku.domain.views import View
from danmaku.formats.danmaku_v1 import Fields
from danmaku.gateway.framing import frame_of


class Op(StrEnum):
    """Every word that the server begins a message with."""

    WELCOME = "welcome"
    ENTRIES = "entries"
    SKIPPED = "skipped"
    OWN = "own"
    RESET = "reset"
    PUBLISHED = "published"
    HELD = "held"
    REFUSED = "refused"
    RECALLED = "recalled"
    YOU = "you"
    NOTICE = "notice"
    VIEWERS = "viewers"
    LIKED = "liked"
    LIKES = "likes"
    PONG = "pong"
    BYE = "bye"
    ERROR = "error"


class Outward(Protocol):
    """One way to write down what goes out. Equal ones are given the same bytes."""

    @property
    def script(self) -> str:
        """Names how it writes one entry: those of one script share what was written."""

    @property
    def is_text(self) -> bool:
        """Whether it uses text frames, else binary ones."""

    @property
    def is_bare(self) -> bool:
        """Whether it uses no frames at all."""

    def encode(self, fields: Fields) -> bytes:
        """Write one server message that is no batch; empty where it has no words for it."""

    def part(self, view: View) -> bytes:
        """Write one entry, ready for `batch`; empty where it has no words for it."""

    def batch(self, op: Op, after: Seq, upto: Seq, parts: Sequence[bytes], lacks: int = 0) -> bytes:
        """Write the batch `(after, upto]` of entries that are encoded already; may be empty.

        `lacks`: so many comments of that range are not among them (see `sampling`).
        """


def frame_in(dialect: Outward, payload: bytes, *, deflate: bool) -> bytes:
    """A payload as it goes to a socket; nothing for one that is empty."""
    if dialect.is_bare or not payload:
        return payload
    return frame_of(payload, is_text=dialect.is_text, deflate=deflate)
