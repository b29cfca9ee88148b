"""What a held comment means for sockets that are open right now: of its author, and of keepers.

Nobody else is told that it exists.

Article: articles.Article.SELF_MANAGEMENT
"""

from danmaku.domain.account import Power
from danmaku.domain.facts import CommentHeld, CommentPublished, CommentRefused, Entry
from danmaku.domain.ids import Seq
from danmaku.gateway.dialects.notices import (
    decided_notice,
    held_notice,
    refused_notice,
)
from danmaku.gateway.notices import Notice, Official, Personal, Sealed


def held_notices(entry: Entry) -> tuple[Notice, ...]:
    """Who is to be told of an entry of a room's chain, and what; it may be nobody.

    Whoever reviews in the room sees what waits and what was decided; an author hears that what
    waited was refused.
    """
    match entry.fact:
        case CommentHeld() as fact:
            origin = entry.seq if fact.origin is None else fact.origin
            if entry.comment is None:
                return (Sealed(entry.chain, origin, fact.author, is_held=True),)
            said = held_notice(origin, entry.comment.author, fact)
            return (Official(entry.chain, Power.COMMENT_REVIEW, said),)
        case CommentPublished(origin=int() as origin):
            return (Official(entry.chain, Power.COMMENT_REVIEW, decided_notice(origin)),)
        case CommentRefused(origin=int() as origin) as fact:
            decided = Official(entry.chain, Power.COMMENT_REVIEW, decided_notice(origin))
            return (_refused(entry, fact, origin), decided)
        case _:
            return ()


def _refused(entry: Entry, fact: CommentRefused, origin: Seq) -> Notice:
    if entry.comment is None:
        return Sealed(entry.chain, origin, fact.author, is_held=False)
    text, category = fact.content.text, fact.category
    said = refused_notice(entry.chain, origin, text=text, category=category)
    return Personal(fact.author, said)
