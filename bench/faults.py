"""Servers with one fault each: faulty adapters of the house's ports, around the real parts.

They exist to be caught: a checker, or a bench, that lets one pass is worth nothing. The wheel holds
none of them.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from danmaku.actions.comments import Comments
from danmaku.actions.drawn import new_id
from danmaku.actions.room_words import ReadyWords
from danmaku.clock import now_ms
from danmaku.core import Core
from danmaku.domain.comment import Comment, CommentStatus
from danmaku.domain.facts import CommentHeld, CommentPublished, CommentRecalled, Entry
from danmaku.domain.ids import AccountId, ClientId, Millis, Number, Pseudonym, Seq
from danmaku.domain.people_facts import MeasureTaken, WarningRead
from danmaku.errors import StoreDown
from danmaku.gateway.dialects.danmaku_v1 import Dialect
from danmaku.ports import Append

if TYPE_CHECKING:
    from danmaku.core import Subscribed
    from danmaku.domain.comment import Content
    from danmaku.domain.facts import Verdict

DAWDLE_S = 0.1

EVERY = 5
"""One in so many is treated wrongly, so that a run goes on and its other laws can hold."""

Announce = Callable[[Sequence[Entry]], None]
Change = Callable[[Entry], Entry]


class FaultyStore:
    """A record that does one thing wrong; everything else is the real one's.

    Args:
        core: The house around it.
        change: What becomes of an entry on its way to the doors.
        every: One commit of a comment in so many goes wrong, where commits do.
    """

    def __init__(
        self, core: Core, change: Change = lambda entry: entry, *, every: int = EVERY
    ) -> None:
        self._real = core.record
        self._rooms = core.rooms
        self._change = change
        self._every = every
        self._announces: list[Announce] = []
        self._commits = 0
        self._numbers = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def subscribe(self, announce: Announce) -> None:
        """Let the doors hear of commits as this record tells them."""

        def tell(entries: Sequence[Entry]) -> None:
            announce([self._change(entry) for entry in entries])

        self._announces.append(announce)
        self._real.subscribe(tell)

    async def commit(self, *appends: Append) -> list[Entry]:
        """As the real one."""
        return await self._real.commit(*appends)

    def is_turn(self, appends: Sequence[Append]) -> bool:
        """Whether this commit is one to go wrong."""
        if not all(isinstance(append.fact, CommentPublished) for append in appends):
            return False
        self._commits += 1
        return self._commits % self._every == 0

    def announce_guess(self, append: Append) -> None:
        """Tell the doors of an entry that was never written."""
        for announce in self._announces:
            announce([self.guessed(append)])

    def guessed(self, append: Append) -> Entry:
        """What the entry will be, if nothing goes wrong."""
        fact = cast("CommentPublished", append.fact)
        live = self._rooms.peek(append.chain)
        top = 0 if live is None else live.top
        self._numbers += 1
        comment = Comment(
            origin=Seq(top + 1),
            number=Number(self._numbers),
            status=CommentStatus.PUBLISHED,
            at_ms=fact.at_ms,
            position_ms=fact.content.position_ms,
            author=Pseudonym("guessed"),
            content=fact.content,
        )
        return Entry(append.chain, Seq(top + 1), fact.at_ms, fact, comment)


class PublishesFirst(FaultyStore):
    """Announces, and then the power goes before the commit."""

    async def commit(self, *appends: Append) -> list[Entry]:
        """Write, or pretend to."""
        if not self.is_turn(appends):
            return await super().commit(*appends)
        for append in appends:
            self.announce_guess(append)
        raise StoreDown


class AnswersFirst(FaultyStore):
    """Tells the sender, and then the power goes before the commit."""

    async def commit(self, *appends: Append) -> list[Entry]:
        """Write, or pretend to."""
        if not self.is_turn(appends):
            return await super().commit(*appends)
        return [self.guessed(append) for append in appends]


class ForgetsClientIds(FaultyStore):
    """Records a send as often as it comes."""

    async def commit(self, *appends: Append) -> list[Entry]:
        """Write under an id that nobody has used."""
        return await super().commit(
            *(
                replace(append, fact=replace(append.fact, client_id=ClientId(new_id())))
                if isinstance(append.fact, CommentPublished)
                else append
                for append in appends
            )
        )


def dropping(kind: type) -> Change:
    """An announcement in which entries of a kind pass by as if they were private ones."""

    def dropped(entry: Entry) -> Entry:
        if not isinstance(entry.fact, kind) or entry.comment is None:
            return entry
        private = CommentHeld(
            author=AccountId(1),
            client_id=ClientId("dropped"),
            at_ms=Millis(entry.at_ms),
            content=cast("Content", entry.comment.content),
            verdict=cast("Verdict", None),  # nobody looks at it any more
            category="dropped",
        )
        return replace(entry, fact=private)

    return dropped


def untold(entry: Entry) -> Entry:
    """An announcement in which a measure looks like something that nobody is told."""
    if not isinstance(entry.fact, MeasureTaken) or entry.fact.account is None:
        return entry
    return replace(entry, fact=WarningRead(entry.fact.account, entry.fact.measure.measure_id))


def dawdling(entry: Entry) -> Entry:
    """An announcement for which the loop stands still, wherever there is a measure."""
    if isinstance(entry.fact, MeasureTaken):
        time.sleep(DAWDLE_S)
    return entry


def garbled(entry: Entry) -> Entry:
    """An announcement with a text that nobody wrote."""
    if not isinstance(entry.fact, CommentPublished) or entry.comment is None:
        return entry
    content = replace(cast("Content", entry.comment.content), text="garbled")
    return replace(entry, comment=replace(entry.comment, content=content))


def in_turn(change: Change) -> Change:
    """The same, but only one time in so many."""
    seen = 0

    def changed(entry: Entry) -> Entry:
        nonlocal seen
        seen += 1
        return change(entry) if seen % EVERY == 0 else entry

    return changed


class FaultyDialect:
    """A dialect that treats one entry in so many wrongly on its way to all who speak it.

    Args:
        real: The one that it stands for.
        spoil: Takes the parts of a batch and gives what is sent instead.
    """

    def __init__(self, real: Dialect, spoil: Callable[[list[bytes]], list[bytes]]) -> None:
        self._real = real
        self._spoil = spoil
        self._spoilable = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def batch(
        self, op: Any, after: Seq, upto: Seq, parts: Sequence[bytes], lacks: int = 0
    ) -> bytes:
        """See `Dialect`."""
        if (spoilt := self._spoil(list(parts))) == list(parts):
            return self._real.batch(op, after, upto, parts, lacks)  # one alone cannot be swapped
        self._spoilable += 1
        is_spoilt = self._spoilable % EVERY == 1
        return self._real.batch(op, after, upto, spoilt if is_spoilt else parts, lacks)


def with_record(core: Core, record: object, verbs: type[Comments] = Comments) -> Core:
    """The same house, its verbs for comments and its doors upon another record.

    Args:
        core: The house.
        record: Stands for the real one.
        verbs: What is made upon it.
    """
    record = cast("Subscribed", record)
    comments = verbs(
        record,
        core.store,
        core.store,
        new_id=new_id,
        conditions=core.offices.prevailing,
        rooms=core.rooms,
        rules=core.rules,
        words=ReadyWords(core.store, core.settings.filter.room_words_kept_max),
        freshen=core.people.standings.freshen,
        clock=now_ms,
        report_ms=core.settings.filings.item_ms,
        settings=core.settings.admission,
        telemetry=core.telemetry,
        brownout=core.brownout,
    )
    return replace(core, record=record, comments=comments)


STORES: dict[str, Callable[[Core], FaultyStore]] = {
    "publishes first": PublishesFirst,
    "answers first": AnswersFirst,
    "drops comments": lambda core: FaultyStore(core, in_turn(dropping(CommentPublished))),
    "drops recalls": lambda core: FaultyStore(core, dropping(CommentRecalled)),
    "dawdles at measures": lambda core: FaultyStore(core, dawdling),
    "keeps measures quiet": lambda core: FaultyStore(core, untold),
    "garbles": lambda core: FaultyStore(core, in_turn(garbled)),
}
"""Faults between the verbs, the record and the doors."""

SPOILS: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "drops a delivery": lambda parts: parts[1:],
    "doubles a delivery": lambda parts: [*parts[:1], *parts],
    "swaps two": lambda parts: parts[::-1],
}
"""Faults between the doors and the wire."""
