"""Comments that those who keep a room see some seconds before anybody else does.

Such a comment is held with a category of its own, and whatever the record holds with that category
appears by itself when its time is over: at its media position, and as fresh as it is. The rules of
that moment are asked once more. What has come to stand against it by then, a measure, a pause or a
stricter mode, has a minute to pass; then the comment is held once more, for a person. So nothing
appears long after its moment because a room opened again, and a restart knows from the record alone
what it has to let appear.

Article: articles.Article.SELF_MANAGEMENT, articles.Article.REVIEW_BEFORE_PUBLICATION
"""

from dataclasses import replace
from typing import Final

from danmaku.domain.account import Standing
from danmaku.domain.admission import APPEARS_BY_ITSELF, REVIEW_CATEGORY, Judgement
from danmaku.domain.conditions import Conditions
from danmaku.domain.controls import effective_mode
from danmaku.domain.facts import CommentHeld, CommentPublished, CommentRefused
from danmaku.domain.ids import Millis, RoomId, Seq
from danmaku.domain.looks import Look, as_shown, verdict_of
from danmaku.domain.measures import stopped_by
from danmaku.domain.room import DELAY_MAX_MS, RoomState
from danmaku.domain.times import DAY_MS, MINUTE_MS
from danmaku.filter import rules
from danmaku.filter.rules import Action

DELAY_CATEGORY: Final = rules.DELAY_CATEGORY
STOPPED_MS_MAX: Final = MINUTE_MS  # for how long something may stand against a comment
KEPT_MS: Final = DELAY_MAX_MS + STOPPED_MS_MAX
"""For so long what waits its time is the room's alone to decide on."""
FRESH_MS: Final = DAY_MS
"""What came in longer ago, before a long outage, waits for a person."""


def put_off(judgement: CommentPublished) -> CommentHeld:
    """What would have been published, to wait its time first."""
    return CommentHeld(
        author=judgement.author,
        client_id=judgement.client_id,
        at_ms=judgement.at_ms,
        content=judgement.content,
        verdict=judgement.verdict,
        category=DELAY_CATEGORY,
    )


def may_appear(
    author: Standing, room: RoomId, state: RoomState, conditions: Conditions, now_ms: Millis
) -> bool:
    """Whether nothing has come to stand against what `author` sent into `room` a moment ago."""
    level = conditions.credit.level(author.level).review
    mode = effective_mode(conditions.controls, room, state, level, now_ms)
    is_free = not author.is_closed and stopped_by(author.measures, room, now_ms) is None
    return is_free and mode in APPEARS_BY_ITSELF


def text_of(fact: CommentHeld) -> str:
    """What its author wrote, before any mask."""
    original = fact.verdict.original
    return fact.content.text if original is None else original


def appearing(fact: CommentHeld, origin: Seq, look: Look) -> Judgement:
    """What becomes of a comment whose time is over, by the rules of now; it is not late.

    Args:
        fact: What waited; nobody stopped it.
        origin: Its private id.
        look: At `text_of` it.
    """
    findings, text = look.findings, text_of(fact)
    content = as_shown(replace(fact.content, text=text), findings)
    verdict = verdict_of(look, text)
    if findings.action is Action.REFUSE:
        return CommentRefused(
            actor=None,
            author=fact.author,
            client_id=fact.client_id,
            at_ms=fact.at_ms,
            content=content,
            verdict=verdict,
            category=findings.category or REVIEW_CATEGORY,
            origin=origin,
        )
    if findings.action is Action.HOLD:
        category = findings.category or REVIEW_CATEGORY
        return replace(fact, content=content, verdict=verdict, category=category, origin=origin)
    return CommentPublished(
        actor=fact.author,
        author=fact.author,
        client_id=fact.client_id,
        at_ms=fact.at_ms,
        content=content,
        verdict=verdict,
        origin=origin,
    )


def kept_back(fact: CommentHeld, origin: Seq) -> CommentHeld:
    """What something stood against for too long: it waits for a person from now on."""
    return replace(fact, category=REVIEW_CATEGORY, origin=origin)
