"""A comment as its row and its body give it, and as a fact leaves it."""

from dataclasses import replace

import msgspec
from sqlalchemy import and_, case, select

from danmaku.domain.comment import Comment, CommentStatus, RecalledBy
from danmaku.domain.facts import (
    CommentHeld,
    CommentPublished,
    CommentRecalled,
    CommentRefused,
    CommentRestored,
)
from danmaku.domain.ids import AccountId, ClientId, Pseudonym, RoomId, Seq
from danmaku.domain.views import bare
from danmaku.store import schema
from danmaku.store.bodies import Part
from danmaku.store.codec import Place, content_of
from danmaku.store.schema import AnyRow

Judgement = CommentPublished | CommentHeld | CommentRefused
Turn = CommentRecalled | CommentRestored

STATUS_AFTER = {
    CommentPublished: CommentStatus.PUBLISHED,
    CommentHeld: CommentStatus.HELD,
    CommentRefused: CommentStatus.REFUSED,
    CommentRecalled: CommentStatus.RECALLED,
    CommentRestored: CommentStatus.PUBLISHED,
}

_row = schema.comment.c
_body = schema.body.c

# A comment that has a number was public once, so its content lies open (until it is erased).
_part = case((_row.number.is_(None), Part.SEALED), else_=Part.OPEN)
ITS_BODY = and_(_body.chain == _row.room, _body.seq == _row.body_seq, _body.part == _part)
"""What joins the body that holds a comment's content."""

COMMENTS = select(schema.comment, _body.content).select_from(
    schema.comment.outerjoin(schema.body, ITS_BODY)
)


class CommentRow(msgspec.Struct, frozen=True):
    """A comment, and what the record alone needs to know of it."""

    room: RoomId
    account: AccountId
    client_key: str
    comment: Comment
    body_seq: Seq
    published_seq: Seq | None
    changed_seq: Seq

    def values(self) -> dict[str, object]:
        """The row of the table."""
        comment = self.comment
        return {
            "room": self.room,
            "origin": comment.origin,
            "number": comment.number,
            "status": str(comment.status),
            "account": self.account,
            "client_key": self.client_key,
            "author": comment.author,
            "at_ms": comment.at_ms,
            "position_ms": comment.position_ms,
            "late": comment.late,
            "imported": comment.imported,
            "by": None if comment.by is None else str(comment.by),
            "category": comment.category,
            "body_seq": self.body_seq,
            "published_seq": self.published_seq,
            "changed_seq": self.changed_seq,
        }


def client_key_of(room: RoomId, account: AccountId, client: ClientId) -> str:
    """What makes sending twice recording once.

    One column instead of three: hundreds of keys are looked up at once, and databases answer that
    from an index only when each is a single value.
    """
    return f"{room}/{account}/{client}"


def judged(fact: Judgement, place: Place, author: Pseudonym) -> Comment:
    """The comment as a judgement leaves it."""
    public = fact if isinstance(fact, CommentPublished) else None
    return Comment(
        origin=place.origin,
        number=None if public is None else place.number,
        status=STATUS_AFTER[type(fact)],
        at_ms=fact.at_ms,
        position_ms=fact.content.position_ms,
        author=author,
        content=fact.content,
        late=public is not None and public.late,
        imported=public is not None and public.imported,
        category=None if isinstance(fact, CommentPublished) else fact.category,
    )


def turned(fact: Turn, before: Comment) -> Comment:
    """The comment as a recall or a restore leaves it; its content stays in hand."""
    if isinstance(fact, CommentRecalled):
        by, category = fact.by, fact.category
        gone = CommentStatus.RECALLED
        return replace(before, status=gone, by=by, category=category, restored=False)
    status = CommentStatus.PUBLISHED
    return replace(before, status=status, by=None, category=None, restored=True)


def announced(comment: Comment) -> Comment:
    """The comment as an entry carries it: nothing that was recalled travels on."""
    return bare(comment) if comment.status is CommentStatus.RECALLED else comment


def comment_of(row: AnyRow) -> Comment:
    """The comment in a row of `COMMENTS`, with its content whatever its status."""
    part = Part.SEALED if row.number is None else Part.OPEN
    return Comment(
        origin=row.origin,
        number=row.number,
        status=CommentStatus(row.status),
        at_ms=row.at_ms,
        position_ms=row.position_ms,
        author=row.author,
        content=content_of(part, row.content),
        late=row.late,
        imported=row.imported,
        by=None if row.by is None else RecalledBy(row.by),
        category=row.category,
        # Nothing but a restore changes a published comment and leaves it published.
        restored=row.status == CommentStatus.PUBLISHED and row.changed_seq != row.published_seq,
    )


def comment_row_of(row: AnyRow) -> CommentRow:
    """A row of `COMMENTS`, whole."""
    return CommentRow(
        room=row.room,
        account=row.account,
        client_key=row.client_key,
        comment=comment_of(row),
        body_seq=row.body_seq,
        published_seq=row.published_seq,
        changed_seq=row.changed_seq,
    )
