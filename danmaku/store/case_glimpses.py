"""What lists of cases show of the comments that they are about, read all at once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import ColumnElement, Connection, and_, or_

from danmaku.domain.case_lists import Glimpse
from danmaku.domain.cases import Case, Subject, SubjectKind
from danmaku.domain.ids import Number, RoomId, Seq
from danmaku.store import schema
from danmaku.store.comments import COMMENTS, comment_of

_Place = tuple[RoomId | None, Number | None, Seq | None]


def glimpses_of(connection: Connection, cases: Sequence[Case]) -> dict[str, Glimpse]:
    """By case, for those whose comments have a text still."""
    wanted = defaultdict[_Place, list[str]](list)
    for one in cases:
        if one.subject.kind is SubjectKind.COMMENT:
            wanted[_place_of(one.subject)].append(one.case_id)
    if not wanted:
        return {}
    rows = connection.execute(COMMENTS.where(or_(*_places(wanted))))
    found: dict[str, Glimpse] = {}
    for row in rows:
        content = comment_of(row).content
        if content is None:
            continue
        # It may be the subject of several cases: by its number, and of others by its private id.
        for place in ((row.room, row.number, None), (row.room, None, row.origin)):
            glimpse = Glimpse(content.text, content.name, content.position_ms)
            found |= dict.fromkeys(wanted.get(place, ()), glimpse)
    return found


def _places(wanted: Iterable[_Place]) -> Iterator[ColumnElement[bool]]:
    """One condition a room and column: a list of pairs would be looked for in the whole table."""
    comment = schema.comment.c
    numbers, origins = defaultdict(list), defaultdict(list)
    for room, number, origin in wanted:
        if number is not None:
            numbers[room].append(number)
        else:
            origins[room].append(origin)
    for column, by_room in ((comment.number, numbers), (comment.origin, origins)):
        for room, values in by_room.items():
            yield and_(comment.room == room, column.in_(values))


def _place_of(subject: Subject) -> _Place:
    """How its table finds a comment: by its number, else by its private id."""
    return subject.room, subject.number, None if subject.number is not None else subject.origin
