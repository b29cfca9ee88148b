"""The platform's queue of cases: looking, claiming, and passing on.

A lease ends by time alone. Who claimed a case last may still decide it when the lease is over, as
long as nobody else has claimed it since.

Article: articles.Article.PROMPT_ADDRESS
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from danmaku.actions.case_book import CaseBook
from danmaku.actions.case_parties import Parties
from danmaku.actions.decisions import Decide, Decisions
from danmaku.actions.standings import Standings
from danmaku.domain.account import Power, Standing
from danmaku.domain.case_facts import (
    CaseClaimed,
    CaseEscalated,
    CaseFiled,
    CaseMerged,
    CaseReleased,
)
from danmaku.domain.case_lists import CaseFilter
from danmaku.domain.cases import (
    TEXT_MAX,
    Case,
    CaseKind,
    CaseState,
    Desk,
    Subject,
    SubjectKind,
    Terms,
)
from danmaku.domain.comment import clean_text
from danmaku.domain.facts import Entry, NameJudged, ReportFiled
from danmaku.domain.grants import require, require_unless_operator
from danmaku.domain.ids import PLATFORM, AccountId, Millis, Seq
from danmaku.domain.reporting import LOOKED_AT as REPORTS_LOOKED_AT
from danmaku.domain.reporting import right_percent, told_to
from danmaku.domain.rulings import Arbiter, Role, arbiter_of
from danmaku.errors import BadMessage, Code, Coded, NotAllowed, NotFound, Stale
from danmaku.ports import Append, Clock, MeasureRow, Record, Registry

CLAIMS_MAX = 50  # leases that one person holds at a time
LOOKED_AT = 20  # cases that are looked at at once for one that may be claimed
LOOKS_MAX = 10  # so often, before the queue is said to be empty
FILINGS_SHOWN = 50

_CONCERNED = frozenset({Role.AUTHOR, Role.SUBJECT})
_MERGED = frozenset({CaseKind.REPORT, CaseKind.COMPLAINT, CaseKind.PATROL})


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as those see it who decide."""

    case: Case
    due_ms: Millis
    claimant: str | None  # sign-in name of who holds its lease
    filings: tuple[Entry, ...] = ()  # what was written, oldest first
    measures: tuple[MeasureRow, ...] = ()  # taken in it
    earlier: tuple[Case, ...] = ()  # on the same subject
    name: str | None = None  # that was refused, where the case is about one
    right_percents: Mapping[Seq, int] = field(default_factory=dict)
    """By filing, how many in a hundred of its reporter's newest reports were right, if known."""
    turned_ms: Millis | None = None  # last claimed, given back or passed on; None: it never was
    decider: str | None = None  # sign-in name of who ended it


class Cases:
    """See the module.

    Args:
        lease_ms: How long a claim lasts.
        trained: Raises TRAINING_REQUIRED for whoever has no valid training.
        terms: Within what time cases are to be decided.
    """

    def __init__(  # noqa: PLR0913 -- constructor of a verb: each is one of the house's parts
        self,
        record: Record,
        book: CaseBook,
        registry: Registry,
        parties: Parties,
        *,
        standings: Standings,
        clock: Clock,
        lease_ms: int,
        trained: Callable[[AccountId], Awaitable[None]],
        terms: Terms,
    ) -> None:
        self._decisions = Decisions(record, standings.freshen)
        self._book = book
        self._registry = registry
        self._parties = parties
        self._standings = standings
        self._clock = clock
        self._lease_ms = lease_ms
        self._trained = trained
        self.terms = terms

    # --- looking

    async def queue(
        self,
        who: Standing | None,
        wanted: CaseFilter,
        *,
        after: tuple[int, str] | None = None,
    ) -> list[CaseView]:
        """Open cases in the order in which they are to be decided, a page at a time.

        Raises:
            NotSignedIn, NotAllowed: `who` reads no reports; None is the operator.
        """
        self._require_reader(who)
        found = await self._book.cases(wanted, self._clock(), after=after)
        return [await self._view(case) for case in found]

    async def ended(
        self,
        who: Standing | None,
        wanted: CaseFilter,
        *,
        before: tuple[Millis, str] | None = None,
    ) -> list[CaseView]:
        """Cases that ended, newest first, a page at a time.

        Raises:
            NotSignedIn, NotAllowed: As `queue`.
        """
        self._require_reader(who)
        found = await self._book.ended_cases(wanted, before=before)
        return [await self._view(case) for case in found]

    async def look(self, who: Standing | None, case_id: str) -> CaseView:
        """One case with what was written in it, what was done in it, and what was before.

        Raises:
            NotSignedIn, NotAllowed: As `queue`.
            NotFound: There is no such case.
        """
        self._require_reader(who)
        case = await self._book.case(case_id)
        if case is None:
            raise NotFound("There is no such case.")
        view = await self._view(case)
        filings = await self._filings_for(who, case)
        earlier = await self._book.cases_on(case.subject, case.against)
        turned = await self._book.turned_ms([case_id])
        return CaseView(
            case,
            view.due_ms,
            view.claimant,
            filings=filings,
            measures=tuple(await self._registry.measures(case_id=case_id)),
            earlier=tuple(one for one in earlier if one.case_id != case_id),
            name=await self._name_in(case.subject),
            right_percents=await self._right_percents(filings),
            turned_ms=turned.get(case_id),
            decider=await self._login_of(case.decider),
        )

    async def _filings_for(self, who: Standing | None, case: Case) -> tuple[Entry, ...]:
        """What was written in a case; of one about themselves nobody reads what others wrote."""
        now_ms = self._clock()
        filings = tuple(
            replace(one, fact=told_to(who, one.fact, now_ms))
            if isinstance(one.fact, CaseFiled | ReportFiled)
            else one
            for one in await self._book.filings(case.case_id, limit=FILINGS_SHOWN)
        )
        if who is None or not await self._parties.roles_of(who.account, case) & _CONCERNED:
            return filings
        return tuple(one for one in filings if filer_of(one) == who.account)

    async def _right_percents(self, filings: Sequence[Entry]) -> dict[Seq, int]:
        """How far each reporter may be relied on; nothing of who they are."""
        reporters = {
            entry.seq: entry.fact.reporter
            for entry in filings
            if isinstance(entry.fact, ReportFiled) and entry.fact.reporter is not None
        }
        if not reporters:
            return {}
        outcomes = await self._book.outcomes_of([*set(reporters.values())], limit=REPORTS_LOOKED_AT)
        known = {seq: right_percent(outcomes.get(one, [])) for seq, one in reporters.items()}
        return {seq: percent for seq, percent in known.items() if percent is not None}

    async def _name_in(self, subject: Subject) -> str | None:
        if subject.kind is not SubjectKind.NAME or subject.origin is None:
            return None
        entry = await self._registry.entry(PLATFORM, subject.origin)
        fact = None if entry is None else entry.fact
        return fact.text if isinstance(fact, NameJudged) else None

    def _require_reader(self, who: Standing | None) -> None:
        require_unless_operator(who, Power.REPORT_READ, None, self._clock())

    async def _view(self, case: Case) -> CaseView:
        return CaseView(case, self.terms.due_ms(case), await self._claimant_of(case))

    async def _claimant_of(self, case: Case) -> str | None:
        if case.state(self._clock()) is not CaseState.CLAIMED:
            return None
        return await self._login_of(case.claimant)

    async def _login_of(self, account: AccountId | None) -> str | None:
        standing = None if account is None else await self._standings.of(account)
        return None if standing is None else standing.login

    # --- working on them

    async def arbiter(self, asker: Standing | None, case_id: str) -> Arbiter:
        """Who asks, as somebody who may work on this case now.

        Raises:
            NotSignedIn, NotAllowed, Coded: As `rulings.arbiter_of`.
            NotFound: There is no such case, or it has ended.
        """
        now_ms = self._clock()
        who = require(asker, Power.CASE_DECIDE, None, now_ms)
        case = await self._book.case(case_id)
        if case is None or case.ending is not None:
            raise NotFound("There is no such case, or it has ended.")
        return arbiter_of(who, case, await self._parties.roles_of(who.account, case), now_ms)

    async def holder(self, asker: Standing | None, case_id: str) -> Arbiter:
        """As `arbiter`, of somebody who claimed it last.

        Raises:
            DanmakuError: As `arbiter`.
            Coded: NOT_GRANTED: somebody else has claimed it, or nobody; `until_ms` is that lease's.
        """
        arbiter = await self.arbiter(asker, case_id)
        case = arbiter.case
        if case.claimant == arbiter.who.account:
            return arbiter
        if case.claimant is None:
            raise Coded(Code.NOT_GRANTED, "Claim this case first.")
        raise await self._taken(case)

    async def _taken(self, case: Case) -> Coded:
        holder = await self._claimant_of(case)
        if holder is None:
            text = "Somebody else has claimed this case since: claim it again."
            return Coded(Code.NOT_GRANTED, text)
        text = f"{holder} works on this case."
        return Coded(Code.NOT_GRANTED, text, until_ms=case.lease_until_ms)

    async def claim(self, who: Standing | None, case_id: str) -> CaseView:
        """Work on a case from now on, or go on doing so.

        Article: articles.Article.REVIEW_TEAM

        Raises:
            DanmakuError: As `arbiter`.
            Coded: TRAINING_REQUIRED; NOT_GRANTED: somebody else has it; OWN_LIMIT: one holds
                CLAIMS_MAX of them.
        """

        async def decide(asker: Standing | None) -> list[Append]:
            arbiter = await self.arbiter(asker, case_id)
            case, account, now_ms = arbiter.case, arbiter.who.account, self._clock()
            await self._trained(account)
            if case.is_leased(now_ms) and case.claimant != account:
                raise await self._taken(case)
            held = await self._book.cases(CaseFilter(claimant=account), now_ms, limit=CLAIMS_MAX)
            is_one_more = all(one.case_id != case_id for one in held)
            if is_one_more and len(held) >= CLAIMS_MAX:
                raise Coded(Code.OWN_LIMIT, f"One works on {CLAIMS_MAX} cases at most.")
            until_ms = Millis(now_ms + self._lease_ms)
            return [Append(PLATFORM, CaseClaimed(case_id, account, until_ms))]

        return await self._turned(who, decide, case_id)

    async def claim_next(
        self, who: Standing | None, kinds: frozenset[CaseKind] = frozenset()
    ) -> CaseView | None:
        """Claim the case that is to be decided first, of those one may decide; None: none waits.

        Raises:
            NotSignedIn, NotAllowed, Coded: `who` decides no cases, holds too many, or has no valid
                training.
        """
        now_ms = self._clock()
        arbiter = require(who, Power.CASE_DECIDE, None, now_ms)
        await self._trained(arbiter.account)
        is_editor = arbiter.may(Power.MEASURE_GRAVE, None, now_ms)
        desks = frozenset({Desk.PLATFORM, Desk.EDITOR} if is_editor else {Desk.PLATFORM})
        after: tuple[int, str] | None = None
        for _ in range(LOOKS_MAX):
            found = await self._book.next_cases(
                desks, now_ms, kinds=kinds, after=after, limit=LOOKED_AT
            )
            for case in found:
                if (claimed := await self._claimed_if_free(arbiter, case)) is not None:
                    return claimed
            if len(found) < LOOKED_AT:
                return None
            after = (found[-1].rank, found[-1].case_id)
        return None

    async def _claimed_if_free(self, who: Standing, case: Case) -> CaseView | None:
        try:
            return await self.claim(who, case.case_id)
        except (NotFound, NotAllowed, Stale):
            return None
        except Coded as refusal:
            if refusal.code in {Code.OWN_INTEREST, Code.NOT_GRANTED}:
                return None
            raise

    async def release(self, who: Standing | None, case_id: str) -> CaseView:
        """Give a case back.

        Raises:
            DanmakuError: As `holder`.
        """

        async def decide(asker: Standing | None) -> list[Append]:
            arbiter = await self.holder(asker, case_id)
            return [Append(PLATFORM, CaseReleased(case_id, arbiter.who.account))]

        return await self._turned(who, decide, case_id)

    async def escalate(self, who: Standing | None, case_id: str, note: str) -> CaseView:
        """Pass a case on to an editor.

        Raises:
            DanmakuError: As `holder`.
            BadMessage: The note is too long.
        """
        said = checked_text(note)

        async def decide(asker: Standing | None) -> list[Append]:
            arbiter = await self.holder(asker, case_id)
            fact = CaseEscalated(case_id, arbiter.who.account, Desk.EDITOR, said)
            return [Append(PLATFORM, fact)]

        return await self._turned(who, decide, case_id)

    async def merge(self, who: Standing | None, case_id: str, into: str) -> CaseView:
        """Let a case go on as a part of another: what was filed in it is told with that one.

        Raises:
            DanmakuError: As `holder`, of the first; as `arbiter`, of the other.
            BadMessage: The two are the same, or not of kinds that are decided alike.
        """

        async def decide(asker: Standing | None) -> list[Append]:
            arbiter, other = await self.holder(asker, case_id), await self.arbiter(asker, into)
            if case_id == into or not {arbiter.case.kind, other.case.kind} <= _MERGED:
                raise BadMessage("These two cases cannot be one.")
            return [Append(PLATFORM, CaseMerged(case_id, into, arbiter.who.account))]

        return await self._turned(who, decide, into)

    async def _turned(self, who: Standing | None, decide: Decide, case_id: str) -> CaseView:
        await self._decisions.carry(who, decide)
        case = await self._book.case(case_id)
        if case is None:
            raise NotFound("There is no such case.")
        return await self._view(case)


def filer_of(filing: Entry) -> AccountId | None:
    """Whose a report, complaint or appeal is; None: a guest's."""
    match filing.fact:
        case ReportFiled(reporter=account) | CaseFiled(filer=account):
            return account
        case _:
            return None


def checked_text(text: str) -> str:
    """What somebody writes in a case, in its bounds.

    Raises:
        BadMessage: It is too long.
    """
    if len(text) > TEXT_MAX:
        raise BadMessage(f"At most {TEXT_MAX} characters.")
    return clean_text(text)
