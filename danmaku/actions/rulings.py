"""Deciding a case: one commit with everything that follows from it.

The decision, what becomes of the comment, measures taken and undone, those that were provisional,
and who is told of it: all of it is written, or none.

Article: articles.Article.PROMPT_ADDRESS, articles.Article.REPORTS_ACCEPTED
"""

from collections.abc import Callable, Sequence

from danmaku.actions.case_book import CaseBook
from danmaku.actions.case_parties import Parties, told_of
from danmaku.actions.cases import Cases
from danmaku.actions.decisions import Decisions, Freshen
from danmaku.actions.grants_back import GrantsBack
from danmaku.actions.measures import MeasureDraft, Measures
from danmaku.actions.moderation import judged
from danmaku.actions.name_review import NameReview
from danmaku.actions.reporters import Reporters
from danmaku.domain.account import Standing
from danmaku.domain.case_facts import CaseDecided
from danmaku.domain.cases import Case, CaseKind, CaseOutcome, SubjectKind
from danmaku.domain.comment import CommentStatus
from danmaku.domain.ids import PLATFORM, AccountId
from danmaku.domain.measures import COMMENT_STEPS, MOMENTARY_STEPS, ROOM_STEPS, Measure, Step
from danmaku.domain.people_facts import MeasureTaken
from danmaku.domain.rulings import Arbiter, Consequence, Decision, FurtherStep, Ruling, ruled
from danmaku.errors import BadMessage, NotFound
from danmaku.ports import Accounts, Append, Clock, Reader, Record, Registry

_CONFIRMING = frozenset({CaseKind.REPORT, CaseKind.COMPLAINT, CaseKind.PATROL, CaseKind.RECHECK})


class Rulings:
    """See the module.

    Args:
        consequences: What else has to stand in the same commit.
        provisional_ms: How long a provisional measure lasts at most.
    """

    def __init__(  # noqa: PLR0913 -- constructor of a verb: each is one of the house's parts
        self,
        record: Record,
        reader: Reader,
        book: CaseBook,
        registry: Registry,
        accounts: Accounts,
        *,
        cases: Cases,
        parties: Parties,
        measures: Measures,
        names: NameReview,
        grants: GrantsBack,
        reporters: Reporters,
        freshen: Freshen,
        clock: Clock,
        new_id: Callable[[], str],
        provisional_ms: int,
        consequences: Sequence[Consequence] = (),
    ) -> None:
        self._decisions = Decisions(record, freshen)
        self._reader = reader
        self._book = book
        self._registry = registry
        self._accounts = accounts
        self._cases = cases
        self._parties = parties
        self._measures = measures
        self._names = names
        self._grants = grants
        self._reporters = reporters
        self._clock = clock
        self._new_id = new_id
        self._provisional_ms = provisional_ms
        self._consequences = consequences

    async def decide(self, who: Standing | None, case_id: str, decision: Decision) -> CaseDecided:
        """Decide a case that one has claimed.

        Raises:
            DanmakuError: As `Cases.holder`; and where a measure needs more than `who` has, as
                `grants.require_measure`.
            BadMessage: The decision makes no sense for such a case.
        """
        ids = [self._new_id() for _ in range(len(decision.steps) + 1)]

        async def decide(asker: Standing | None) -> list[Append]:
            arbiter = await self._cases.holder(asker, case_id)
            decided = ruled(arbiter, decision)
            facts = [Append(PLATFORM, decided)]
            facts += await self._effects(arbiter, decision, decided, ids)
            facts += await self._ended_provisionals(arbiter, decided)
            against = await self._parties.against(arbiter.case)
            facts += await self._told(arbiter.case, decided, against)
            ruling = Ruling(
                case=arbiter.case,
                decided=decided,
                against=against,
                origin=await self._parties.origin_of(arbiter.case),
                measures=tuple(_measures_in(facts)),
                at_ms=self._clock(),
                is_owner=await self._keeps_a_room(against),
            )
            for consequence in self._consequences:
                facts += [Append(PLATFORM, fact) for fact in consequence(ruling)]
            return facts + await self._reporters.stopped_by(arbiter, decided, self._clock())

        entries = await self._decisions.carry(who, decide)
        return next(one.fact for one in entries if isinstance(one.fact, CaseDecided))

    async def hold_back(
        self, who: Standing | None, case_id: str, step: FurtherStep, basis: str
    ) -> Measure:
        """Take a measure for as long as a case is open: it lapses by time, or with its decision.

        Raises:
            DanmakuError: As `Cases.holder` and `grants.require_measure`.
            BadMessage: The step has no term, or nobody is known whom it would be against.
        """
        if step.step in MOMENTARY_STEPS or step.lasts_ms is None:
            raise BadMessage("A provisional measure is one that lasts, for a time.")
        measure_id = self._new_id()
        lasts_ms = min(step.lasts_ms, self._provisional_ms)

        async def decide(asker: Standing | None) -> list[Append]:
            arbiter = await self._cases.holder(asker, case_id)
            draft = await self._draft(arbiter.case, step, arbiter.case.category, basis, lasts_ms)
            return await self._measures.taking(
                arbiter.who, draft, measure_id, case_id=case_id, is_provisional=True
            )

        entries = await self._decisions.carry(who, decide)
        return next(one.fact.measure for one in entries if isinstance(one.fact, MeasureTaken))

    # --- what follows

    async def _effects(
        self, arbiter: Arbiter, decision: Decision, decided: CaseDecided, ids: Sequence[str]
    ) -> list[Append]:
        case, is_right = arbiter.case, decided.outcome is not CaseOutcome.REJECTED
        facts: list[Append] = []
        if case.kind is CaseKind.REVIEW:
            facts += await self._reviewed(arbiter, decided)
        elif case.kind is CaseKind.APPEAL and is_right:
            facts += await self._granted(arbiter, decided)
        elif case.kind is CaseKind.RECHECK and is_right and not case.is_of_shown_comment:
            facts += await self._given_back(arbiter, decided)
        elif case.kind in _CONFIRMING and is_right:
            facts += await self._removed(arbiter, decided, decision.basis, ids[-1])
        for step, measure_id in zip(decision.steps, ids, strict=False):
            draft = await self._draft(
                case, step, decided.category, decision.basis, step.lasts_ms, decided.note
            )
            facts += await self._measures.taking(
                arbiter.who, draft, measure_id, case_id=case.case_id
            )
        return facts

    async def _reviewed(self, arbiter: Arbiter, decided: CaseDecided) -> list[Append]:
        room, origin = arbiter.case.subject.room, arbiter.case.subject.origin
        held = None
        if room is not None and origin is not None:
            held = await self._reader.held_comment(room, origin)
        row = None if room is None else await self._reader.room(room)
        if held is None or room is None or row is None:
            raise NotFound("Nothing is held there.")
        category = None if decided.outcome is CaseOutcome.REJECTED else decided.category
        return [Append(room, judged(row.state, held, arbiter.who, category), row.version)]

    async def _granted(self, arbiter: Arbiter, decided: CaseDecided) -> list[Append]:
        subject, case_id = arbiter.case.subject, arbiter.case.case_id
        if subject.measure_id is not None:
            return await self._measures.undoing(
                arbiter.who, subject.measure_id, decided.note, appeal=case_id
            )
        if subject.kind is SubjectKind.NAME and subject.origin is not None:
            return await self._names.showing(arbiter.who, subject.origin)
        if subject.kind is SubjectKind.GRANT and subject.origin is not None:
            return await self._grants.giving(arbiter.who, subject.origin)
        if subject.room is None or subject.origin is None:
            raise NotFound("There is no such comment.")
        effects = self._measures.effects
        return await effects.let_out(arbiter.who, subject.room, subject.origin, case_id)

    async def _given_back(self, arbiter: Arbiter, decided: CaseDecided) -> list[Append]:
        """Undo what a second look found wrong, unless an appeal has undone it meanwhile."""
        measure_id = arbiter.case.subject.measure_id
        if measure_id is not None:
            row = await self._registry.measure(measure_id)
            if row is None or row.is_reversed:
                return []
        return await self._granted(arbiter, decided)

    async def _removed(
        self, arbiter: Arbiter, decided: CaseDecided, basis: str, measure_id: str
    ) -> list[Append]:
        """A published comment that a case is right about leaves every public place."""
        subject = arbiter.case.subject
        if subject.kind is not SubjectKind.COMMENT or subject.room is None:
            return []
        if subject.number is None:
            return []
        found = await self._reader.comment(subject.room, subject.number)
        if found is None or found[1].status is not CommentStatus.PUBLISHED:
            return []
        draft = MeasureDraft(
            Step.DELETE,
            decided.category,
            basis,
            note=decided.note,
            room=subject.room,
            number=subject.number,
        )
        case_id = arbiter.case.case_id
        return await self._measures.taking(arbiter.who, draft, measure_id, case_id=case_id)

    async def _ended_provisionals(self, arbiter: Arbiter, decided: CaseDecided) -> list[Append]:
        """What was taken for the time being ends here; what the decision takes stands instead.

        A comment that was taken away meanwhile stays away if the case is right about it.
        """
        is_right = decided.outcome is not CaseOutcome.REJECTED
        taken = await self._registry.measures(case_id=arbiter.case.case_id)
        now_ms = self._clock()
        return [
            append
            for row in taken
            if row.fact.is_provisional and not row.is_reversed and row.fact.measure.binds(now_ms)
            if not (is_right and row.fact.measure.step in COMMENT_STEPS)
            for append in await self._measures.undoing(
                arbiter.who, row.fact.measure.measure_id, "provisional"
            )
        ]

    async def _told(
        self, case: Case, decided: CaseDecided, against: AccountId | None
    ) -> list[Append]:
        """Whom the result concerns hears of it, but for reports that came to nothing."""
        is_quiet = case.kind in _CONFIRMING and decided.outcome is CaseOutcome.REJECTED
        also = () if is_quiet else (against,)
        if case.kind is CaseKind.RECHECK:
            also = (*also, case.against)  # whose decision it was
        return await told_of(self._book, case.case_id, decided.outcome, decided.note, *also)

    async def _draft(
        self,
        case: Case,
        step: FurtherStep,
        category: str,
        basis: str,
        lasts_ms: int | None,
        note: str = "",
    ) -> MeasureDraft:
        subject, login = case.subject, None
        if subject.kind is not SubjectKind.ROOM and subject.number is None:
            login = await self._login_of(await self._parties.against(case))
        room = step.room or subject.room
        return MeasureDraft(
            step=step.step,
            category=category,
            basis=basis,
            note=note,
            login=login,
            room=room,
            number=subject.number,
            is_everywhere=step.room is None and step.step not in ROOM_STEPS,
            lasts_ms=lasts_ms,
            functions=step.functions,
        )

    async def _keeps_a_room(self, account: AccountId | None) -> bool:
        standing = None if account is None else await self._accounts.standing(account)
        return standing is not None and standing.keeps_rooms

    async def _login_of(self, account: AccountId | None) -> str:
        standing = None if account is None else await self._accounts.standing(account)
        if standing is None:
            raise BadMessage("Nobody is known whom this would be against.")
        return standing.login


def _measures_in(facts: Sequence[Append]) -> list[Measure]:
    return [one.fact.measure for one in facts if isinstance(one.fact, MeasureTaken)]
