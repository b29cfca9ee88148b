"""What each fact of a room's chain does to the page: check first, then put."""

from collections.abc import Callable
from dataclasses import replace as replace_fact
from typing import Any

from msgspec.structs import replace

from danmaku.domain.comment import CommentStatus
from danmaku.domain.facts import (
    CommentHeld,
    CommentLiked,
    CommentPublished,
    CommentRecalled,
    CommentRefused,
    CommentRestored,
    Entry,
    RoomChanged,
    RoomOpened,
    RoomWordsSet,
)
from danmaku.domain.ids import PLATFORM, Number, RoomId, RoomNumber, Seq
from danmaku.errors import Code, Coded, Stale
from danmaku.store import case_acts
from danmaku.store.codec import Place, canonical
from danmaku.store.comments import CommentRow, Judgement, Turn, client_key_of, judged, turned
from danmaku.store.ground import LikeCount, LikeHead
from danmaku.store.page import Page
from danmaku.store.touched import origin_of

_BEFORE: dict[type, CommentStatus] = {
    CommentPublished: CommentStatus.HELD,  # of two reviewers at once, the first decides
    CommentHeld: CommentStatus.HELD,
    CommentRefused: CommentStatus.HELD,
    CommentRecalled: CommentStatus.PUBLISHED,
    CommentRestored: CommentStatus.RECALLED,
}
"""In which state a comment must be for a fact about it to make sense."""


def _open_room(page: Page, chain: RoomId, fact: RoomOpened) -> Entry:
    if chain in page.ground.chains:
        raise Coded(Code.DUPLICATE, "There is such a room already.")
    entry = page.put(chain, fact)
    numbers = page.ground.room_numbers
    numbers[PLATFORM] = RoomNumber(numbers[PLATFORM] + 1)
    page.rows["room_new"].append(
        {
            "id": chain,
            "owner": fact.owner,
            "state": canonical(fact.state),
            "created_ms": page.now_ms,
            "words_seq": None,
            "number": numbers[PLATFORM],
            "has_sold": fact.state.commerce,
        }
    )
    return entry


def _change_room(page: Page, chain: RoomId, fact: RoomChanged) -> Entry:
    entry = page.put(chain, fact)
    page.rows["room"].append({"_id": chain, "state": canonical(fact.state)})
    if fact.state.commerce:
        page.rows["room_sold"].append({"_id": chain, "has_sold": True})
    return entry


def _set_words(page: Page, chain: RoomId, fact: RoomWordsSet) -> Entry:
    entry = page.put(chain, fact)
    page.rows["room_words"].append({"_id": chain, "words_seq": entry.seq})
    return entry


def _judge(page: Page, chain: RoomId, fact: Judgement) -> Entry:
    origin, seq = origin_of(fact), page.next(chain)
    is_public = isinstance(fact, CommentPublished)
    if origin is not None:
        _target(page, chain, origin, fact)
    number = Number(page.ground.chains[chain].number_top + 1) if is_public else Number(0)
    place = Place(seq, seq if origin is None else origin, number)
    row = CommentRow(
        room=chain,
        account=fact.author,
        client_key=client_key_of(chain, fact.author, fact.client_id),
        comment=judged(fact, place, page.name(chain, fact.author)),
        body_seq=seq,
        published_seq=seq if is_public else None,
        changed_seq=seq,
    )
    entry = _keep(page, fact, row)
    if isinstance(fact, CommentHeld):
        case_acts.hold(page, entry, fact)
    elif origin is not None:
        case_acts.judge(page, entry, fact, origin)
    return entry


def _turn(page: Page, chain: RoomId, fact: Turn) -> Entry:
    origin = page.ground.numbered.get((chain, fact.number))
    before = _target(page, chain, origin, fact)
    after = turned(fact, before.comment)
    return _keep(page, fact, replace(before, comment=after, changed_seq=page.next(chain)))


def _target(page: Page, chain: RoomId, origin: Seq | None, fact: Judgement | Turn) -> CommentRow:
    row = None if origin is None else page.ground.comments.get((chain, origin))
    if row is None:
        raise Coded(Code.NOT_FOUND)
    if row.comment.status is not _before(fact):
        raise Stale
    return row


def _before(fact: Judgement | Turn) -> CommentStatus:
    if isinstance(fact, CommentPublished) and fact.was_refused:
        return CommentStatus.REFUSED
    return _BEFORE[type(fact)]


def _keep(page: Page, fact: Judgement | Turn, row: CommentRow) -> Entry:
    ground, comment = page.ground, row.comment
    entry = page.put(row.room, fact, row=row)
    ground.comments[row.room, comment.origin] = row
    ground.origins[row.client_key] = comment.origin
    if comment.number is not None:
        ground.numbered[row.room, comment.number] = comment.origin
    return entry


def _like(page: Page, chain: RoomId, fact: CommentLiked) -> Entry:
    """What an account has said before is given again by the batch, and does not come here."""
    ground, key = page.ground, (chain, fact.number, fact.actor)
    origin = ground.numbered.get((chain, fact.number))
    row = None if origin is None else ground.comments.get((chain, origin))
    is_public = row is not None and row.comment.status is CommentStatus.PUBLISHED
    if (
        row is None
        or (fact.stands and not is_public)
        or (not fact.stands and key not in ground.likes)
    ):
        raise Coded(Code.NOT_FOUND)
    before = ground.like_counts.get((chain, fact.number))
    likes = (0 if before is None else before.likes) + (1 if fact.stands else -1)
    entry = page.put(chain, replace_fact(fact, likes=likes), row=row)
    ground.likes[key] = LikeHead(fact.stands, entry.seq)
    ground.like_counts[chain, fact.number] = LikeCount(likes, entry.seq)
    return replace_fact(entry, comment=None, account=None)  # it is not about the comment's author


ACTS: dict[type, Callable[[Page, RoomId, Any], Entry]] = {
    RoomOpened: _open_room,
    RoomChanged: _change_room,
    RoomWordsSet: _set_words,
    CommentPublished: _judge,
    CommentHeld: _judge,
    CommentRefused: _judge,
    CommentRecalled: _turn,
    CommentRestored: _turn,
    CommentLiked: _like,
}
