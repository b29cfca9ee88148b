"""Saying that a decision about oneself is wrong: written down at once, and granted by a reviewer.

An appeal is a report to the platform, of a category of its own: no keeper of a room reads it, for
it may be about them. A measure that was wrong is reversed (`actions.measures`); a comment that the
filter was wrong about is let out here; a name is shown after all by another reviewer
(`actions.name_review`).

Article: articles.Article.MEASURES_ON_USERS
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from danmaku.actions.decisions import Decisions, Freshen
from danmaku.domain.account import Power, Standing
from danmaku.domain.comment import CommentStatus, clean_text
from danmaku.domain.facts import (
    CommentHeld,
    CommentPublished,
    CommentRefused,
    Entry,
    NameJudged,
    ReportFiled,
)
from danmaku.domain.grants import require, require_other
from danmaku.domain.ids import PLATFORM, RoomId, Seq
from danmaku.domain.naming import NameState
from danmaku.domain.pacing import TokenBuckets
from danmaku.domain.room import Status
from danmaku.errors import BadMessage, Code, Coded, NotFound, NotSignedIn
from danmaku.ports import Append, Clock, Reader, Record, Registry

APPEAL: Final = "appeal"
WORDS_MAX = 1000  # code points
APPEALS_PER_S, APPEALS_BURST = 0.01, 5  # of one account


@dataclass(frozen=True, slots=True)
class Contested:
    """What an appeal is against: a measure, a comment or a name that is not shown."""

    measure_id: str | None = None
    room: RoomId | None = None
    origin: Seq | None = None
    name: Seq | None = None  # of the entry that refused it

    def __str__(self) -> str:
        """As reviewers read it, before the words."""
        if self.name is not None:
            return f"name {self.name}"
        return f"measure {self.measure_id}" if self.measure_id else f"{self.room} {self.origin}"


class Appeals:
    """See the module."""

    def __init__(
        self,
        record: Record,
        reader: Reader,
        registry: Registry,
        *,
        freshen: Freshen,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._record = record
        self._reader = reader
        self._registry = registry
        self._decisions = Decisions(record, freshen)
        self._clock = clock
        self._new_id = new_id
        self._buckets = TokenBuckets(APPEALS_PER_S, APPEALS_BURST)

    async def file(self, who: Standing | None, against: Contested, words: str) -> str:
        """Write an appeal down; the receipt comes back.

        The barred and those who have left may appeal like anybody.

        Raises:
            NotSignedIn: `who` is a guest.
            BadMessage: There are no words, or too many.
            NotFound: There is no such decision about `who`, or it was undone.
            TooFast: Too many of one account.
        """
        if who is None:
            raise NotSignedIn("Sign in first.")
        said = clean_text(words)
        if not said or len(words) > WORDS_MAX:
            raise BadMessage(f"Say why it is wrong, in 1 to {WORDS_MAX} characters.")
        if not await self._is_about(who, against):
            raise NotFound("There is no such decision about you.")
        self._buckets.take(who.account, self._clock())
        receipt = self._new_id()
        fact = ReportFiled(
            receipt=receipt,
            reporter=who.account,
            room=None,
            number=None,
            category=APPEAL,
            text=f"{against}: {said}",
            contact="",
        )
        await self._record.commit(Append(PLATFORM, fact))
        return receipt

    async def _is_about(self, who: Standing, against: Contested) -> bool:
        if against.measure_id is not None:
            row = await self._registry.measure(against.measure_id)
            return row is not None and row.fact.account == who.account and not row.is_reversed
        if against.name is not None:
            return await self._is_name_of(who, against.name)
        refused = await self._refused(against.room, against.origin)
        return refused is not None and refused.author == who.account

    async def _is_name_of(self, who: Standing, name: Seq) -> bool:
        entry = await self._registry.entry(PLATFORM, name)
        fact = None if entry is None else entry.fact
        is_refusal = isinstance(fact, NameJudged) and fact.state is NameState.REFUSED
        return entry is not None and is_refusal and entry.account == who.account

    async def _refused(
        self, room: RoomId | None, origin: Seq | None
    ) -> CommentHeld | CommentRefused | None:
        """How a comment first came in that is not published; its text may be destroyed since."""
        if room is None or origin is None:
            return None
        if await self._reader.status(room, origin) is not CommentStatus.REFUSED:
            return None
        entry = await self._registry.entry(room, origin)
        fact = None if entry is None else entry.fact
        return fact if isinstance(fact, CommentHeld | CommentRefused) else None

    async def let_out(self, who: Standing | None, room: RoomId, origin: Seq) -> Entry:
        """Publish what the filter has refused: late, at its old place on the media clock.

        Raises:
            NotSignedIn, NotAllowed: `who` does not review for the platform.
            Coded: OWN_INTEREST; ROOM_CLOSED.
            NotFound: The filter has refused nothing there, or nothing of it is left.
        """

        async def decide(asker: Standing | None) -> list[Append]:
            reviewer = require(asker, Power.COMMENT_REVIEW, None, self._clock())
            row, refused = await self._reader.room(room), await self._refused(room, origin)
            is_filters = isinstance(refused, CommentRefused) and bool(refused.content.text)
            if row is None or refused is None or not is_filters:
                raise NotFound("The filter has refused nothing there.")
            require_other(reviewer, refused.author)
            if row.state.status is Status.CLOSED:
                raise Coded(Code.ROOM_CLOSED, "This room is closed for good.")
            published = CommentPublished(
                actor=reviewer.account,
                author=refused.author,
                client_id=refused.client_id,
                at_ms=refused.at_ms,
                content=refused.content,
                verdict=refused.verdict,
                origin=origin,
                late=True,
                was_refused=True,
            )
            return [Append(room, published, row.version)]

        [entry] = await self._decisions.carry(who, decide)
        return entry
