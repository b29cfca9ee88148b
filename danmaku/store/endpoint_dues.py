"""Entries with what an endpoint is told beside them: comments as they stand now, random ids."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, select

from danmaku.domain.comment import Comment
from danmaku.domain.deliveries import Due
from danmaku.domain.endpoints import EventType
from danmaku.domain.facts import CommentPublished, CommentRestored, Entry
from danmaku.domain.ids import PLATFORM, AccountId, Number, Pseudonym, RoomId
from danmaku.domain.people_facts import MeasureReversed, MeasureTaken
from danmaku.store import case_codec, filing_codec, people_codec, platform_codec, room_codec, schema
from danmaku.store.codec import About
from danmaku.store.comments import COMMENTS, comment_of

_comment, _name = schema.comment.c, schema.pseudonym.c

_KINDS: dict[EventType, tuple[type[About], ...]] = {
    EventType.COMMENT_PUBLISHED: (room_codec.Published,),
    EventType.COMMENT_HELD: (room_codec.WasHeld,),
    EventType.COMMENT_REFUSED: (room_codec.WasRefused,),
    EventType.COMMENT_RECALLED: (room_codec.Recalled,),
    EventType.COMMENT_RESTORED: (room_codec.Restored,),
    EventType.ROOM_OPENED: (room_codec.Opened,),
    EventType.ROOM_CHANGED: (room_codec.Changed,),
    EventType.MEASURE_TAKEN: (people_codec.Taken,),
    EventType.MEASURE_REVERSED: (people_codec.Reversed,),
    EventType.CONTROL_SET: (people_codec.Braked,),
    EventType.CONTROL_LIFTED: (people_codec.Lifted,),
    EventType.CASE_FILED: (platform_codec.Filed, case_codec.CaseCame),
    EventType.CASE_DECIDED: (case_codec.Decided,),
    EventType.FILING_DUE: (filing_codec.Begun,),
}


def kinds_of(events: Collection[EventType]) -> list[str]:
    """The words of the record for what such events are about."""
    return sorted(about.kind() for event in events for about in _KINDS[event])


def dues_of(connection: Connection, chain: RoomId, entries: Sequence[Entry]) -> tuple[Due, ...]:
    """The entries of a chain, each with what is told beside it."""
    if chain == PLATFORM:
        return tuple(Due(entry, author=_author(connection, entry)) for entry in entries)
    numbers = [number for entry in entries if (number := _shown_number(entry)) is not None]
    comments = _comments(connection, chain, numbers)
    return tuple(Due(entry, comments.get(_shown_number(entry))) for entry in entries)


def _shown_number(entry: Entry) -> Number | None:
    if entry.comment is None or not isinstance(entry.fact, CommentPublished | CommentRestored):
        return None
    return entry.comment.number


def _comments(
    connection: Connection, room: RoomId, numbers: Sequence[Number]
) -> dict[Number | None, Comment]:
    if not numbers:
        return {}
    wanted = COMMENTS.where(_comment.room == room, _comment.number.in_(numbers))
    return {row.number: comment_of(row) for row in connection.execute(wanted)}


def _author(connection: Connection, entry: Entry) -> Pseudonym | None:
    match entry.fact:
        case MeasureTaken(measure=measure, account=account):
            room = measure.room
        case MeasureReversed(account=account):
            room = None
        case _:
            return None
    if account is None:
        return None
    named = None if room is None else _name_of(connection, room, account)
    return named or _name_of(connection, PLATFORM, account)


def _name_of(connection: Connection, chain: RoomId, account: AccountId) -> Pseudonym | None:
    wanted = select(_name.pseudonym).where(_name.chain == chain, _name.account == account)
    return connection.scalar(wanted)
