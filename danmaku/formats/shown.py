"""A comment as exports read and write it: flat, for they take all of a room at once.

The fields are those of `danmaku_v1.fields_of`, in their order; a test holds the two to each other.
They are structs, for classes take five times as long to make, and dictionaries to write.
"""

import msgspec

from danmaku.domain.comment import Mode, RecalledBy
from danmaku.domain.ids import Millis, Number, Pseudonym, Seq


class Shown(
    msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag="comment", tag_field="kind"
):
    """A comment that everybody may see."""

    seq: Seq
    number: Number
    at_ms: Millis
    position_ms: int
    mode: Mode
    color: int
    size: int
    text: str
    author: Pseudonym
    name: str
    late: bool
    imported: bool
    restored: bool = False


class Marker(msgspec.Struct, frozen=True, gc=False, tag="marker", tag_field="kind"):
    """Where a recalled one was."""

    seq: Seq
    number: Number
    at_ms: Millis
    position_ms: int
    by: RecalledBy | None
    category: str | None


Row = Shown | Marker
