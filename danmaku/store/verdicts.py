"""What the filter once said of what was written: a stretch of the record, read again.

Reads beside a running server: one snapshot, row by row, in bounded memory. Each comment comes with
the verdict that it was first judged by, and with what people have made of it since.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, Engine, and_, func, select

from danmaku.config import StoreSettings
from danmaku.domain.comment import CommentStatus, RecalledBy
from danmaku.domain.facts import Verdict
from danmaku.domain.ids import Millis, Number, RoomId, Seq
from danmaku.store import schema
from danmaku.store.bodies import OPEN_BODY, SEALED_BODY, Part, is_body_of_entry
from danmaku.store.codec import content_of, judgement_of, publication_of
from danmaku.store.opening import look
from danmaku.store.room_codec import Published
from danmaku.store.schema import AnyRow

_ROWS_AT_ONCE = 1000

_entry, _comment = schema.entry.c, schema.comment.c
_FIRST_JUDGED = (
    select(
        _comment.room,
        _comment.origin,
        _comment.number,
        _comment.at_ms,
        _comment.status,
        _comment.by,
        _comment.category,
        _comment.late,
        _comment.imported,
        _comment.changed_seq,
        _entry.kind,
        OPEN_BODY.c.content.label("open"),
        SEALED_BODY.c.content.label("sealed"),
    )
    .select_from(
        schema.comment.join(
            schema.entry, and_(_entry.chain == _comment.room, _entry.seq == _comment.origin)
        )
        .outerjoin(OPEN_BODY, is_body_of_entry(OPEN_BODY, Part.OPEN))
        .outerjoin(SEALED_BODY, is_body_of_entry(SEALED_BODY, Part.SEALED))
    )
    .order_by(_comment.room, _comment.origin)
    .execution_options(yield_per=_ROWS_AT_ONCE)
)


class Decision(StrEnum):
    """What people have made of a comment, as far as it stands now."""

    KEPT = "kept"  # published as it came in, and nobody took it back
    APPROVED = "approved"
    REFUSED = "refused"
    RECALLED = "recalled"

    @property
    def is_against(self) -> bool:
        """Whether somebody of the staff wanted it gone."""
        return self in {Decision.REFUSED, Decision.RECALLED}


@dataclass(frozen=True, slots=True)
class Judged:
    """One comment as it came in, and its fate.

    Attributes:
        origin: Its private id.
        text: As written, before anything was masked; None once its body was erased.
        verdict: Likewise.
        decision: None: nobody has decided, or its author alone has.
        category: Why it is held, refused or recalled, as far as it is said.
    """

    room: RoomId
    origin: Seq
    number: Number | None
    at_ms: Millis
    text: str | None
    verdict: Verdict | None
    decision: Decision | None
    category: str | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Comments of the record, counted; reading them is up to the caller."""

    count: int
    comments: Iterator[Judged]


def scan_judged(
    settings: StoreSettings,
    scan: Callable[[Stretch], None],
    *,
    room: RoomId | None = None,
    since_ms: Millis | None = None,
) -> None:
    """Have a stretch of the record read: by room, then in the order in which comments came.

    Args:
        settings: Where the record lies.
        scan: Reads it; the stretch is of no use when it has returned.
        room: This one's comments; None: all.
        since_ms: Those received from then on; None: all.

    Raises:
        Coded: NOT_FOUND: there is no record.
    """

    def read(engine: Engine) -> None:
        with engine.connect() as connection:
            scan(_stretch(connection, room, since_ms))

    look(settings, read)


def _stretch(connection: Connection, room: RoomId | None, since_ms: Millis | None) -> Stretch:
    wanted, counted = _FIRST_JUDGED, select(func.count()).select_from(schema.comment)
    if room is not None:
        wanted, counted = wanted.where(_comment.room == room), counted.where(_comment.room == room)
    if since_ms is not None:
        wanted = wanted.where(_comment.at_ms >= since_ms)
        counted = counted.where(_comment.at_ms >= since_ms)
    count = connection.scalar(counted) or 0
    return Stretch(count, (_judged(row) for row in connection.execute(wanted)))


def _judged(row: AnyRow) -> Judged:
    text, verdict = _first_of(row)
    return Judged(
        room=row.room,
        origin=row.origin,
        number=row.number,
        at_ms=row.at_ms,
        text=text,
        verdict=verdict,
        decision=_decision_on(row),
        category=row.category,
    )


def _first_of(row: AnyRow) -> tuple[str, Verdict] | tuple[None, None]:
    """The text as it came in, and what the filter said of it."""
    if row.sealed is None:
        return None, None
    if row.kind == Published.kind():
        verdict, content = publication_of(row.sealed).verdict, content_of(Part.OPEN, row.open)
    else:
        judgement = judgement_of(row.sealed, 0)
        verdict, content = judgement.verdict, judgement.content
    if content is None:
        return None, None
    return content.text if verdict.original is None else verdict.original, verdict


def _decision_on(row: AnyRow) -> Decision | None:
    match CommentStatus(row.status):
        case CommentStatus.PUBLISHED if row.late:
            return Decision.APPROVED
        case CommentStatus.PUBLISHED if not row.imported:
            return Decision.KEPT
        case CommentStatus.REFUSED if row.changed_seq != row.origin:  # else the filter has
            return Decision.REFUSED
        case CommentStatus.RECALLED if row.by != RecalledBy.AUTHOR:
            return Decision.RECALLED
    return None
