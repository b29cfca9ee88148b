"""Features and likes, read from their tables."""

from collections.abc import Collection

from sqlalchemy import select

from danmaku.domain.features import Feature, FeatureState
from danmaku.domain.ids import AccountId, Number, RoomId
from danmaku.store import feature_schema
from danmaku.store.feature_acts import APPROVED, ON
from danmaku.store.links import Readers

_like, _count = feature_schema.comment_like.c, feature_schema.like_count.c


class FeatureQueries:
    """`ports.Registry.features` and `actions.likes.Counted` over the tables."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def features(self) -> dict[Feature, FeatureState]:
        """As `ports.Registry.features`."""
        wanted = select(feature_schema.feature)
        rows = await self._readers.ask(lambda connection: connection.execute(wanted).all())
        said = {(row.feature, row.word): row for row in rows}
        found = {}
        for feature in Feature:
            approved, on = said.get((feature, APPROVED)), said.get((feature, ON))
            found[feature] = FeatureState(
                is_approved=approved is not None and approved.stands,
                is_on=on is not None and on.stands,
                reference="" if approved is None else approved.reference,
            )
        return found

    async def likes(self, room: RoomId, numbers: Collection[Number]) -> dict[Number, int]:
        """As `actions.likes.Counted.likes`."""
        wanted = select(_count.number, _count.likes)
        wanted = wanted.where(_count.room == room, _count.number.in_(numbers), _count.likes != 0)
        rows = await self._readers.ask(lambda connection: connection.execute(wanted).all())
        return {Number(row.number): row.likes for row in rows}

    async def liked(
        self, room: RoomId, account: AccountId, numbers: Collection[Number]
    ) -> set[Number]:
        """As `actions.likes.Counted.liked`."""
        wanted = select(_like.number).where(
            _like.room == room, _like.account == account, _like.number.in_(numbers), _like.stands
        )
        return await self._readers.ask(lambda connection: {*connection.scalars(wanted)})
