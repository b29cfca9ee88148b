"""Complaints and appeals: who files them, within what time, and what a receipt tells.

An appeal is about a measure, a comment of one's own that was held or refused, a name that was
refused, or powers in a room that were taken back. Whoever decided that does not decide the appeal,
and a second appeal goes to yet another; then it is final.

Article: articles.Article.REPORTS_ACCEPTED, articles.Article.MEASURES_ON_USERS
"""

from collections.abc import Callable
from dataclasses import dataclass

from danmaku.actions.case_book import CaseBook
from danmaku.actions.cases import checked_text
from danmaku.actions.decisions import Decisions, Freshen
from danmaku.actions.doorstep import Doorstep
from danmaku.actions.existing import measures_against
from danmaku.actions.grants_back import GrantsBack
from danmaku.actions.moderation import GivenReceipt
from danmaku.actions.name_review import NameRecord
from danmaku.domain.account import Standing
from danmaku.domain.admission import REVIEW_CATEGORY
from danmaku.domain.case_facts import CaseFiled, CaseWithdrawn
from danmaku.domain.case_lists import FiledCase
from danmaku.domain.cases import (
    APPEAL_WITHIN_MS,
    CaseKind,
    CaseOutcome,
    CaseState,
    Subject,
    SubjectKind,
    is_final,
    reported,
)
from danmaku.domain.categories import category_of
from danmaku.domain.comment import CommentStatus, clean_text
from danmaku.domain.facts import CommentHeld, CommentRefused
from danmaku.domain.grants import require_signed_in
from danmaku.domain.ids import PLATFORM, AccountId, Millis, Number, RoomId, Seq
from danmaku.domain.measures import COMMENT_STEPS
from danmaku.domain.naming import NameState
from danmaku.domain.pacing import TokenBuckets
from danmaku.errors import BadMessage, Code, Coded, NotFound
from danmaku.ports import Append, Clock, Reader, Record, Registry

CONTACT_MAX = 200  # code points
FILED_PER_S, FILED_BURST = 0.02, 5  # complaints of one address or account; appeals of an account
ASKED_PER_S, ASKED_BURST = 0.5, 20  # receipts, by one address


@dataclass(frozen=True, slots=True)
class AppealDraft:
    """What somebody appeals against: a measure, a comment by number or private id, and so on."""

    text: str
    measure_id: str | None = None
    room: RoomId | None = None
    number: Number | None = None
    origin: Seq | None = None
    name: Seq | None = None  # of the entry that refused it
    grant: Seq | None = None  # of the entry that took it back


@dataclass(frozen=True, slots=True)
class ComplaintDraft:
    """What harms somebody; nothing in it has been checked but its types."""

    category: str
    text: str
    contact: str = ""  # sealed
    room: RoomId | None = None  # None: the site
    number: Number | None = None  # None: the room
    is_of_author: bool = False  # it is the comment's author that harms, beyond this comment


@dataclass(frozen=True, slots=True)
class _Ground:
    """What an appeal stands on."""

    subject: Subject
    category: str
    since_ms: Millis


class Appeals:
    """See the module."""

    def __init__(  # noqa: PLR0913 -- constructor of a verb: each is one of the house's parts
        self,
        record: Record,
        reader: Reader,
        book: CaseBook,
        registry: Registry,
        names: NameRecord,
        grants: GrantsBack,
        *,
        freshen: Freshen,
        clock: Clock,
        new_id: Callable[[], str],
        filings_max: int,
    ) -> None:
        self._record = record
        self._decisions = Decisions(record, freshen)
        self._reader = reader
        self._book = book
        self._registry = registry
        self._names = names
        self._grants = grants
        self._clock = clock
        self._new_id = new_id
        self._filed = TokenBuckets(FILED_PER_S, FILED_BURST)
        self._asked = TokenBuckets(ASKED_PER_S, ASKED_BURST)
        self._doorstep = Doorstep(
            *(book, clock, CaseKind.COMPLAINT),
            per_s=FILED_PER_S,
            burst=FILED_BURST,
            waiting_max=filings_max,
        )

    # --- filing

    async def complain(
        self,
        who: Standing | None,
        draft: ComplaintDraft,
        *,
        source: str,
        browser: str | None = None,
    ) -> GivenReceipt:
        """Say that something here harms one; no account is needed.

        Article: articles.Article.REPORTS_AND_APPEALS

        Args:
            who: Who complains; None: without an account.
            draft: What they say.
            source: Where it comes from, for the limit alone; not kept.
            browser: What tells a guest's browser from all others; not kept either.

        Raises:
            BadMessage: A field is out of bounds, or nothing is said.
            NotFound: There is no such room or comment.
            TooFast: Too many from there.
            Coded: OWN_LIMIT: too many of theirs wait.
        """
        text, contact = checked_text(draft.text), clean_text(draft.contact[: CONTACT_MAX + 1])
        if not text or len(contact) > CONTACT_MAX:
            raise BadMessage("Say what harms you; an address is short.")
        category = category_of(draft.category)
        subject, against = await self._complained_of(draft)
        given = await self._doorstep.repeated(who, subject, against, browser=browser)
        if given is not None:
            return GivenReceipt(given, is_repeated=True)
        await self._doorstep.enter(who, source=source)
        fact = CaseFiled(
            receipt=self._new_id(),
            case_kind=CaseKind.COMPLAINT,
            subject=subject,
            category=category,
            filer=None if who is None else who.account,
            against=against,
            text=text,
            contact=contact,
        )
        await self._record.commit(Append(PLATFORM, fact))
        self._doorstep.note(subject, fact.receipt, against, browser=browser)
        return GivenReceipt(fact.receipt, is_repeated=False)

    async def _complained_of(self, draft: ComplaintDraft) -> tuple[Subject, AccountId | None]:
        """What harms, and the account it is about where it is about one.

        An account is named by a comment of its own alone: nobody learns here who has an account.
        """
        room, number = draft.room, draft.number
        if room is None:
            if number is not None or draft.is_of_author:
                raise BadMessage("A number belongs to a room.")
            return reported(None, None), None
        row = await self._reader.room(room)
        if row is None or (number is not None and not 0 < number <= row.comments_count):
            raise NotFound("There is no such thing to complain of.")
        if not draft.is_of_author:
            return reported(room, number), None
        author = None if number is None else await self._reader.author(room, number)
        if author is None:
            raise NotFound("There is no such thing to complain of.")
        return Subject(SubjectKind.ACCOUNT, room, number), author

    async def appeal(self, who: Standing | None, draft: AppealDraft) -> str:
        """Say that a decision about oneself was wrong; the receipt comes back.

        It is open to an account that was closed, too.

        Raises:
            NotSignedIn: `who` is a guest.
            NotFound: Nothing of theirs is decided there, or it was undone.
            BadMessage: Nothing is said, or too much.
            Coded: DUPLICATE: such an appeal is open. OWN_LIMIT: six months are over, or it was
                decided twice and is final.
            TooFast: Too many at a time.
        """
        text, receipt = checked_text(draft.text), self._new_id()
        who = require_signed_in(who)
        if not text:
            raise BadMessage("Say why.")
        self._filed.take(who.account, self._clock())

        async def decide(asker: Standing | None) -> list[Append]:
            asker = require_signed_in(asker)
            ground = await self._ground(asker, draft)
            await self._require_open(ground)
            fact = CaseFiled(
                receipt=receipt,
                case_kind=CaseKind.APPEAL,
                subject=ground.subject,
                category=ground.category,
                filer=asker.account,
                against=asker.account,
                text=text,
            )
            return [Append(PLATFORM, fact)]

        await self._decisions.carry(who, decide)
        return receipt

    async def _require_open(self, ground: _Ground) -> None:
        if self._clock() - ground.since_ms > APPEAL_WITHIN_MS:
            raise Coded(Code.OWN_LIMIT, "The time for an appeal is over: it is six months.")
        on_it = await self._book.cases_on(ground.subject, None)
        appeals = [one for one in on_it if one.kind is CaseKind.APPEAL]
        if any(one.ending is None for one in appeals):
            raise Coded(Code.DUPLICATE, "There is such an appeal already.")
        if is_final(sum(one.ending is CaseState.DECIDED for one in appeals)):
            raise Coded(Code.OWN_LIMIT, "This was decided twice and is final.")

    async def _ground(self, who: Standing, draft: AppealDraft) -> _Ground:
        if draft.measure_id is not None:
            return await self._of_measure(who, draft.measure_id)
        if draft.name is not None:
            return await self._of_name(who, draft.name)
        if draft.grant is not None:
            return await self._of_grant(who, draft.grant)
        if draft.room is not None and draft.origin is not None:
            return await self._of_judgement(who, draft.room, draft.origin)
        if draft.room is not None and draft.number is not None:
            return await self._of_recall(who, draft.room, draft.number)
        raise BadMessage("An appeal is about a measure, a comment, a name or powers.")

    async def _of_measure(self, who: Standing, measure_id: str) -> _Ground:
        row = await self._registry.measure(measure_id)
        if row is None or row.fact.account != who.account or row.is_reversed:
            raise NotFound("There is no such measure.")
        measure = row.fact.measure
        subject = Subject(SubjectKind.MEASURE, measure.room, measure_id=measure_id)
        return _Ground(subject, measure.category, measure.from_ms)

    async def _of_judgement(self, who: Standing, room: RoomId, origin: Seq) -> _Ground:
        last = await self._book.judged(room, origin)
        fact = None if last is None else last.fact
        if last is None or not isinstance(fact, CommentHeld | CommentRefused):
            raise NotFound("There is no such comment.")
        if fact.author != who.account:
            raise NotFound("There is no such comment.")
        async for row in measures_against(self._registry, who.account, room):
            if row.fact.measure.origin == origin and not row.is_reversed:
                return await self._of_measure(who, row.fact.measure.measure_id)
        subject = Subject(SubjectKind.COMMENT, room, origin=origin)
        return _Ground(subject, fact.category, last.at_ms)

    async def _of_recall(self, who: Standing, room: RoomId, number: Number) -> _Ground:
        found = await self._reader.comment(room, number)
        is_hidden = found is not None and found[1].status is CommentStatus.RECALLED
        if is_hidden and await self._reader.author(room, number) == who.account:
            async for row in measures_against(self._registry, who.account, room):
                measure = row.fact.measure
                is_it = measure.number == number and measure.step in COMMENT_STEPS
                if is_it and not row.is_reversed:
                    return await self._of_measure(who, measure.measure_id)
        raise NotFound("There is no such comment that was taken away.")

    async def _of_name(self, who: Standing, name: Seq) -> _Ground:
        row = await self._names.naming(name)
        if row is None or row.fact.account != who.account:
            raise NotFound("There is no such name.")
        fact = row.fact
        standing = await self._names.standing_naming(fact.surface, fact.subject)
        is_replaced = standing is not None and standing.seq > name
        if fact.state is not NameState.REFUSED or is_replaced:
            raise NotFound("There is no such name that was refused.")
        subject = Subject(SubjectKind.NAME, fact.room, origin=name)
        return _Ground(subject, fact.category or REVIEW_CATEGORY, row.at_ms)

    async def _of_grant(self, who: Standing, seq: Seq) -> _Ground:
        ended = await self._grants.one(seq)
        if ended is None or ended.fact.holder != who.account:
            raise NotFound("There is no such grant.")
        subject = Subject(SubjectKind.GRANT, ended.grant.room, origin=seq)
        earlier = await self._book.cases_on(subject, None)
        if any(one.outcome in {CaseOutcome.UPHELD, CaseOutcome.PARTLY} for one in earlier):
            raise NotFound("This was given back.")
        return _Ground(subject, "other", ended.at_ms)

    # --- afterwards

    async def withdraw(self, who: Standing | None, receipt: str, *, source: str) -> None:
        """Take back what one has filed, while it is open.

        Args:
            who: Who asks; what was filed with an account, that account alone takes back.
            receipt: Of what.
            source: Where the question comes from, for the limit alone; not kept.

        Raises:
            NotFound: The receipt is of nothing that is open, or of somebody else.
            Coded: OWN_LIMIT: others have filed the same; it will be decided.
            TooFast: Too many questions from there.
        """
        self._asked.take(source, self._clock())

        async def decide(asker: Standing | None) -> list[Append]:
            filed = await self._book.filed(receipt)
            filer = None if asker is None else asker.account
            if filed is None or filed.case.ending is not None or filed.filer not in {None, filer}:
                raise NotFound("There is nothing open under this receipt.")
            case = filed.case
            if case.kind is CaseKind.PATROL:
                raise NotFound("There is nothing open under this receipt.")
            if case.reports_count > 1:
                raise Coded(Code.OWN_LIMIT, "Others have filed the same: it will be decided.")
            return [Append(PLATFORM, CaseWithdrawn(case.case_id, receipt, filed.filer))]

        await self._decisions.carry(who, decide)

    async def state(self, receipt: str, *, source: str) -> FiledCase:
        """What became of what was filed, for whoever has the receipt.

        Args:
            receipt: 80 random bits: nobody finds another's.
            source: Where the question comes from, for the limit alone; not kept.

        Raises:
            NotFound: There is no such receipt.
            TooFast: Too many questions from there.
        """
        self._asked.take(source, self._clock())
        filed = await self._book.filed(receipt)
        if filed is None:
            raise NotFound("There is no such receipt.")
        return filed

    async def own(self, who: Standing | None, *, before: Seq | None = None) -> list[FiledCase]:
        """What one has filed, newest first.

        Raises:
            NotSignedIn: `who` is a guest.
        """
        who = require_signed_in(who)
        return await self._book.filed_by(who.account, before=before)
