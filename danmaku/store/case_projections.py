"""Whether the tables of cases say what the entries say."""

from sqlalchemy import Connection, func, select

from danmaku.domain.cases import (
    CaseKind,
    CaseOutcome,
    CaseState,
    Subject,
    SubjectKind,
    filed_id,
    rank_of,
    reported,
    review_id,
)
from danmaku.domain.delay import DELAY_CATEGORY
from danmaku.domain.ids import PLATFORM, RoomId
from danmaku.store import schema
from danmaku.store.case_codec import (
    CaseCame,
    Claimed,
    Decided,
    Escalated,
    Merged,
    Released,
    TakenBack,
)
from danmaku.store.codec import About, judgement_of
from danmaku.store.entries import Header
from danmaku.store.keeping_codec import Answered
from danmaku.store.platform_codec import Filed
from danmaku.store.room_codec import Judged, Published, WasHeld
from danmaku.store.schema import AnyRow
from danmaku.store.table_rows import Columns, TableRows, difference

_case, _receipt = schema.case_file.c, schema.case_receipt.c
_Ending = TakenBack | Merged | Decided


class CaseProjections:
    """As `projections.Projections`, for the cases that one chain opens and ends."""

    def __init__(self, connection: Connection, chain: RoomId) -> None:
        self._connection = connection
        self._chain = chain
        self._rows = TableRows(connection, chain)
        self._opened = 0
        self._ended = 0
        self._turned = 0
        self._receipts = 0
        self._held_on: set[str] = set()  # cases whose comment an entry to come holds once more

    def fault_in(self, row: AnyRow, header: Header) -> str | None:
        """As `Projections.fault_in`."""
        match header.about:
            case WasHeld() as about:
                return self._fault_of_held(row, about)
            case Judged() as about if about.origin != row.seq:
                return self._fault_of_judgement(row, about)
            case Filed() | CaseCame() as filed:
                return self._fault_of_filing(row, filed)
            case about:
                return self._fault_of_life(row, about)

    def _fault_of_life(self, row: AnyRow, about: About) -> str | None:
        match about:
            case Claimed() | Released() | Escalated():
                return self._fault_of_turn(row, about)
            case TakenBack() | Merged() | Decided():
                return self._fault_of_ending(row, about)
            case Answered():
                return self._fault_of_answer(row, about)
            case _:
                return None

    def fault_left(self) -> str | None:
        """As `Projections.fault_left`."""
        if self._rows.count(schema.case_file, _case.opened_chain == self._chain) != self._opened:
            return "case_file has rows that no entry opened"
        if self._rows.count(schema.case_file, _case.ended_chain == self._chain) != self._ended:
            return "case_file has rows that no entry ended"
        if self._held_on:
            return "a case has a category that no entry gave it"
        return self._fault_of_filings() if self._chain == PLATFORM else None

    def _fault_of_filings(self) -> str | None:
        if self._rows.count(schema.case_file, _case.turned_seq.is_not(None)) != self._turned:
            return "case_file has rows that no entry claimed"
        if self._rows.count(schema.case_receipt) != self._receipts:
            return "case_receipt has rows that no entry made"
        filed = select(func.count()).where(_receipt.case_id == _case.id).scalar_subquery()
        is_counted = _case.ending.is_(None) | (_case.ending != CaseState.MERGED.value)
        is_filed = _case.kind != CaseKind.REVIEW.value
        if self._rows.count(schema.case_file, is_counted, is_filed, _case.reports_count != filed):
            return "a case counts other filings than it has"
        return None

    # --- opening

    def _fault_of_held(self, row: AnyRow, about: WasHeld) -> str | None:
        said: Columns = {"against": self._rows.account(about.author)}
        case_id = review_id(self._chain, about.origin)
        found = self._found(case_id)
        raw = row.sealed_content
        category = None if raw is None else judgement_of(raw, 0).category
        if about.origin != row.seq:
            self._held_on.discard(case_id)
            is_other = found is None or category not in {None, found.category}
            return "its row in case_file has another category" if is_other else None
        if category == DELAY_CATEGORY and found is not None and found.category != category:
            self._held_on.add(case_id)
        elif category is not None:
            said["category"] = category
        subject = Subject(SubjectKind.COMMENT, self._chain, origin=row.seq)
        return self._fault_of_opening(row, case_id, CaseKind.REVIEW, subject, said)

    def _fault_of_filing(self, row: AnyRow, about: Filed | CaseCame) -> str | None:
        self._receipts += 1
        if isinstance(about, Filed):
            kind, filer = CaseKind.REPORT, about.reporter
            subject, against = reported(about.room, about.number), None
        else:
            kind, filer = about.case_kind, about.filer
            subject, against = about.subject, self._rows.account(about.against)
        own_id = filed_id(kind, row.seq)
        case_id = getattr(about, "case_id", None) or own_id
        found = self._rows.row(schema.case_receipt, {"receipt": about.receipt})
        if found is None or (found.filed_seq, found.filed_ms, found.filer) != (
            *(row.seq, row.at_ms),
            self._rows.account(filer),
        ):
            return "it has no row in case_receipt"
        if not self._goes_on_in(case_id, found.case_id):
            return "its row in case_receipt has another case_id"
        if case_id != own_id:
            return None
        said: Columns = {"against": against, "category": about.category}
        return self._fault_of_opening(row, own_id, kind, subject, said)

    def _fault_of_opening(
        self, row: AnyRow, case_id: str, kind: CaseKind, subject: Subject, said: Columns
    ) -> str | None:
        self._opened += 1
        found = self._found(case_id)
        if found is None:
            return "it has no row in case_file"
        counted = rank_of(kind, found.category, max(found.reports_count, 1), found.opened_ms)
        return difference(
            schema.case_file,
            found,
            said
            | {
                "kind": kind.value,
                "subject_kind": subject.kind.value,
                "subject": subject.key(found.against),
                "room": subject.room,
                "number": subject.number,
                "origin": subject.origin,
                "measure_id": subject.measure_id,
                "opened_chain": self._chain,
                "opened_seq": row.seq,
                "opened_ms": row.at_ms,
                "rank": counted,
            },
        )

    # --- going on

    def _fault_of_turn(self, row: AnyRow, about: Claimed | Released | Escalated) -> str | None:
        found = self._found(about.case_id)
        if found is None or found.turned_seq is None or found.turned_seq < row.seq:
            return "its case stands as it did before"
        if found.turned_seq > row.seq:
            return None
        self._turned += 1
        said: Columns = {"claimant": None, "lease_until_ms": None}
        if isinstance(about, Claimed):
            said = {"claimant": self._rows.account(about.actor), "lease_until_ms": about.until_ms}
        if isinstance(about, Escalated):
            said["desk"] = about.desk.value
        return difference(schema.case_file, found, said)

    def _fault_of_ending(self, row: AnyRow, about: _Ending) -> str | None:
        said: Columns = {"outcome": None, "decider": None, "merged_into": None}
        match about:
            case Decided(actor=actor, outcome=outcome):
                ending = CaseState.DECIDED
                said |= {"outcome": outcome.value, "decider": self._rows.account(actor)}
            case Merged(actor=actor, into=into):
                ending = CaseState.MERGED
                said |= {"decider": self._rows.account(actor), "merged_into": into}
            case _:
                ending = CaseState.WITHDRAWN
        return self._fault_of_end(row, about.case_id, said | {"ending": ending.value})

    def _fault_of_judgement(self, row: AnyRow, about: Judged) -> str | None:
        """Of a held comment; a decision in the same commit may have ended its case already."""
        case_id = review_id(self._chain, about.origin)
        found = self._found(case_id)
        if found is None:
            return None  # refused at once, and granted on appeal: it was never held
        if (found.ended_chain, found.ended_seq) != (self._chain, row.seq):
            return "its case goes on" if found.ending is None else None
        said: Columns
        if isinstance(about, Published) and about.actor == about.author:
            said = {"ending": CaseState.WITHDRAWN.value, "outcome": None, "decider": None}
            return self._fault_of_end(row, case_id, said)
        is_public = isinstance(about, Published)
        outcome = CaseOutcome.REJECTED if is_public else CaseOutcome.UPHELD
        said = {
            "ending": CaseState.DECIDED.value,
            "outcome": outcome.value,
            "decider": self._rows.account(getattr(about, "actor", None)),
        }
        return self._fault_of_end(row, case_id, said)

    def _fault_of_answer(self, row: AnyRow, about: Answered) -> str | None:
        is_it = _receipt.filed_seq == about.report
        case_id = self._connection.scalar(select(_receipt.case_id).where(is_it))
        found = None if case_id is None else self._found(case_id)
        if found is None or found.ending is None:
            return "its case goes on"
        if (found.ended_chain, found.ended_seq) != (self._chain, row.seq):
            return None
        said: Columns = {
            "outcome": about.finding.value,
            "decider": self._rows.account(about.actor),
        }
        return self._fault_of_end(row, found.id, said)

    def _fault_of_end(self, row: AnyRow, case_id: str, said: Columns) -> str | None:
        self._ended += 1
        found = self._found(case_id)
        if found is None:
            return "it has no row in case_file"
        end = {"ended_chain": self._chain, "ended_seq": row.seq, "ended_ms": row.at_ms}
        return difference(schema.case_file, found, said | end)

    # --- looking

    def _goes_on_in(self, case_id: str, other_id: str) -> bool:
        """Whether a case is the other one, or was merged into it in the end."""
        current: str | None = case_id
        while current is not None and current != other_id:
            found = self._found(current)
            current = None if found is None else found.merged_into
        return current is not None

    def _found(self, case_id: str) -> AnyRow | None:
        return self._rows.row(schema.case_file, {"id": case_id})
