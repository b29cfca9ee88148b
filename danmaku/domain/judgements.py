"""What a person makes of a comment that the filter did not let pass."""

from danmaku.domain.facts import CommentHeld, CommentPublished, CommentRefused
from danmaku.domain.ids import AccountId, Seq


def approved(
    judged: CommentHeld | CommentRefused,
    origin: Seq,
    judge: AccountId,
    *,
    was_refused: bool = False,
    appeal: str | None = None,
) -> CommentPublished:
    """Publish it: the next number, its old media position, marked late.

    Args:
        judged: The comment as it came in.
        origin: Its private id.
        judge: Who says so.
        was_refused: Whether it is refused by now, rather than held.
        appeal: The case that grants it; None: none had to.

    Article: articles.Article.REPORTS_ACCEPTED
    """
    return CommentPublished(
        actor=judge,
        author=judged.author,
        client_id=judged.client_id,
        at_ms=judged.at_ms,
        content=judged.content,
        verdict=judged.verdict,
        origin=origin,
        late=True,
        was_refused=was_refused,
        appeal=appeal,
    )


def rejected(held: CommentHeld, origin: Seq, reviewer: AccountId, category: str) -> CommentRefused:
    """Refuse it for good, unless an appeal is granted."""
    return CommentRefused(
        actor=reviewer,
        author=held.author,
        client_id=held.client_id,
        at_ms=held.at_ms,
        content=held.content,
        verdict=held.verdict,
        category=category,
        origin=origin,
    )
