"""A person's part in publication, first form: held comments, and reports that are written down."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from danmaku.actions.case_book import CaseBook
from danmaku.actions.case_parties import told_of
from danmaku.actions.decisions import Decisions, Freshen
from danmaku.actions.doorstep import Doorstep
from danmaku.actions.keepers import Keepers
from danmaku.domain.account import Power, Standing
from danmaku.domain.cases import CaseKind, CaseOutcome, reported, review_id
from danmaku.domain.categories import category_of, class_of
from danmaku.domain.comment import clean_text
from danmaku.domain.facts import CommentPublished, CommentRefused, Entry, ReportFiled
from danmaku.domain.filing_items import after_refusal
from danmaku.domain.grants import require, require_other, require_signed_in
from danmaku.domain.ids import PLATFORM, AccountId, Millis, Number, RoomId, Seq
from danmaku.domain.judgements import approved, rejected
from danmaku.domain.keeping import due_ms
from danmaku.domain.live import cluster_in
from danmaku.domain.reporting import told_to
from danmaku.domain.room import RoomState, Status
from danmaku.errors import BadMessage, Code, Coded, NotAllowed, NotFound
from danmaku.filter.rules import Klass
from danmaku.ports import Append, Clock, Held, Reader, Record, Report

REPORT_TEXT_MAX = 1000  # code points
CONTACT_MAX = 200  # code points
DECIDED_AT_ONCE = 100  # comments of a cluster in one commit
HELD_READ_AT_ONCE = 200  # where all are wanted
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


@dataclass(frozen=True, slots=True)
class GivenReceipt:
    """By what word somebody who filed a thing asks for it."""

    receipt: str
    is_repeated: bool  # they had it already: nothing was filed anew


class Moderation:
    """Held comments and reports.

    Args:
        trained: Raises TRAINING_REQUIRED for staff without valid training.
        filings_max: Reports of one account that may wait; and of one address, a day.
        report_ms: Within what time the department hears of what was unlawful.
    """

    def __init__(  # noqa: PLR0913 -- constructor of a verb: each is one of the house's parts
        self,
        record: Record,
        reader: Reader,
        keepers: Keepers,
        book: CaseBook,
        *,
        trained: Callable[[Standing], Awaitable[None]],
        freshen: Freshen,
        clock: Clock,
        new_id: Callable[[], str],
        filings_max: int,
        report_ms: int,
    ) -> None:
        self._report_ms = report_ms
        self._record = record
        self._reader = reader
        self._trained = trained
        self._keepers = keepers
        self._decisions = Decisions(record, freshen)
        self._clock = clock
        self._new_id = new_id
        self._book = book
        self._doorstep = Doorstep(
            *(book, clock, CaseKind.REPORT),
            per_s=REPORTS_PER_S,
            burst=REPORTS_BURST,
            waiting_max=filings_max,
        )

    async def held(self, who: Standing | None, room: RoomId | None) -> list[Held]:
        """Comments that wait, oldest first: of one room, or of all where `who` may review.

        Raises:
            NotSignedIn, NotAllowed: `who` may not review there.
        """
        rooms = self._reviewed(who, room)
        return [held for one in rooms for held in await self._reader.held(one)]

    def every_held(self, who: Standing | None, room: RoomId | None) -> AsyncIterator[Held]:
        """All that wait, by room and as they came, read as they are asked for.

        Raises:
            NotSignedIn, NotAllowed: As `held`, at once.
        """
        return self._every_of(self._reviewed(who, room))

    async def _every_of(self, rooms: Sequence[RoomId | None]) -> AsyncIterator[Held]:
        for room in rooms:
            place, limit = (RoomId(""), Seq(0)), HELD_READ_AT_ONCE
            while found := await self._reader.held_after(place, room=room, limit=limit):
                for one in found:
                    yield one
                place = (found[-1].room, found[-1].comment.origin)

    def _reviewed(self, who: Standing | None, room: RoomId | None) -> Sequence[RoomId | None]:
        """Where to look, None being everywhere: in one room, or wherever `who` may review."""
        now_ms = self._clock()
        if room is not None:
            require(who, Power.COMMENT_REVIEW, room, now_ms)
            return [room]
        who = require_signed_in(who)
        if who.may(Power.COMMENT_REVIEW, None, now_ms):
            return [None]
        rooms = {grant.room for grant in who.grants if grant.room is not None}
        mine = sorted(one for one in rooms if who.may(Power.COMMENT_REVIEW, one, now_ms))
        if not mine:
            raise NotAllowed("You may not review anywhere.")
        return mine

    async def approve(self, who: Standing | None, room: RoomId, origin: Seq) -> Entry:
        """Publish a held comment: the next number, its old media position, marked late.

        Raises:
            NotSignedIn, NotAllowed, Coded: `who` may not review here or has no valid training, it
                is their own, or the room is closed for good.
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
        written together. What is unlawful of it is reported as one item.

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
        # raises where there is nothing, or no right to it
        known = await self.cluster(who, room, cluster)
        of_all = [one.comment.origin for one in known]

        async def decide(asker: Standing | None) -> list[Append]:
            reviewer = await self._trained_reviewer(asker, room)
            row = await self._reader.room(room)
            if row is None:
                raise NotFound("There is no such room.")
            members = (await self._members(reviewer, room, cluster))[:DECIDED_AT_ONCE]
            facts = [
                Append(room, judged(row.state, held, reviewer, checked), row.version)
                for held in members
            ]
            for held in members:
                facts += await self._told(held, checked)
            return facts + (self._to_be_reported(room, of_all, checked) if members else [])

        decided = 0
        while entries := await self._decisions.carry(who, decide):
            decided += sum(entry.chain == room for entry in entries)
        return decided

    async def _told(self, held: Held, category: str | None) -> list[Append]:
        """Who wrote it hears what was decided, and whoever else filed its case."""
        outcome = CaseOutcome.REJECTED if category is None else CaseOutcome.UPHELD
        case_id = review_id(held.room, held.comment.origin)
        return await told_of(self._book, case_id, outcome, "", held.author)

    async def _decide(
        self, who: Standing | None, room: RoomId, origin: Seq, category: str | None
    ) -> Entry:
        async def decide(asker: Standing | None) -> list[Append]:
            reviewer = await self._trained_reviewer(asker, room)
            row = await self._reader.room(room)
            held = await self._reader.held_comment(room, origin)
            if row is None or held is None:
                raise NotFound("Nothing is held there.")
            fact = judged(row.state, held, reviewer, category)
            reports = self._to_be_reported(room, [origin], category)
            return [Append(room, fact, row.version), *await self._told(held, category), *reports]

        return (await self._decisions.carry(who, decide))[0]

    async def _trained_reviewer(self, who: Standing | None, room: RoomId) -> Standing:
        """The gate of a case stands here too: a held comment is decided at both doors.

        Article: articles.Article.REVIEW_TEAM

        Raises:
            NotSignedIn, NotAllowed: `who` may not review there.
            Coded: TRAINING_REQUIRED.
        """
        reviewer = require(who, Power.COMMENT_REVIEW, room, self._clock())
        await self._trained(reviewer)
        return reviewer

    def _to_be_reported(
        self, room: RoomId, origins: Sequence[Seq], category: str | None
    ) -> list[Append]:
        """What the department has to hear of what is refused; None: it is published.

        Article: articles.Article.STOP_DELETE_KEEP_REPORT
        """
        if category is None:
            return []
        begun = after_refusal(room, origins, category, self._clock(), self._report_ms)
        return [Append(PLATFORM, fact) for fact in begun]

    async def report(
        self,
        who: Standing | None,
        draft: ReportDraft,
        *,
        source: str,
        browser: str | None = None,
    ) -> GivenReceipt:
        """Write down that somebody says something is wrong; once, however often they say so.

        Article: articles.Article.REPORTS_ACCEPTED, articles.Article.REPORTS_AND_APPEALS

        Args:
            who: The reporter; None: without an account.
            draft: What they say.
            source: Where it comes from, for the limit alone; not kept.
            browser: What tells a guest's browser from all others; not kept either.

        Raises:
            BadMessage: A field is out of bounds.
            NotFound: There is no such room or comment.
            TooFast: Too many from there.
            Coded: MUTED: no reports are taken from them; OWN_LIMIT: too many of theirs wait.
        """
        if len(draft.text) > REPORT_TEXT_MAX or len(draft.contact) > CONTACT_MAX:
            raise BadMessage("That is too long.")
        await self._require_subject(draft.room, draft.number)
        category, subject = category_of(draft.category), reported(draft.room, draft.number)
        if (given := await self._doorstep.repeated(who, subject, browser=browser)) is not None:
            return GivenReceipt(given, is_repeated=True)
        await self._doorstep.enter(who, source=source)
        receipt = self._new_id()
        fact = ReportFiled(
            receipt=receipt,
            reporter=None if who is None else who.account,
            room=draft.room,
            number=draft.number,
            category=category,
            text=clean_text(draft.text),
            contact=clean_text(draft.contact),
            kept_until_ms=await self._kept_until(draft),
        )
        await self._record.commit(Append(PLATFORM, fact))
        self._doorstep.note(subject, receipt, browser=browser)
        return GivenReceipt(receipt, is_repeated=False)

    async def _kept_until(self, draft: ReportDraft) -> Millis | None:
        """Until when the keepers of a room have a report to themselves; None: not at all.

        What is unlawful is the platform's at once, whoever else may answer it.

        Article: articles.Article.OPERATORS_DUTY
        """
        if draft.room is None or class_of(draft.category) is Klass.ILLEGAL:
            return None
        now_ms, room = self._clock(), draft.room
        keepers = await self._keepers.keepers(room)
        is_kept = any(one.grant.carries(Power.REPORT_ANSWER, room, now_ms) for one in keepers)
        return due_ms(now_ms) if is_kept else None

    async def _require_subject(self, room: RoomId | None, number: Number | None) -> None:
        if room is None:
            if number is not None:
                raise BadMessage("A number belongs to a room.")
            return
        known = await self._reader.room(room)
        if known is None or (number is not None and not 1 <= number <= known.comments_count):
            raise NotFound("There is no such thing to report.")

    async def reports(self, who: Standing | None) -> list[Report]:
        """Reports, newest first, but for those that are about `who`; as `reporting.told_to`.

        Raises:
            NotSignedIn, NotAllowed: `who` may not read reports.
        """
        now_ms = self._clock()
        account = require(who, Power.REPORT_READ, None, now_ms).account
        return [
            replace(one, fact=told_to(who, one.fact, now_ms))
            for one in await self._reader.reports()
            if await self._concerned(one.fact) != account
        ]

    async def _concerned(self, report: ReportFiled) -> AccountId | None:
        """Whose comment or room somebody has reported; None: the site."""
        if report.room is None:
            return None
        if report.number is not None:
            return await self._reader.author(report.room, report.number)
        row = await self._reader.room(report.room)
        return None if row is None else row.owner


def judged(
    state: RoomState, held: Held, reviewer: Standing, category: str | None
) -> CommentPublished | CommentRefused:
    """The fact of a decision: refused for `category`, or published late if there is none.

    Raises:
        Coded: OWN_INTEREST; ROOM_CLOSED: nothing is published there any more.
    """
    require_other(reviewer, held.author)
    origin = held.comment.origin
    if category is not None:
        return rejected(held.fact, origin, reviewer.account, category)
    if state.status is Status.CLOSED:
        raise Coded(Code.ROOM_CLOSED, "This room is closed for good.")
    return approved(held.fact, origin, reviewer.account)
