"""A person's part in publication, first form: held comments, and reports that are written down."""

from collections.abc import Callable
from dataclasses import dataclass

from danmaku.actions.decisions import Decisions, Freshen
from danmaku.domain.account import Power, Standing
from danmaku.domain.categories import category_of
from danmaku.domain.comment import clean_text
from danmaku.domain.facts import CommentPublished, CommentRefused, Entry, ReportFiled
from danmaku.domain.grants import require, require_other
from danmaku.domain.ids import PLATFORM, Number, RoomId, Seq
from danmaku.domain.live import cluster_in
from danmaku.domain.pacing import TokenBuckets
from danmaku.domain.room import RoomState, Status
from danmaku.errors import BadMessage, Code, Coded, NotAllowed, NotFound, NotSignedIn
from danmaku.ports import Append, Clock, Held, Reader, Record, Report

REPORT_TEXT_MAX = 1000  # code points
CONTACT_MAX = 200  # code points
DECIDED_AT_ONCE = 100  # comments of a cluster in one commit
HELD_LOOK_MAX = 5000  # of a room, among which a cluster is looked for
REPORTS_PER_S, REPORTS_BURST = 0.1, 5  # of one address or account


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """What somebody reports; nothing in it has been checked but its types."""

    category: str
    room: RoomId | None = None  # None: the site
    number: Number | None = None  # None: the room
    text: str = ""
    contact: str = ""  # how to reach a reporter without an account; sealed


class Moderation:
    """Held comments and reports."""

    def __init__(
        self,
        record: Record,
        reader: Reader,
        *,
        freshen: Freshen,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._record = record
        self._reader = reader
        self._decisions = Decisions(record, freshen)
        self._clock = clock
        self._new_id = new_id
        self._reports = TokenBuckets(REPORTS_PER_S, REPORTS_BURST)

    async def held(self, who: Standing | None, room: RoomId | None) -> list[Held]:
        """Comments that wait, oldest first: of one room, or of all where `who` may review.

        Raises:
            NotSignedIn, NotAllowed: `who` may not review there.
        """
        now_ms = self._clock()
        if room is not None:
            require(who, Power.COMMENT_REVIEW, room, now_ms)
            return await self._reader.held(room)
        if who is None:
            raise NotSignedIn("Sign in first.")
        if who.may(Power.COMMENT_REVIEW, None, now_ms):
            return await self._reader.held(None)
        rooms = {grant.room for grant in who.grants if grant.room is not None}
        mine = sorted(one for one in rooms if who.may(Power.COMMENT_REVIEW, one, now_ms))
        if not mine:
            raise NotAllowed("You may not review anywhere.")
        return [held for one in mine for held in await self._reader.held(one)]

    async def approve(self, who: Standing | None, room: RoomId, origin: Seq) -> Entry:
        """Publish a held comment: the next number, its old media position, marked late.

        Raises:
            NotSignedIn, NotAllowed, Coded: `who` may not review here, it is their own, or the room
                is closed for good.
            NotFound: Nothing is held under that id (any more).
        """
        return await self._decide(who, room, origin, None)

    async def reject(self, who: Standing | None, room: RoomId, origin: Seq, category: str) -> Entry:
        """Refuse a held comment for good.

        Raises:
            NotSignedIn, NotAllowed, Coded, NotFound: As `approve`.
            BadMessage: There is no such category.
        """
        return await self._decide(who, room, origin, category_of(category))

    async def cluster(self, who: Standing | None, room: RoomId, cluster: str) -> list[Held]:
        """What is held of one cluster right now, oldest first: what a decision would be about.

        Raises:
            NotSignedIn, NotAllowed: `who` may not review there.
            NotFound: Nothing is.
        """
        reviewer = require(who, Power.COMMENT_REVIEW, room, self._clock())
        if not (members := await self._members(reviewer, room, cluster)):
            raise NotFound("Nothing is held there.")
        return members

    async def _members(self, reviewer: Standing, room: RoomId, cluster: str) -> list[Held]:
        """But for what is the reviewer's own: that waits for somebody else."""
        held = await self._reader.held(room, limit=HELD_LOOK_MAX)
        return [
            one
            for one in held
            if cluster_in(one.fact.verdict) == cluster and one.author != reviewer.account
        ]

    async def decide_cluster(
        self, who: Standing | None, room: RoomId, cluster: str, category: str | None
    ) -> int:
        """Approve or reject whatever is held of one cluster, and tell how many that were.

        Each is an entry of its own, so that each can be undone alone; a hundred at a time are
        written together.

        Args:
            who: A reviewer; own comments are left to somebody else.
            room: Where.
            cluster: Its name, as `cluster_in` gives it.
            category: Why they are refused; None: they are published.

        Raises:
            NotSignedIn, NotAllowed, Coded, NotFound, BadMessage: As `approve` and `reject`; what
                was decided before that stays decided.
        """
        checked = None if category is None else category_of(category)
        await self.cluster(who, room, cluster)  # raises where there is nothing, or no right to it

        async def decide(asker: Standing | None) -> list[Append]:
            reviewer = require(asker, Power.COMMENT_REVIEW, room, self._clock())
            row = await self._reader.room(room)
            if row is None:
                raise NotFound("There is no such room.")
            members = await self._members(reviewer, room, cluster)
            return [
                Append(room, _decided(row.state, held, reviewer, checked), row.version)
                for held in members[:DECIDED_AT_ONCE]
            ]

        decided = 0
        while entries := await self._decisions.carry(who, decide):
            decided += len(entries)
        return decided

    async def _decide(
        self, who: Standing | None, room: RoomId, origin: Seq, category: str | None
    ) -> Entry:
        async def decide(asker: Standing | None) -> list[Append]:
            reviewer = require(asker, Power.COMMENT_REVIEW, room, self._clock())
            row = await self._reader.room(room)
            held = await self._reader.held_comment(room, origin)
            if row is None or held is None:
                raise NotFound("Nothing is held there.")
            return [Append(room, _decided(row.state, held, reviewer, category), row.version)]

        [entry] = await self._decisions.carry(who, decide)
        return entry

    async def report(self, who: Standing | None, draft: ReportDraft, *, source: str) -> str:
        """Write down that somebody says something is wrong; the receipt comes back.

        Article: articles.Article.REPORTS_ACCEPTED

        Args:
            who: The reporter; None: without an account.
            draft: What they say.
            source: Where it comes from, for the limit alone; not kept.

        Raises:
            BadMessage: A field is out of bounds.
            NotFound: There is no such room or comment.
            TooFast: Too many from there.
        """
        if len(draft.text) > REPORT_TEXT_MAX or len(draft.contact) > CONTACT_MAX:
            raise BadMessage("That is too long.")
        await self._require_subject(draft.room, draft.number)
        self._reports.take(source if who is None else who.account, self._clock())
        receipt = self._new_id()
        fact = ReportFiled(
            receipt=receipt,
            reporter=None if who is None else who.account,
            room=draft.room,
            number=draft.number,
            category=category_of(draft.category),
            text=clean_text(draft.text),
            contact=clean_text(draft.contact),
        )
        await self._record.commit(Append(PLATFORM, fact))
        return receipt

    async def _require_subject(self, room: RoomId | None, number: Number | None) -> None:
        if room is None:
            if number is not None:
                raise BadMessage("A number belongs to a room.")
            return
        known = await self._reader.room(room)
        if known is None or (number is not None and not 1 <= number <= known.comments_count):
            raise NotFound("There is no such thing to report.")

    async def reports(self, who: Standing | None) -> list[Report]:
        """Reports, newest first.

        Raises:
            NotSignedIn, NotAllowed: `who` may not read reports.
        """
        require(who, Power.REPORT_READ, None, self._clock())
        return await self._reader.reports()


def _decided(
    state: RoomState, held: Held, reviewer: Standing, category: str | None
) -> CommentPublished | CommentRefused:
    """The fact of a decision: refused for `category`, or published late if there is none.

    Raises:
        Coded: OWN_INTEREST; ROOM_CLOSED: nothing is published there any more.
    """
    require_other(reviewer, held.author)
    fact = held.fact
    if category is not None:
        return CommentRefused(
            actor=reviewer.account,
            author=held.author,
            client_id=fact.client_id,
            at_ms=fact.at_ms,
            content=fact.content,
            verdict=fact.verdict,
            category=category,
            origin=held.comment.origin,
        )
    if state.status is Status.CLOSED:
        raise Coded(Code.ROOM_CLOSED, "This room is closed for good.")
    return CommentPublished(
        actor=reviewer.account,
        author=held.author,
        client_id=fact.client_id,
        at_ms=fact.at_ms,
        content=fact.content,
        verdict=fact.verdict,
        origin=held.comment.origin,
        late=True,
    )
