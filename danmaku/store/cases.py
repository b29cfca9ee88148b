"""A case as its row gives it, and as a fact leaves it."""

from dataclasses import asdict

import msgspec

from danmaku.domain.cases import (
    Case,
    CaseKind,
    CaseOutcome,
    CaseState,
    Desk,
    Subject,
    SubjectKind,
    rank_of,
)
from danmaku.domain.ids import AccountId, Millis, RoomId, Seq
from danmaku.store.schema import AnyRow


class CaseRow(msgspec.Struct, frozen=True):
    """A case, and what the record alone needs to know of it."""

    case: Case
    opened_chain: RoomId
    opened_seq: Seq
    turned_seq: Seq | None = None
    ended_chain: RoomId | None = None
    ended_seq: Seq | None = None

    def values(self) -> dict[str, object]:
        """The row of the table."""
        case = self.case
        said = asdict(case)
        case_id, subject = said.pop("case_id"), said.pop("subject")
        return {
            **said,
            **subject,
            "id": case_id,
            "kind": case.kind.value,
            "subject_kind": case.subject.kind.value,
            "subject": case.subject.key(case.against),
            "desk": case.desk.value,
            "ending": case.ending and case.ending.value,
            "outcome": case.outcome and case.outcome.value,
            "opened_chain": self.opened_chain,
            "opened_seq": self.opened_seq,
            "turned_seq": self.turned_seq,
            "ended_chain": self.ended_chain,
            "ended_seq": self.ended_seq,
        }


def case_of(row: AnyRow) -> Case:
    """The case in a row of `case_file`."""
    subject = Subject(
        SubjectKind(row.subject_kind), row.room, row.number, row.origin, row.measure_id
    )
    return Case(
        case_id=row.id,
        kind=CaseKind(row.kind),
        subject=subject,
        against=row.against,
        category=row.category,
        opened_ms=row.opened_ms,
        queue_ms=row.queue_ms,
        desk=Desk(row.desk),
        reports_count=row.reports_count,
        rank=row.rank,
        claimant=row.claimant,
        lease_until_ms=row.lease_until_ms,
        ending=None if row.ending is None else CaseState(row.ending),
        outcome=None if row.outcome is None else CaseOutcome(row.outcome),
        decider=row.decider,
        ended_ms=row.ended_ms,
        merged_into=row.merged_into,
    )


def case_row_of(row: AnyRow) -> CaseRow:
    """A row of `case_file`, whole."""
    return CaseRow(
        case=case_of(row),
        opened_chain=row.opened_chain,
        opened_seq=row.opened_seq,
        turned_seq=row.turned_seq,
        ended_chain=row.ended_chain,
        ended_seq=row.ended_seq,
    )


def opened(  # noqa: PLR0913 -- a case begins with these
    case_id: str,
    kind: CaseKind,
    subject: Subject,
    category: str,
    *,
    against: AccountId | None,
    opened_ms: Millis,
    kept_until_ms: Millis | None = None,
) -> Case:
    """A case as its first entry leaves it.

    Args:
        case_id: Its name.
        kind: Which.
        subject: What it is about.
        category: Of whoever opened it.
        against: The account it is about, if that is said.
        opened_ms: When.
        kept_until_ms: Until when it is the room's keepers'; None: it is the platform's.
    """
    return Case(
        case_id=case_id,
        kind=kind,
        subject=subject,
        against=against,
        category=category,
        opened_ms=opened_ms,
        queue_ms=opened_ms if kept_until_ms is None else kept_until_ms,
        desk=_desk_of(kind, subject) if kept_until_ms is None else Desk.KEEPERS,
        reports_count=0 if kind is CaseKind.REVIEW else 1,
        rank=rank_of(kind, category, 1, opened_ms),
    )


def _desk_of(kind: CaseKind, subject: Subject) -> Desk:
    """Where a case of the platform's waits first: what editors alone can grant, with them."""
    is_editors = kind is CaseKind.RECHECK or subject.kind is SubjectKind.GRANT
    return Desk.EDITOR if is_editors else Desk.PLATFORM
