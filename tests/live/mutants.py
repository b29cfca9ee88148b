"""Houses with one fault each: faulty adapters of the ports, composed around the real parts.

They exist to be caught: a checker that lets one pass is worth nothing.
"""

from dataclasses import replace

from danmaku.domain.comment import Comment, CommentStatus
from danmaku.domain.facts import CommentHeld, CommentPublished, CommentRecalled, Entry
from danmaku.domain.ids import AccountId, ClientId, Millis, Number, Pseudonym, Seq
from danmaku.errors import StoreDown


class Faulty:
    """A record that does one thing wrong; everything else is the real one's."""

    def __init__(self, site) -> None:
        self._real = site.core.store
        self._announce = site.server._announce
        self._rooms = site.core.rooms
        self._numbers = 0

    def __getattr__(self, name):
        return getattr(self._real, name)

    def guessed(self, append) -> Entry:
        """What the entry will be, if nothing goes wrong."""
        self._numbers += 1
        top = self._rooms.peek(append.chain).top
        comment = Comment(
            origin=Seq(top + 1),
            number=Number(self._numbers),
            status=CommentStatus.PUBLISHED,
            at_ms=append.fact.at_ms,
            position_ms=append.fact.content.position_ms,
            author=Pseudonym("guessed"),
            content=append.fact.content,
        )
        return Entry(append.chain, Seq(top + 1), append.fact.at_ms, append.fact, comment)


class PublishesFirst(Faulty):
    """Announces, and then the power goes before the commit."""

    async def commit(self, *appends):
        self._announce([self.guessed(append) for append in appends])
        raise StoreDown


class AnswersFirst(Faulty):
    """Tells the sender, and then the power goes before the commit."""

    async def commit(self, *appends):
        return [self.guessed(append) for append in appends]


class ForgetsClientIds(Faulty):
    """Records a send as often as it comes."""

    async def commit(self, *appends):
        self._numbers += 1
        return await self._real.commit(
            *(
                replace(a, fact=replace(a.fact, client_id=ClientId(f"fresh-{self._numbers}")))
                for a in appends
            )
        )


def dropping(kind):
    """An announcement in which entries of a kind pass by as if they were private ones."""

    def dropped(entry: Entry) -> Entry:
        if not isinstance(entry.fact, kind):
            return entry
        content = None if entry.comment is None else entry.comment.content
        private = CommentHeld(
            author=AccountId(1),
            client_id=ClientId("dropped"),
            at_ms=Millis(entry.at_ms),
            content=content,
            verdict=None,
            category="dropped",
        )
        return replace(entry, fact=private)

    return dropped


def garbled(entry: Entry) -> Entry:
    """An announcement with a text that nobody wrote."""
    if not isinstance(entry.fact, CommentPublished):
        return entry
    content = replace(entry.comment.content, text="garbled")
    return replace(entry, comment=replace(entry.comment, content=content))


ANNOUNCEMENTS = {
    "drops comments": dropping(CommentPublished),
    "drops recalls": dropping(CommentRecalled),
    "garbles": garbled,
}
