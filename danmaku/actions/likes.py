"""Likes: said once by an account, taken back, counted; and who may read what of them.

Article: articles.Article.NO_MANIPULATION, articles.Article.NO_HIRED_POSTERS
"""

from collections.abc import Callable, Collection
from typing import Protocol

from danmaku.actions.brownout import BrownOut
from danmaku.actions.decisions import Decisions, Freshen
from danmaku.actions.existing import comment_numbered
from danmaku.actions.rooms import Rooms
from danmaku.domain.account import Standing
from danmaku.domain.brownout import Shed
from danmaku.domain.conditions import Conditions
from danmaku.domain.facts import CommentLiked
from danmaku.domain.features import Feature
from danmaku.domain.grants import require_signed_in
from danmaku.domain.ids import AccountId, Number, RoomId
from danmaku.domain.likes import require_like
from danmaku.domain.pacing import TokenBuckets
from danmaku.errors import NotAllowed
from danmaku.ports import Append, Clock, Reader, Record

LIKES_PER_S, LIKES_BURST = 1.0, 10  # of one account, takings back included


class Counted(Protocol):
    """What is counted."""

    async def likes(self, room: RoomId, numbers: Collection[Number]) -> dict[Number, int]:
        """How many like each of these comments; those that nobody likes are left out."""

    async def liked(
        self, room: RoomId, account: AccountId, numbers: Collection[Number]
    ) -> set[Number]:
        """Which of these comments an account likes."""


class Likes:
    """See the module.

    Args:
        conditions: What holds right now; likes among it.
    """

    def __init__(  # noqa: PLR0913 -- constructor of a verb: each is one of the house's parts
        self,
        record: Record,
        reader: Reader,
        counted: Counted,
        *,
        rooms: Rooms,
        conditions: Callable[[], Conditions],
        freshen: Freshen,
        clock: Clock,
        brownout: BrownOut,
    ) -> None:
        self._decisions = Decisions(record, freshen)
        self._reader = reader
        self._counted = counted
        self._rooms = rooms
        self._conditions = conditions
        self._freshen = freshen
        self._clock = clock
        self._brownout = brownout
        self._buckets = TokenBuckets(LIKES_PER_S, LIKES_BURST)

    @property
    def are_on(self) -> bool:
        """Whether this house has likes."""
        return self._conditions().runs(Feature.LIKES)

    async def put(self, who: Standing | None, room: RoomId, number: Number, *, stands: bool) -> int:
        """Like a comment, or take that back; saying it twice says it once.

        Returns:
            How many like it from here on; of what was said before, how many did then.

        Raises:
            NotSignedIn, NotAllowed, Coded: As `likes.require_like`; what was liked may be taken
                back whatever stands against liking.
            NotFound: There is no such comment, or nothing to take back.
            TooFast: Too many from that account.
            Unavailable: As `Record.commit`.
        """
        who = require_signed_in(who)
        self._buckets.take(who.account, self._clock())
        if self._brownout.sheds(Shed.SENDING):
            self._brownout.admit_sender(who, await self._rooms.live(room), self._clock())

        async def decide(asker: Standing | None) -> list[Append]:
            assert asker is not None
            live = await self._rooms.live(room)
            comment, author = await comment_numbered(self._reader, room, number)
            if not asker.reaches(room):
                raise NotAllowed("You may not do this here.")
            if stands:
                require_like(
                    asker,
                    live,
                    comment,
                    author=author,
                    conditions=self._conditions(),
                    now_ms=self._clock(),
                )
            return [Append(room, CommentLiked(asker.account, number, stands), live.version)]

        [entry] = await self._decisions.carry(await self._freshen(who), decide)
        assert isinstance(entry.fact, CommentLiked)
        return entry.fact.likes

    async def counts(self, room: RoomId, numbers: Collection[Number]) -> dict[Number, int]:
        """How many like each of these comments; nothing where likes are off."""
        return await self._counted.likes(room, numbers) if self.are_on and numbers else {}

    async def own(
        self, who: Standing | None, room: RoomId, numbers: Collection[Number]
    ) -> set[Number]:
        """Which of these comments `who` likes; none where likes are off."""
        if who is None or not self.are_on or not numbers:
            return set()
        return await self._counted.liked(room, who.account, numbers)
