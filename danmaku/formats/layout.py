"""How a file that holds a room's comments is put together; each format says it once.

A file is a pure function of the record: no format knows the time, the caller or the server.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from danmaku.domain.ids import Number, RoomId, RoomNumber
from danmaku.formats.shown import Row, Shown

Line = Callable[[Shown], bytes]
NONE_YET = Number(0)


@dataclass(frozen=True, slots=True)
class Head:
    """What a file says of its room; `count` is of the comments in it, markers not counted."""

    room: RoomId
    number: RoomNumber
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class Layout:
    """One format.

    Args:
        ending: Of a file's name.
        media_type: Of the whole.
        begin: What stands before the first comment.
        new_line: Makes what writes one comment; called once a file, for some remember the last.
        between: Two comments.
        end: What stands after the last comment.
        by_position: In order of position and number; else of number alone.
        lines: Writes many rows at once, markers as well, in place of `new_line`.
        after: Comments up to this number are left out.
    """

    ending: str
    media_type: str
    begin: Callable[[Head], str]
    new_line: Callable[[], Line] | None = None
    lines: Callable[[Sequence[Row]], bytes] | None = None
    between: bytes = b""
    end: str = ""
    by_position: bool = True
    after: Number = NONE_YET


class Writing:
    """One file on its way: the comments first, since how many there are is said before them."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._line = None if layout.new_line is None else layout.new_line()
        self._is_first = True
        self.count = 0  # of comments so far, markers not counted

    def part(self, page: Sequence[Row]) -> bytes:
        """What the next comments look like."""
        layout, after = self._layout, self._layout.after
        shown = [each for each in page if isinstance(each, Shown) and each.number > after]
        self.count += len(shown)
        if layout.lines is not None:
            return layout.lines(page)
        if not shown or self._line is None:
            return b""
        lines = layout.between.join(map(self._line, shown))
        lead = b"" if self._is_first else layout.between
        self._is_first = False
        return lead + lines
