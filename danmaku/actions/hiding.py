"""Taking somebody else's comment out of sight, and letting it back: never without a word to them.

The comment and the measure are one commit, so that its author is told what, why and by whom, and
can appeal. Who takes back their own needs none of it.

Article: articles.Article.PROMPT_ADDRESS, articles.Article.SELF_MANAGEMENT
"""

from danmaku.domain.account import Standing
from danmaku.domain.comment import Comment, RecalledBy
from danmaku.domain.facts import CommentRecalled, CommentRestored
from danmaku.domain.ids import PLATFORM, AccountId, Millis, Number, RoomId
from danmaku.domain.measures import Measure, Step
from danmaku.domain.people_facts import MeasureReversed, MeasureTaken
from danmaku.ports import Append, Registry

BASES = {RecalledBy.ROOM: "rules of the room", RecalledBy.PLATFORM: "rules of the platform"}
_STEPS = {RecalledBy.ROOM: Step.HIDE, RecalledBy.PLATFORM: Step.DELETE}


def hidden_by(  # noqa: PLR0913 -- an act on a comment has these
    keeper: Standing,
    room: RoomId,
    comment: Comment,
    author: AccountId,
    *,
    by: RecalledBy,
    category: str,
    measure_id: str,
    now_ms: Millis,
) -> list[Append]:
    """The recall of a numbered comment by others than its author, and the measure it is."""
    assert comment.number is not None
    measure = Measure(
        measure_id,
        _STEPS[by],
        category,
        BASES[by],
        now_ms,
        room=room,
        number=comment.number,
        origin=comment.origin,
    )
    recalled = CommentRecalled(keeper.account, comment.number, by, category)
    taken = MeasureTaken(measure, author, keeper.account)
    return [Append(room, recalled), Append(PLATFORM, taken)]


async def restored_by(
    keeper: Standing, room: RoomId, number: Number, author: AccountId, registry: Registry
) -> list[Append]:
    """The restore of a comment, and the end of the measure that had hidden it."""
    restored = Append(room, CommentRestored(keeper.account, number))
    for row in await registry.measures(account=author, room=room):
        measure = row.fact.measure
        is_it = measure.number == number and measure.step in _STEPS.values()
        if is_it and not row.is_reversed:
            ended = MeasureReversed(measure.measure_id, author, keeper.account)
            return [restored, Append(PLATFORM, ended)]
    return [restored]
