"""What a held comment means for sockets that are open right now: of its author, and of keepers.

Nobody else is told that it exists.

Article: articles.Article.SELF_MANAGEMENT
"""

from danmaku.domain.account import Power
from danmaku.domain.facts import CommentHeld, CommentPublished, CommentRefused, Entry
from danmaku.gateway.dialects.notices import (
    decided_notice,
    held_notice,
    refused_notice,
)
from danmaku.gateway.notices import Notice, Official, Personal


def held_notices(entry: Entry) -> tuple[Notice, ...]:
    """Who is to be told of an entry of a room's chain, and what; it may be nobody.

    Whoever reviews in the room sees what waits and what was decided; an author hears that a person
    has refused what waited.
    """
    match entry.fact:
        case CommentHeld() as fact if entry.comment is not None:
            said = held_notice(entry.seq, entry.comment.author, fact)
            return (Official(entry.chain, Power.COMMENT_REVIEW, said),)
        case CommentPublished(origin=int() as origin):
            return (Official(entry.chain, Power.COMMENT_REVIEW, decided_notice(origin)),)
        case CommentRefused(origin=int() as origin, author=author) as fact:
            told = Personal(author, refused_notice(entry.chain, origin, fact))
            return (told, Official(entry.chain, Power.COMMENT_REVIEW, decided_notice(origin)))
        case _:
            return ()
