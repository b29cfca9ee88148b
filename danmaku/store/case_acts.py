"""What facts about cases do to the page: check first, then put."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from msgspec.structs import replace as with_row

from danmaku.domain.case_facts import (
    CaseClaimed,
    CaseDecided,
    CaseEscalated,
    CaseFiled,
    CaseMerged,
    CaseReleased,
    CaseWithdrawn,
    ResultTold,
)
from danmaku.domain.cases import (
    Case,
    CaseKind,
    CaseOutcome,
    CaseState,
    Desk,
    Subject,
    SubjectKind,
    filed_id,
    filed_under,
    rank_of,
    reported,
    review_id,
)
from danmaku.domain.delay import DELAY_CATEGORY, KEPT_MS
from danmaku.domain.facts import (
    CommentHeld,
    CommentPublished,
    CommentRefused,
    Entry,
    ReportFiled,
)
from danmaku.domain.ids import AccountId, Millis, RoomId, Seq
from danmaku.domain.keeping_facts import ReportAnswered
from danmaku.errors import Code, Coded, Stale
from danmaku.store.cases import CaseRow, opened
from danmaku.store.page import Page
from danmaku.store.platform_acts import about_account

# --- what opens a case


def hold(page: Page, entry: Entry, fact: CommentHeld) -> None:
    """Open the case of a held comment; what may yet appear by itself is the room's till then."""
    if fact.origin is not None:
        _hold_on(page, entry, fact.category, fact.origin)
        return
    subject = Subject(SubjectKind.COMMENT, entry.chain, origin=entry.seq)
    case_id = review_id(entry.chain, entry.seq)
    is_delayed = fact.category == DELAY_CATEGORY
    case = opened(
        case_id,
        CaseKind.REVIEW,
        subject,
        fact.category,
        against=fact.author,
        opened_ms=page.now_ms,
        kept_until_ms=Millis(page.now_ms + KEPT_MS) if is_delayed else None,
    )
    _begin(page, case, entry)


def _hold_on(page: Page, entry: Entry, category: str, origin: Seq) -> None:
    """What does not appear by itself after all has a case for the platform, from now on."""
    row = page.ground.cases.get(review_id(entry.chain, origin))
    if row is None or row.case.ending is not None:
        return
    case = row.case
    rank = rank_of(case.kind, category, max(case.reports_count, 1), case.opened_ms)
    queue_ms = min(case.queue_ms, page.now_ms)
    _keep(page, row, category=category, rank=rank, desk=Desk.PLATFORM, queue_ms=queue_ms)


def judge(page: Page, entry: Entry, fact: CommentPublished | CommentRefused, origin: Seq) -> None:
    """End the case of a held comment with what somebody made of it, unless they just did."""
    row = page.ground.cases.get(review_id(entry.chain, origin))
    if row is None or row.case.ending is not None:
        return
    if isinstance(fact, CommentPublished) and fact.actor == fact.author:
        _end(page, row, entry, CaseState.WITHDRAWN)  # its time was over, and nobody stopped it
        return
    outcome = CaseOutcome.UPHELD if isinstance(fact, CommentRefused) else CaseOutcome.REJECTED
    _end(page, row, entry, CaseState.DECIDED, outcome=outcome, decider=fact.actor)


def _file_report(page: Page, chain: RoomId, fact: ReportFiled) -> Entry:
    subject = reported(fact.room, fact.number)
    joined = page.ground.open_cases.get((CaseKind.REPORT, subject.key(None)))
    entry = page.put(chain, replace(fact, case_id=joined))
    case_id = joined or filed_id(CaseKind.REPORT, entry.seq)
    case = opened(
        case_id,
        CaseKind.REPORT,
        subject,
        fact.category,
        against=None,
        opened_ms=page.now_ms,
        kept_until_ms=fact.kept_until_ms,
    )
    page.rows["report"].append(
        {
            "seq": entry.seq,
            "receipt": fact.receipt,
            "room": fact.room,
            "answered_seq": None,
            "finding": None,
        }
    )
    _enter(page, entry, case, fact.receipt, fact.reporter)
    return entry


def _file(page: Page, chain: RoomId, fact: CaseFiled) -> Entry:
    """Complaints of several people on one thing are one case; an appeal is one person's."""
    kind = fact.case_kind
    joined = page.ground.open_cases.get((kind, fact.subject.key(fact.against)))
    if joined is not None and kind is CaseKind.APPEAL:
        raise Coded(Code.DUPLICATE, "There is such an appeal already.")
    entry = page.put(chain, replace(fact, case_id=joined))
    case = opened(
        joined or filed_id(kind, entry.seq),
        kind,
        fact.subject,
        fact.category,
        against=fact.against,
        opened_ms=page.now_ms,
    )
    _enter(page, entry, case, fact.receipt, fact.filer)
    return entry


def _enter(page: Page, entry: Entry, case: Case, receipt: str, filer: AccountId | None) -> None:
    """Have a filing open its case, or join the one of that name."""
    page.ground.receipts[filed_under(receipt)] = case.case_id
    row = page.ground.cases.get(case.case_id)
    if row is None:
        _begin(page, case, entry)
    else:
        _join(page, row, case.queue_ms)
    page.rows["case_receipt"].append(
        {
            "receipt": receipt,
            "case_id": case.case_id,
            "filer": filer,
            "filed_seq": entry.seq,
            "filed_ms": page.now_ms,
        }
    )


def _begin(page: Page, case: Case, entry: Entry) -> None:
    page.ground.cases[case.case_id] = CaseRow(case, entry.chain, entry.seq)
    page.ground.open_cases[case.kind, case.subject.key(case.against)] = case.case_id


def _join(page: Page, row: CaseRow, queue_ms: Millis) -> None:
    case = row.case
    count = case.reports_count + 1
    rank = rank_of(case.kind, case.category, count, case.opened_ms)
    _keep(page, row, reports_count=count, rank=rank, queue_ms=min(case.queue_ms, queue_ms))


# --- what becomes of it


def _going(page: Page, case_id: str) -> CaseRow:
    row = page.ground.cases.get(case_id)
    if row is None:
        raise Coded(Code.NOT_FOUND)
    if row.case.ending is not None:
        raise Stale  # of two who end it at once, the first does
    return row


def _held_by(page: Page, case_id: str, actor: AccountId) -> CaseRow:
    """A case whose last claimant is `actor`: the lease may be over, if nobody else came since."""
    row = _going(page, case_id)
    if row.case.claimant != actor:
        raise Stale
    return row


def _claim(page: Page, chain: RoomId, fact: CaseClaimed) -> Entry:
    row = _going(page, fact.case_id)
    if row.case.is_leased(page.now_ms) and row.case.claimant != fact.actor:
        raise Stale  # of two who claim it at once, the first has it
    entry = page.put(chain, fact)
    _turn(page, row, entry, claimant=fact.actor, lease_until_ms=fact.until_ms)
    return entry


def _release(page: Page, chain: RoomId, fact: CaseReleased) -> Entry:
    row = _held_by(page, fact.case_id, fact.actor)
    entry = page.put(chain, fact)
    _turn(page, row, entry, claimant=None, lease_until_ms=None)
    return entry


def _escalate(page: Page, chain: RoomId, fact: CaseEscalated) -> Entry:
    row = _going(page, fact.case_id)
    entry = page.put(chain, fact)
    queue_ms = min(row.case.queue_ms, page.now_ms)
    free = {"claimant": None, "lease_until_ms": None}
    _turn(page, row, entry, desk=fact.desk, queue_ms=queue_ms, **free)
    return entry


def _merge(page: Page, chain: RoomId, fact: CaseMerged) -> Entry:
    row, target = _held_by(page, fact.case_id, fact.actor), _going(page, fact.into)
    entry = page.put(chain, fact)
    count = target.case.reports_count + row.case.reports_count
    rank = rank_of(target.case.kind, target.case.category, count, target.case.opened_ms)
    _keep(page, target, reports_count=count, rank=rank)
    _end(page, row, entry, CaseState.MERGED, decider=fact.actor, merged_into=fact.into)
    page.rows["case_moved"].append({"_case_id": fact.case_id, "case_id": fact.into})
    return entry


def _withdraw(page: Page, chain: RoomId, fact: CaseWithdrawn) -> Entry:
    row = _going(page, fact.case_id)
    if row.case.reports_count > 1:
        raise Stale  # others have joined meanwhile
    entry = page.put(chain, fact)
    _end(page, row, entry, CaseState.WITHDRAWN)
    return entry


def _decide(page: Page, chain: RoomId, fact: CaseDecided) -> Entry:
    row = _held_by(page, fact.case_id, fact.actor)
    entry = page.put(chain, fact)
    _end(page, row, entry, CaseState.DECIDED, outcome=fact.outcome, decider=fact.actor)
    return entry


def answer(page: Page, entry: Entry, fact: ReportAnswered) -> None:
    """End the case of a report that its room's keepers have answered."""
    row = page.ground.cases.get(page.ground.filed_in.get(fact.report, ""))
    if row is not None and row.case.ending is None:
        outcome = CaseOutcome(fact.finding.value)
        _end(page, row, entry, CaseState.DECIDED, outcome=outcome, decider=fact.actor)


def _tell(page: Page, chain: RoomId, fact: ResultTold) -> Entry:
    return about_account(page, chain, fact, fact.account)


def _turn(page: Page, row: CaseRow, entry: Entry, **changes: Any) -> None:
    _keep(page, with_row(row, turned_seq=entry.seq), **changes)


def _end(page: Page, row: CaseRow, entry: Entry, ending: CaseState, **changes: Any) -> None:
    case = row.case
    ended = with_row(row, ended_chain=entry.chain, ended_seq=entry.seq)
    _keep(page, ended, ending=ending, ended_ms=page.now_ms, **changes)
    page.ground.open_cases.pop((case.kind, case.subject.key(case.against)), None)


def _keep(page: Page, row: CaseRow, **changes: Any) -> None:
    case = replace(row.case, **changes)
    page.ground.cases[case.case_id] = with_row(row, case=case)


ACTS: dict[type, Callable[[Page, RoomId, Any], Entry]] = {
    ReportFiled: _file_report,
    CaseFiled: _file,
    CaseClaimed: _claim,
    CaseReleased: _release,
    CaseEscalated: _escalate,
    CaseMerged: _merge,
    CaseWithdrawn: _withdraw,
    CaseDecided: _decide,
    ResultTold: _tell,
}
