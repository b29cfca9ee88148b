"""Sending, recalling and restoring comments: the same verbs behind every door.

Who runs the house goes through them like anybody else.

Article: articles.Article.PROVIDER_ITSELF
"""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import count

from danmaku.actions.brownout import BrownOut
from danmaku.actions.classifier import RULE, Classifier
from danmaku.actions.decisions import Decisions, Freshen
from danmaku.actions.existing import comment_numbered
from danmaku.actions.hiding import hidden_by, reported, restored_by
from danmaku.actions.learned import Learned
from danmaku.actions.room_words import ReadyWords
from danmaku.actions.rooms import Rooms
from danmaku.actions.rules import Rules
from danmaku.config import AdmissionSettings
from danmaku.domain.account import Power, Standing
from danmaku.domain.admission import Asked, Judgement, admit, withheld
from danmaku.domain.backlog import Backlog, Delays
from danmaku.domain.brownout import Shed
from danmaku.domain.categories import category_of
from danmaku.domain.comment import Draft, RecalledBy, clean_text
from danmaku.domain.conditions import Conditions
from danmaku.domain.delay import put_off
from danmaku.domain.facts import (
    CommentHeld,
    CommentPublished,
    CommentRecalled,
    CommentRefused,
    Entry,
)
from danmaku.domain.grants import recalled_by, require, require_restore
from danmaku.domain.ids import PLATFORM, AccountId, ClientId, Number, RoomId
from danmaku.domain.live import LiveRoom, turn_of
from danmaku.domain.looks import Look
from danmaku.domain.measures import stopped_by
from danmaku.domain.pacing import TokenBuckets
from danmaku.domain.people_facts import MuteServed
from danmaku.errors import Overloaded, Refused, TooFast, Unavailable, Unknown
from danmaku.filter.normalize import scanned_of
from danmaku.ports import Append, Clock, Reader, Record, Registry
from danmaku.telemetry import Telemetry

ANSWERS_MAX = 20_000  # answers kept for senders who ask again
LATE = Delays(most_ms=75, calm_ms=25, patience_ms=250)  # before a comment is looked at

Key = tuple[RoomId, AccountId, ClientId]


class Comments:
    """What may be done with comments.

    Args:
        registry: Which measure had hidden what is let back.
        rooms: Rooms in memory.
        rules: The filter; fails closed.
        words: The rooms' own words, which the filter asks besides.
        freshen: Brings a sender's powers up to date, without reading the record as a rule.
        report_ms: Within what time the department hears of what was unlawful.
        conditions: What holds in the whole house right now; without it, nothing does.
        learned: A model that may hold what the filter lets pass; None: there is none.
        classifier: Asked about what would be published then; None: nobody is.
    """

    def __init__(  # noqa: PLR0913 -- constructor of a verb: each is one of the house's parts
        self,
        record: Record,
        reader: Reader,
        registry: Registry,
        *,
        rooms: Rooms,
        rules: Rules,
        words: ReadyWords,
        freshen: Freshen,
        clock: Clock,
        new_id: Callable[[], str],
        settings: AdmissionSettings,
        report_ms: int,
        telemetry: Telemetry,
        brownout: BrownOut,
        conditions: Callable[[], Conditions] = Conditions,
        learned: Learned | None = None,
        classifier: Classifier | None = None,
    ) -> None:
        self._record = record
        self._decisions = Decisions(record, freshen)
        self._reader = reader
        self._registry = registry
        self._new_id = new_id
        self._report_ms = report_ms
        self._rooms = rooms
        self._rules = rules
        self._words = words
        self._freshen = freshen
        self._clock = clock
        self._brownout = brownout
        self._conditions = conditions
        self._outcomes = {
            CommentPublished: telemetry.comments.labels("published"),
            CommentHeld: telemetry.comments.labels("held"),
            CommentRefused: telemetry.comments.labels("refused"),
        }
        self._last = None if learned is None else learned.judge
        self._classifier = classifier
        self._buckets = TokenBuckets(settings.sends_per_s, settings.sends_burst)
        self._lateness = Backlog(LATE)
        self._running: dict[Key, asyncio.Event] = {}  # set when it has ended
        self._answers: OrderedDict[Key, Entry] = OrderedDict()

    def require_place(
        self, who: Standing, room: RoomId, client_id: ClientId, *, coming: int, waited_ms: float
    ) -> None:
        """Say before `post` what it would say first, where that needs nothing to be waited for.

        `coming`: see `Record.require_place`. `waited_ms`: how long it took until it was looked at;
        where that is long there is more to do than can be done, whatever the record says.

        Raises:
            Overloaded: It comes too late, or the record has no place for it now. Nothing but that
                was looked at.
        """
        key = (room, who.account, client_id)
        is_known = key in self._running or key in self._answers
        if not (is_known or self._brownout.sheds(Shed.SENDING)):
            if self._lateness.refuses(waited_ms, self._clock()):
                raise Overloaded(wait_ms=self._lateness.return_ms())
            self._record.require_place(coming)

    async def post(
        self, who: Standing | None, room: RoomId, draft: Draft, *, imported: bool = False
    ) -> Entry:
        """Decide a draft, record the decision, and give the entry back.

        The entry's fact is `CommentPublished`, `CommentHeld` or `CommentRefused`. Sending again
        with one client id, at once or later, gives the first entry again with `repeated` set.

        A caller that is cancelled on the way leaves it open whether it has sent; the record knows.

        Raises:
            NotFound: There is no such room.
            Refused: A gate, a bound or a limit said no; nothing is recorded.
            Unavailable: As `Record.commit`; with `Unknown` the outcome is open.
        """
        if who is None:
            return await self._post(None, room, draft, imported=imported)  # which says no
        key = (room, who.account, draft.client_id)
        while (running := self._running.get(key)) is not None:
            await running.wait()  # a second send with the same id; if the first fails, it tries
        if (first := self._answers.get(key)) is not None:
            return replace(first, repeated=True)
        if self._brownout.sheds(Shed.SENDING):
            self._brownout.admit_sender(who, await self._rooms.live(room), self._clock())
        self._record.require_place()
        ended = self._running[key] = asyncio.Event()
        try:
            entry = await self._answer(who, room, draft, imported=imported)
            self._remember(key, entry)
        finally:
            del self._running[key]
            ended.set()
        return entry

    def note_elsewhere(self, entries: Sequence[Entry]) -> None:
        """What other nodes let an account send counts here too."""
        for entry in entries:
            if (turn := turn_of(entry.fact)) is not None:
                self._buckets.debit(*turn)

    def _remember(self, key: Key, entry: Entry) -> None:
        self._answers[key] = entry
        if len(self._answers) > ANSWERS_MAX:
            self._answers.popitem(last=False)

    async def _answer(self, who: Standing, room: RoomId, draft: Draft, *, imported: bool) -> Entry:
        """Post, unless the record has the answer to this client id already."""
        try:
            return await self._post(who, room, draft, imported=imported)
        except TooFast:
            raise  # to be asked again later, and answered then: no read for whoever hurries
        except Refused:
            # It may have been sent before, in an earlier life of this process, or with an unknown
            # outcome; then a room that has closed since does not make it unsaid.
            first = await self._reader.outcome(room, who.account, draft.client_id)
            if first is None:
                await self._serve(who, room)
                raise
            return first

    async def _serve(self, who: Standing, room: RoomId) -> None:
        """A mute for one comment is over with the comment that it has just kept back."""
        sender = await self._freshen(who)
        mute = stopped_by(sender.measures, room, self._clock())
        if mute is None or not mute.is_once:
            return
        served = MuteServed(sender.account, mute.measure_id)
        with contextlib.suppress(Refused, Unavailable):  # of two sends at once, one serves it
            await self._record.commit(Append(PLATFORM, served))

    async def _post(
        self, who: Standing | None, room: RoomId, draft: Draft, *, imported: bool
    ) -> Entry:
        tries = count()
        second_look = None if self._classifier is None else _second_look(self._classifier, room)

        async def decide(sender: Standing | None) -> list[Append]:
            live = await self._rooms.live(room)
            version = live.version  # of now: the room may change while we wait below
            look = await self.looking(live)
            asked = self._asked(live, sender, draft, look, imported=imported)
            judgement = admit(asked, again=next(tries) > 0)
            if second_look is not None and isinstance(judgement, CommentPublished):
                judgement = await second_look(judgement, asked.text)
            if asked.is_put_off and isinstance(judgement, CommentPublished):
                judgement = put_off(judgement)
            return [Append(room, judgement, version)]

        fresh = None if who is None else await self._freshen(who)
        try:
            [entry] = await self._decisions.carry(fresh, decide)
        except Unavailable as error:
            if fresh is not None and next(tries) > 0:  # what was noted before is another comment's
                self._take_back(fresh.account, room, draft, error)
            raise
        if not entry.repeated:
            self._outcomes[type(entry.fact)].inc()
        return entry

    def _take_back(
        self, account: AccountId, room: RoomId, draft: Draft, error: Unavailable
    ) -> None:
        """Forget what was noted of a draft that was let in: it will be sent again."""
        if (live := self._rooms.peek(room)) is None:
            return
        live.take_back(account, scanned_of(clean_text(draft.text)).skeleton)
        if not isinstance(error, Unknown):
            live.slow.give_back(account)  # nothing was written: the turn was not used

    async def looking(self, live: LiveRoom) -> Callable[[str], Look]:
        """What looks at texts in a room by the rules and the words of this moment.

        Raises:
            StoreDown: As `ReadyWords.of`.
        """
        own = await self._words.of(live)
        return partial(self._rules.look, own=own, last=self._last)

    def _asked(
        self,
        live: LiveRoom,
        who: Standing | None,
        draft: Draft,
        look: Callable[[str], Look],
        *,
        imported: bool,
    ) -> Asked:
        return Asked(
            who=who,
            room=live,
            draft=draft,
            now_ms=self._clock(),
            buckets=self._buckets,
            look=look,
            conditions=self._conditions(),
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

        Article: articles.Article.PROMPT_ADDRESS, articles.Article.STOP_DELETE_KEEP_REPORT

        Args:
            who: The author, within the room's time; or who holds the power.
            room: Where.
            number: Which.
            category: Why, when it is not the author's own act.

        Raises:
            NotFound: There is no such comment, or it is not published.
            NotSignedIn, NotAllowed, Coded: As `grants.recalled_by`.
            BadMessage: There is no such category.
        """
        reason = category_of(category or "other")
        measure_id = self._new_id()

        async def decide(asker: Standing | None) -> list[Append]:
            live = await self._rooms.live(room)
            comment, author = await comment_numbered(self._reader, room, number)
            within_ms, now_ms = live.state.policy.recall_within_ms, self._clock()
            by = recalled_by(
                asker, room, comment, author=author, within_ms=within_ms, now_ms=now_ms
            )
            assert asker is not None  # recalled_by refuses a guest
            if by is RecalledBy.AUTHOR:
                return [Append(room, CommentRecalled(asker.account, number, by))]
            hidden = hidden_by(
                asker,
                room,
                comment,
                author,
                by=by,
                category=reason,
                measure_id=measure_id,
                now_ms=now_ms,
            )
            return reported(hidden, self._report_ms)

        return (await self._decisions.carry(who, decide))[0]

    async def restore(self, who: Standing | None, room: RoomId, number: Number) -> Entry:
        """Let a recalled comment back to its number and place.

        Raises:
            NotFound: There is no such comment, or it is not recalled.
            NotSignedIn, NotAllowed, Coded: As `grants.require_restore`.
        """

        async def decide(asker: Standing | None) -> list[Append]:
            comment, author = await comment_numbered(self._reader, room, number)
            keeper = require_restore(asker, room, comment, author=author, now_ms=self._clock())
            return await restored_by(keeper, room, number, author, self._registry)

        return (await self._decisions.carry(who, decide))[0]


def _second_look(
    classifier: Classifier, room: RoomId
) -> Callable[[CommentPublished, str], Awaitable[Judgement]]:
    """The classifier's part in deciding one draft: asked once, however often it is decided."""
    objections: list[str | None] = []

    async def look(judgement: CommentPublished, text: str) -> Judgement:
        if not objections:
            objections.append(await classifier.objection(room, text))
        [category] = objections
        return judgement if category is None else withheld(judgement, category, RULE)

    return look
