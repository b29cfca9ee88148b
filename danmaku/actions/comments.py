"""Sending, recalling and restoring comments: the same verbs behind every door."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import replace

from danmaku.actions.rooms import TRIES_MAX, Rooms
from danmaku.actions.rules import Rules
from danmaku.config import AdmissionSettings
from danmaku.domain.account import Power, Standing
from danmaku.domain.admission import Asked, admit
from danmaku.domain.comment import Comment, Draft, RecalledBy
from danmaku.domain.facts import (
    CommentHeld,
    CommentPublished,
    CommentRecalled,
    CommentRefused,
    CommentRestored,
    Entry,
)
from danmaku.domain.grants import recalled_by, require, require_restore
from danmaku.domain.ids import AccountId, ClientId, Number, RoomId
from danmaku.domain.live import LiveRoom
from danmaku.domain.pacing import TokenBuckets
from danmaku.errors import Broken, NotFound, Stale
from danmaku.ports import Append, Clock, Reader, Record
from danmaku.telemetry import Telemetry

ANSWERS_MAX = 20_000  # answers kept for senders who ask again

Key = tuple[RoomId, AccountId, ClientId]
Freshen = Callable[[Standing], Standing | None]
"""The standing of now for one that was handed in; None: the account is gone."""


_OUTCOMES = {CommentPublished: "published", CommentHeld: "held", CommentRefused: "refused"}


class Comments:
    """What may be done with comments.

    Args:
        rooms: Rooms in memory.
        rules: The filter; fails closed.
        freshen: Keeps a sender's powers up to date without reading the record.
    """

    def __init__(  # noqa: PLR0913 -- constructor of a verb: each is one of the house's parts
        self,
        record: Record,
        reader: Reader,
        *,
        rooms: Rooms,
        rules: Rules,
        freshen: Freshen,
        clock: Clock,
        settings: AdmissionSettings,
        telemetry: Telemetry,
    ) -> None:
        self._record = record
        self._reader = reader
        self._rooms = rooms
        self._rules = rules
        self._freshen = freshen
        self._clock = clock
        self._telemetry = telemetry
        self._buckets = TokenBuckets(settings.sends_per_s, settings.sends_burst)
        self._running: dict[Key, asyncio.Future[Entry]] = {}
        self._answers: OrderedDict[Key, Entry] = OrderedDict()

    async def post(
        self, who: Standing | None, room: RoomId, draft: Draft, *, imported: bool = False
    ) -> Entry:
        """Decide a draft, record the decision, and give the entry back.

        The entry's fact is `CommentPublished`, `CommentHeld` or `CommentRefused`. Sending again
        with one client id, at once or later, gives the first entry again with `repeated` set.

        Raises:
            NotFound: There is no such room.
            Refused: A gate, a bound or a limit said no; nothing is recorded.
            Unavailable: As `Record.commit`; with `Unknown` the outcome is open.
        """
        if who is None:
            admit(self._asked(await self._rooms.live(room), None, draft, imported=imported))
            raise Broken("A guest was admitted.")
        key = (room, who.account, draft.client_id)
        if (first := self._answers.get(key)) is not None:
            return replace(first, repeated=True)
        if (running := self._running.get(key)) is not None:
            return replace(await asyncio.shield(running), repeated=True)
        return await self._once(key, self._post(who, room, draft, imported=imported))

    async def _once(self, key: Key, posting: Awaitable[Entry]) -> Entry:
        """Let a second send with the same id, while the first runs, wait for the first."""
        answer = self._running[key] = asyncio.ensure_future(posting)
        try:
            # Shielded: a sender who hangs up does not take the decision back.
            entry = await asyncio.shield(answer)
        finally:
            if answer.done():
                del self._running[key]
            else:
                answer.add_done_callback(lambda _: self._running.pop(key, None))
        self._answers[key] = entry
        if len(self._answers) > ANSWERS_MAX:
            self._answers.popitem(last=False)
        return entry

    async def _post(self, who: Standing, room: RoomId, draft: Draft, *, imported: bool) -> Entry:
        for attempt in range(TRIES_MAX):
            live = await self._rooms.live(room)
            fresh = self._freshen(who)
            asked = self._asked(live, fresh, draft, imported=imported)
            fact = admit(asked, again=attempt > 0)  # from here to the commit nothing is awaited
            standing = None if fresh is None else (fresh.account, fresh.version)
            try:
                [entry] = await self._record.commit(Append(room, fact, live.version, standing))
            except Stale:
                continue
            if not entry.repeated:
                self._telemetry.comments.labels(_OUTCOMES[type(fact)]).inc()
            return entry
        raise Stale("The room keeps changing.")

    def _asked(
        self, live: LiveRoom, who: Standing | None, draft: Draft, *, imported: bool
    ) -> Asked:
        return Asked(
            who=who,
            room=live,
            draft=draft,
            now_ms=self._clock(),
            buckets=self._buckets,
            look=self._rules.look,
            imported=imported,
        )

    async def bring(self, who: Standing | None, room: RoomId, draft: Draft) -> Entry:
        """Import one comment: through the filter, under the importer's account, marked.

        Raises:
            NotSignedIn, NotAllowed: `who` may not import here.
            Refused, Unavailable: As `post`; the limits on senders do not hold.
        """
        require(who, Power.RECORD_IMPORT, room, self._clock())
        return await self.post(who, room, draft, imported=True)

    async def recall(
        self, who: Standing | None, room: RoomId, number: Number, category: str | None = None
    ) -> Entry:
        """Take a published comment out of every public place; its marker stays.

        Article: articles.Article.PROMPT_ADDRESS

        Args:
            who: The author, within the room's time; or who holds the power.
            room: Where.
            number: Which.
            category: Why, when it is not the author's own act.

        Raises:
            NotFound: There is no such comment, or it is not published.
            NotSignedIn, NotAllowed, Coded: As `grants.recalled_by`.
        """
        for _ in range(TRIES_MAX):
            live = await self._rooms.live(room)
            comment, author = await self._numbered(room, number)
            now_ms = self._clock()
            within_ms = live.state.policy.recall_within_ms
            by = recalled_by(who, room, comment, author=author, within_ms=within_ms, now_ms=now_ms)
            assert who is not None  # recalled_by refuses a guest
            reason = None if by is RecalledBy.AUTHOR else category
            fact = CommentRecalled(actor=who.account, number=number, by=by, category=reason)
            try:
                [entry] = await self._record.commit(
                    Append(room, fact, standing=(who.account, who.version))
                )
            except Stale:
                who = self._freshen(who)
                continue
            return entry
        raise Stale("The comment keeps changing.")

    async def restore(self, who: Standing | None, room: RoomId, number: Number) -> Entry:
        """Let a recalled comment back to its number and place.

        Raises:
            NotFound: There is no such comment, or it is not recalled.
            NotSignedIn, NotAllowed, Coded: As `grants.require_restore`.
        """
        for _ in range(TRIES_MAX):
            comment, author = await self._numbered(room, number)
            who = require_restore(who, room, comment, author=author, now_ms=self._clock())
            fact = CommentRestored(actor=who.account, number=number)
            try:
                [entry] = await self._record.commit(
                    Append(room, fact, standing=(who.account, who.version))
                )
            except Stale:
                who = self._freshen(who)
                continue
            return entry
        raise Stale("The comment keeps changing.")

    async def _numbered(self, room: RoomId, number: Number) -> tuple[Comment, AccountId]:
        found = await self._reader.comment(room, number)
        author = await self._reader.author(room, number)
        if found is None or author is None:
            raise NotFound("There is no such comment.")
        return found[1], author
