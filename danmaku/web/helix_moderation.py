"""What moderators do by Twitch's Helix API: bans, terms, messages that wait or are there."""

from typing import Annotated

from fastapi import Query

from danmaku.domain.facts import RoomWordsSet
from danmaku.domain.ids import MAX_SAFE_INTEGER, Pseudonym, Seq
from danmaku.domain.room_words import RoomWords, WordsDraft, alike, edited
from danmaku.errors import BadMessage, NotFound
from danmaku.formats.helix import cut, held_of, message_of, term_id_of
from danmaku.web.helix import (
    ROWS_MAX,
    ROWS_USUAL,
    After,
    Broadcaster,
    First,
    Moderator,
    caller_of,
    helix_router,
)
from danmaku.web.helix_shapes import (
    BannedPageShape,
    BansTakenShape,
    HeldDecision,
    NewBan,
    NewTerm,
    PeopleShape,
    PersonShape,
    TermsShape,
    ban_of,
    banned_of,
    term_of,
)
from danmaku.web.visit import ApiVisit

router = helix_router()

Author = Annotated[
    Pseudonym, Query(alias="user_id", max_length=64, description="Public id of an author.")
]
Only = Annotated[list[str], Query(alias="user_id", max_length=ROWS_MAX, default_factory=list)]
Older = Annotated[int | None, Query(alias="after", ge=1, le=MAX_SAFE_INTEGER)]


@router.post("/moderation/bans")
async def ban(visit: ApiVisit, room: Broadcaster, me: Moderator, body: NewBan) -> BansTakenShape:
    """Let somebody send nothing in a room, for a time or until it is undone; `account.mute`."""
    asked = body.data
    measure = await visit.house.offices.keeping.mutes.mute_author(
        visit.signed_in(),
        room,
        Pseudonym(asked.user_id),
        for_ms=None if asked.duration is None else asked.duration * 1000,
        note=asked.reason,
    )
    return ban_of(room, me, asked.user_id, measure)


@router.delete("/moderation/bans", status_code=204)
async def unban(visit: ApiVisit, room: Broadcaster, _: Moderator, author: Author) -> None:
    """End whatever keeps somebody silent in a room; needs `account.mute`."""
    await visit.house.offices.keeping.mutes.undo_of(visit.signed_in(), room, author)


@router.get("/moderation/bans")
@router.get("/moderation/banned")
async def list_banned(
    visit: ApiVisit,
    room: Broadcaster,
    only: Only,
    before: Older = None,
    first: First = ROWS_USUAL,
) -> BannedPageShape:
    """Who is silent in a room right now, newest first; needs `account.mute`."""
    mutes, reader = visit.house.offices.keeping.mutes, visit.house.reader
    seq = None if before is None else Seq(before)
    found, older = await mutes.taken(visit.signed_in(), room, before=seq)
    if len(found) > first:
        found = found[:first]
        older = found[-1].row.seq
    title = (await visit.house.rooms.live(room)).state.title
    rows = []
    for muted in found:
        account = muted.row.fact.account
        author = None if account is None else await reader.pseudonym(room, account)
        if author is not None and (not only or author in only):
            rows.append(banned_of(room, title, author, muted))
    return BannedPageShape(data=rows, pagination={} if older is None else {"cursor": str(older)})


@router.get("/moderation/moderators")
async def list_moderators(
    visit: ApiVisit,
    room: Broadcaster,
    only: Only,
    after: After = None,
    first: First = ROWS_USUAL,
) -> PeopleShape:
    """Whom the room's streamer has chosen, for the streamer; needs `moderator.invite`."""
    keepers, _ = await visit.house.offices.keeping.moderators.of_room(visit.signed_in(), room)
    by_login = {one.login: one for one in keepers if not only or one.login in only}
    page, pagination = cut(sorted(by_login), after, first)
    rows = [
        PersonShape(user_id=login, user_login=login, user_name=by_login[login].name)
        for login in page
    ]
    return PeopleShape(data=rows, pagination=pagination)


@router.get("/moderation/blocked_terms")
async def list_terms(
    visit: ApiVisit,
    room: Broadcaster,
    me: Moderator,
    after: After = None,
    first: First = ROWS_USUAL,
) -> TermsShape:
    """The room's own words; needs `room.manage`."""
    words, _ = await visit.house.word_lists.show(visit.signed_in(), room)
    by_id = {term_id_of(word): word for word in words.words}
    page, pagination = cut(sorted(by_id), after, first)
    return TermsShape(data=[term_of(room, me, by_id[one]) for one in page], pagination=pagination)


@router.post("/moderation/blocked_terms")
async def add_term(visit: ApiVisit, room: Broadcaster, me: Moderator, body: NewTerm) -> TermsShape:
    """Add a word to the room's own list, which keeps what it does with them; `room.manage`."""

    def longer(now: RoomWords) -> WordsDraft:
        return edited(now, add=[body.text])

    entry = await visit.house.word_lists.set(visit.signed_in(), room, longer)
    assert isinstance(entry.fact, RoomWordsSet)  # noqa: S101 -- that is what was asked for
    word = alike(entry.fact.words, body.text) or body.text
    return TermsShape(data=[term_of(room, me, word)], pagination={})


@router.delete("/moderation/blocked_terms", status_code=204)
async def remove_term(
    visit: ApiVisit,
    room: Broadcaster,
    _: Moderator,
    term: Annotated[str, Query(alias="id", max_length=64, description="Id of the word.")],
) -> None:
    """Take a word off the room's own list; needs `room.manage`."""

    def shorter(now: RoomWords) -> WordsDraft:
        gone = [word for word in now.words if term_id_of(word) == term]
        if not gone:
            raise NotFound("There is no such term.")
        return edited(now, remove=gone)

    await visit.house.word_lists.set(visit.signed_in(), room, shorter)


@router.delete("/moderation/chat", status_code=204)
async def delete_message(
    visit: ApiVisit,
    room: Broadcaster,
    _: Moderator,
    message_id: Annotated[str | None, Query(max_length=64)] = None,
) -> None:
    """Take a comment out of every public place; needs `comment.recall`. One, never all."""
    if message_id is None:
        raise BadMessage("Name a message: nobody deletes all of them at once here.")
    where, number = message_of(message_id)
    if where != room:
        raise NotFound("There is no such message in this room.")
    await visit.house.comments.recall(visit.signed_in(), room, number)


@router.post("/moderation/automod/message", status_code=204)
async def decide_held(visit: ApiVisit, body: HeldDecision) -> None:
    """Publish a comment that waits for a reviewer, or refuse it; needs `comment.review`."""
    who = visit.signed_in()
    caller_of(visit, body.user_id)
    room, origin = held_of(body.msg_id)
    if body.action == "ALLOW":
        await visit.house.moderation.approve(who, room, origin)
    else:
        await visit.house.moderation.reject(who, room, origin, "other")
