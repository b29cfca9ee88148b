"""Entries that say little, for tests of the order in which they come."""

from dataclasses import replace

from danmaku.domain.comment import Comment, CommentStatus
from danmaku.domain.facts import Entry, RoomChanged
from danmaku.domain.ids import AccountId, Millis, Number, Pseudonym, RoomId, Seq
from danmaku.domain.room import RoomState
from tests.contract.facts import published

DEMO = RoomId("demo")


def changed(seq, *, chain=DEMO):
    return Entry(chain, Seq(seq), Millis(seq), RoomChanged(None, RoomState(title=f"title {seq}")))


def commented(seq, *, chain=DEMO, author=1, at_ms=5):
    fact = published(f"c{seq}", author=AccountId(author), text=f"text {seq}")
    fact = replace(fact, at_ms=Millis(at_ms))
    comment = Comment(
        origin=Seq(seq),
        number=Number(seq),
        status=CommentStatus.PUBLISHED,
        at_ms=Millis(at_ms),
        position_ms=fact.content.position_ms,
        author=Pseudonym("anns-id"),
        content=fact.content,
    )
    return Entry(chain, Seq(seq), Millis(at_ms), fact, comment, AccountId(author))
