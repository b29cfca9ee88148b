"""All that the record holds about one person, read for that person.

Article: articles.Article.PERSONAL_DATA
"""

from collections.abc import AsyncIterator, Callable

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, or_, select, tuple_

from danmaku.domain.account import Bundle
from danmaku.domain.comment import CommentStatus
from danmaku.domain.ids import PLATFORM, AccountId, Millis, RoomId, Seq
from danmaku.domain.privacy import OwnComment, OwnEntry, OwnLike
from danmaku.ports import StandingHold
from danmaku.store import feature_schema, schema
from danmaku.store.bodies import Part
from danmaku.store.codec import About
from danmaku.store.comments import COMMENTS, comment_of
from danmaku.store.entries import ENTRIES, header_of
from danmaku.store.filing_codec import Ordered
from danmaku.store.legal_hold_codec import LegalHoldAbout
from danmaku.store.legal_hold_queries import standing_holds
from danmaku.store.links import Readers
from danmaku.store.people_codec import AgreedTo, AskedWho, LookedAt
from danmaku.store.schema import AnyRow, AnySelect

LIKES_PAGE = 1000
ENTRIES_PAGE = 2000  # looked at by one question

_comment, _entry = schema.comment.c, schema.entry.c
_name, _closure = schema.pseudonym.c, schema.closure.c
_like = feature_schema.comment_like.c
_OTHERS = frozenset({"actor", "second", "against"})  # of a header: others are not one's own to know
_HOW = "verdict"  # of a body: which rules matched would teach how to get round them
_NOT_SHOWN = frozenset(about.kind() for about in (AskedWho, AgreedTo, LookedAt))
"""Why a duty looked one up is told by the notice alone."""
_UNTOLD = {Ordered.kind(): ("text",)}  # the department's words may be about others, too
_LEFT = _comment.status.in_((CommentStatus.PUBLISHED.value, CommentStatus.HELD.value))


class PersonalQueries:
    """`actions.personal.Personal` over the tables."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def own_comments(
        self, account: AccountId, *, after: tuple[RoomId, Seq] | None, limit: int
    ) -> list[OwnComment]:
        """As `actions.personal.Personal.own_comments`."""
        wanted = _own(_comment.account == account, _name.account == account)
        if after is not None:
            wanted = wanted.where(tuple_(_comment.room, _comment.origin) > after)
        return await self._comments(wanted.order_by(_comment.room, _comment.origin).limit(limit))

    async def newest_own(self, account: AccountId, *, limit: int) -> list[OwnComment]:
        """As `actions.personal.Personal.newest_own`."""
        wanted = _own(_comment.account == account, _name.account == account)
        newest = wanted.order_by(_comment.at_ms.desc(), _comment.origin.desc())
        return await self._comments(newest.limit(limit))

    async def left_behind(self, account: AccountId, *, limit: int) -> list[OwnComment]:
        """As `actions.leaving.Leavers.left_behind`."""
        wanted = _own(_comment.account == account, _name.account == account, _LEFT)
        return await self._comments(wanted.limit(limit))

    async def leaving(self, *, since_ms: Millis) -> list[AccountId]:
        """As `actions.leaving.Leavers.leaving`."""
        at = and_(_entry.chain == PLATFORM, _entry.seq == _closure.seq)
        wanted = select(_closure.account).join(schema.entry, at).where(_entry.at_ms >= since_ms)
        return await self._readers.ask(lambda connection: list(connection.scalars(wanted)))

    async def closed_ms(self, account: AccountId) -> Millis | None:
        """As `actions.personal.Personal.closed_ms`."""
        at = and_(_entry.chain == PLATFORM, _entry.seq == _closure.seq)
        wanted = select(_entry.at_ms).join(schema.closure, at).where(_closure.account == account)
        return await self._readers.ask(lambda connection: connection.scalar(wanted))

    async def own_holds(self, account: AccountId) -> list[StandingHold]:
        """As `actions.leaving.Leavers.own_holds`."""
        standing = await self._readers.ask(standing_holds)
        return [one for one in standing if one.fact.account == account and one.fact.is_told]

    async def own_entries(self, account: AccountId) -> AsyncIterator[OwnEntry]:
        """As `actions.personal.Personal.own_entries`.

        Cost: reads every header of the platform's chain, a page at a time on a reader's thread.
        """
        after = Seq(0)
        while True:
            page, after, is_last = await self._readers.ask(_page_of(account, after))
            for entry in page:
                yield entry
            if is_last:
                return

    async def own_likes(self, account: AccountId) -> AsyncIterator[OwnLike]:
        """As `actions.personal.OwnRecord.own_likes`."""
        at = and_(_entry.chain == _like.room, _entry.seq == _like.seq)
        place = tuple_(_like.room, _like.number)
        wanted = (
            select(_like.room, _like.number, _entry.at_ms)
            .join(schema.entry, at)
            .where(_like.account == account, _like.stands)
            .order_by(_like.room, _like.number)
            .limit(LIKES_PAGE)
        )
        after: OwnLike | None = None
        while True:
            page = wanted if after is None else wanted.where(place > (after.room, after.number))
            rows = await self._rows(page)
            for row in rows:
                after = OwnLike(row.room, row.number, row.at_ms)
                yield after
            if len(rows) < LIKES_PAGE:
                return

    async def _rows(self, wanted: AnySelect) -> list[AnyRow]:
        return await self._readers.ask(lambda connection: list(connection.execute(wanted).all()))

    async def holders(self, bundle: Bundle, now_ms: Millis) -> list[str]:
        """As `actions.personal.OwnRecord.holders`."""
        grant, account = schema.power_grant.c, schema.account.c
        wanted = select(account.name).join(schema.power_grant, grant.account == account.id)
        wanted = wanted.where(
            grant.bundle == bundle.value,
            grant.room.is_(None),
            grant.revoked_seq.is_(None),
            or_(grant.until_ms.is_(None), grant.until_ms > now_ms),
        )
        ordered = wanted.order_by(grant.granted_seq)
        names = await self._readers.ask(lambda connection: list(connection.scalars(ordered)))
        return list(dict.fromkeys(names))

    async def _comments(self, wanted: AnySelect) -> list[OwnComment]:
        rows = await self._readers.ask(lambda connection: connection.execute(wanted).all())
        return [OwnComment(row.room, comment_of(row)) for row in rows]


def _own(*conditions: ColumnElement[bool]) -> AnySelect:
    """From the chains in which somebody has a name to the comments there, both by an index."""
    return COMMENTS.join(schema.pseudonym, _name.chain == _comment.room).where(*conditions)


_Page = tuple[list[OwnEntry], Seq, bool]


def _page_of(account: AccountId, after: Seq) -> Callable[[Connection], _Page]:
    def read(connection: Connection) -> _Page:
        named = select(_name.pseudonym).where(_name.chain == PLATFORM, _name.account == account)
        name = connection.scalar(named)
        wanted = select(_entry.seq, _entry.header)
        wanted = wanted.where(_entry.chain == PLATFORM, _entry.seq > after).order_by(_entry.seq)
        rows = connection.execute(wanted.limit(ENTRIES_PAGE)).all()
        if name is None or not rows:
            return [], after, True
        marked = [row.seq for row in rows if name.encode() in row.header]
        page = _entries(connection, marked, name)
        return page, rows[-1].seq, len(rows) < ENTRIES_PAGE

    return read


def _entries(connection: Connection, seqs: list[Seq], name: str) -> list[OwnEntry]:
    wanted = ENTRIES.where(_entry.chain == PLATFORM, _entry.seq.in_(seqs)).order_by(_entry.seq)
    found = (_own_entry(row, name) for row in connection.execute(wanted))
    return [entry for entry in found if entry is not None]


def _is_secret(about: About) -> bool:
    """A legal hold of which the law lets nobody be told."""
    return isinstance(about, LegalHoldAbout) and not about.is_told


def _own_entry(row: AnyRow, name: str) -> OwnEntry | None:
    about = header_of(row.header).about
    kind = about.kind()
    whose = {getattr(about, field, None) for field in ("account", "reporter", "filer")}
    if name not in whose or kind in _NOT_SHOWN or _is_secret(about):
        return None
    said: dict[str, object] = {
        key: value for key, value in msgspec.to_builtins(about).items() if key not in _OTHERS
    }
    for part in (Part.OPEN, Part.SEALED):
        if (raw := getattr(row, part)) is not None:
            said |= msgspec.json.decode(raw)
    for untold in (_HOW, *_UNTOLD.get(kind, ())):
        said.pop(untold, None)
    return OwnEntry(row.at_ms, kind, said)
