"""Entries by position: the rows of docs/protocol.md, "rows".

A row says what `fields_of` says, without the names. Cells are only ever added, at the end and with
a default, so a reader of today's rows can read tomorrow's.
"""

from danmaku.domain.comment import NORMAL, WHITE, Comment, Mode
from danmaku.domain.views import View, ViewKind
from danmaku.formats.danmaku_v1 import state_fields_of

Row = list[object]

_KINDS = {
    ViewKind.COMMENT: 0,
    ViewKind.MARKER: 1,
    ViewKind.RECALL: 2,
    ViewKind.RESTORE: 3,
    ViewKind.ROOM: 4,
}
# The numbers by which existing players know them.
_MODES = {Mode.SCROLL: 1, Mode.BOTTOM: 4, Mode.TOP: 5, Mode.REVERSE: 6}

# What the last cells are when nothing is said of them, from the end.
_PLAIN = (False, False, False, NORMAL, WHITE, _MODES[Mode.SCROLL])
_UNEXPLAINED = (None, None)


def row_of(view: View) -> Row:
    """One entry as a row; what ends it and is as usual is left out."""
    row: Row = [_KINDS[view.kind], view.seq]
    match view.kind:
        case ViewKind.COMMENT | ViewKind.RESTORE:
            assert view.comment is not None
            return _cut(row + _shown(view.comment), _PLAIN)
        case ViewKind.MARKER:
            assert view.comment is not None
            comment = view.comment
            place: Row = [comment.number, comment.at_ms, comment.position_ms]
            return _cut(row + place + _gone(comment), _UNEXPLAINED)
        case ViewKind.RECALL:
            assert view.comment is not None
            return _cut([*row, view.comment.number, *_gone(view.comment)], _UNEXPLAINED)
        case ViewKind.ROOM:
            assert view.state is not None
            return [*row, state_fields_of(view.state)]


def _shown(comment: Comment) -> Row:
    content = comment.content
    assert content is not None
    style = content.style
    return [
        comment.number,
        comment.at_ms,
        comment.position_ms,
        comment.author,
        content.name,
        content.text,
        _MODES[style.mode],
        style.color,
        style.size,
        comment.late,
        comment.imported,
        comment.restored,
    ]


def _gone(comment: Comment) -> Row:
    return [None if comment.by is None else comment.by.value, comment.category]


def _cut(row: Row, defaults: tuple[object, ...]) -> Row:
    """Take from the end what is as usual; cells before one that is not have to stay."""
    for default in defaults:
        if row[-1] != default:
            break
        row.pop()
    return row
