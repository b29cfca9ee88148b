"""Taking somebody else's comment out of sight, and letting it back: never without a word to them.

The comment and the measure are one commit, so that its author is told what, why and by whom, and
can appeal; what is unlawful is reported in it, too. Who takes back their own needs none of it.

Article: articles.Article.PROMPT_ADDRESS, articles.Article.SELF_MANAGEMENT
Article: articles.Article.STOP_DELETE_KEEP_REPORT
"""

from danmaku.actions.existing import measures_against
from danmaku.domain.account import Standing
from danmaku.domain.comment import Comment, RecalledBy
from danmaku.domain.facts import CommentRecalled, CommentRestored
from danmaku.domain.filings import after_measure
from danmaku.domain.grants import require_unordered
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


def reported(hidden: list[Append], term_ms: int) -> list[Append]:
    """The same acts, and the item that the department gets of what is unlawful in them.

    What awaits the decision of a case goes without: that decision reports it.

    Args:
        hidden: As `hidden_by` gives them.
        term_ms: Within what time the department hears of it.
    """
    taken = [one.fact for one in hidden if isinstance(one.fact, MeasureTaken)]
    begun = [
        Append(PLATFORM, fact)
        for one in taken
        for fact in after_measure(one, one.measure.from_ms, term_ms, is_owner=False)
    ]
    return [*hidden, *begun]


async def restored_by(
    keeper: Standing, room: RoomId, number: Number, author: AccountId, registry: Registry
) -> list[Append]:
    """The restore of a comment, and the end of the measure that had hidden it.

    Raises:
        NotAllowed: The department ordered it.
    """
    restored = Append(room, CommentRestored(keeper.account, number))
    async for row in measures_against(registry, author, room):
        measure = row.fact.measure
        is_it = measure.number == number and measure.step in _STEPS.values()
        if is_it and not row.is_reversed:
            require_unordered(row.fact)
            ended = MeasureReversed(measure.measure_id, author, keeper.account)
            return [restored, Append(PLATFORM, ended)]
    return [restored]
