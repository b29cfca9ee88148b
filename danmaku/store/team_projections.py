"""Whether the tables of the staff say what the entries say."""

from danmaku.store import team_schema as tables
from danmaku.store.codec import About
from danmaku.store.entries import Header
from danmaku.store.schema import AnyRow
from danmaku.store.table_rows import (
    AccountOf,
    Columns,
    NewestRows,
    RowSaid,
    Say,
    TableRows,
    difference,
)
from danmaku.store.team_codec import (
    Drawn,
    LookedAgain,
    LotsCame,
    OffDuty,
    OnDuty,
    QuestionsCame,
    TestTaken,
)
from danmaku.store.team_ground import LOTS

_NEWEST = (tables.question_set, tables.training, tables.duty, tables.lots)
_recheck = tables.recheck.c


class TeamProjections:
    """As `projections.Projections`, for these tables."""

    def __init__(self, rows: TableRows) -> None:
        self._rows = rows
        self._newest = NewestRows(rows, _NEWEST, _SAID)
        self._drawn = 0
        self._judged = 0

    def fault_in(self, row: AnyRow, header: Header) -> str | None:
        """As `Projections.fault_in`."""
        match header.about:
            case Drawn() as about:
                self._drawn += 1
                return self._fault_of_recheck(row.seq, self._drawn_row(row, about))
            case LookedAgain() as about:
                self._judged += 1
                said = {
                    "judged_seq": row.seq,
                    "second": self._rows.account(about.actor),
                    "says_violates": about.violates,
                    "says_category": about.category,
                }
                return self._fault_of_recheck(about.recheck, said)
            case _:
                return self._newest.fault_in(row, header)

    def _fault_of_recheck(self, recheck: int, said: Columns) -> str | None:
        found = self._rows.row(tables.recheck, {"recheck": recheck})
        if found is None:
            return "it has no row in recheck"
        return difference(tables.recheck, found, said)

    def _drawn_row(self, row: AnyRow, about: Drawn) -> Columns:
        same = ("decided_chain", "decided_seq", "decided_ms", "room", "origin", "number")
        more = ("measure_id", "violates", "category")
        said: Columns = {name: getattr(about, name) for name in same + more}
        return said | {"actor": self._rows.account(about.actor), "drawn_ms": row.at_ms}

    def fault_left(self) -> str | None:
        """As `Projections.fault_left`."""
        drawn = self._rows.count(tables.recheck)
        judged = self._rows.count(tables.recheck, _recheck.judged_seq.is_not(None))
        if (drawn, judged) != (self._drawn, self._judged):
            return "recheck has rows that no entry made"
        return self._newest.fault_left()


def _questions(_row: AnyRow, about: QuestionsCame, _account_of: AccountOf) -> RowSaid:
    return tables.question_set, {"version": about.version}, {}


def _test(row: AnyRow, about: TestTaken, account_of: AccountOf) -> RowSaid:
    has_passed = about.until_ms is not None
    key: Columns = {"account": account_of(about.account), "has_passed": has_passed}
    said: Columns = {
        "version": about.version,
        "right_count": about.right_count,
        "asked_count": about.asked_count,
        "at_ms": row.at_ms,
        "until_ms": about.until_ms,
    }
    return tables.training, key, said


def _on(row: AnyRow, about: OnDuty, account_of: AccountOf) -> RowSaid:
    said: Columns = {"begun_ms": row.at_ms, "until_ms": about.until_ms}
    return tables.duty, {"account": account_of(about.account)}, said


def _off(_row: AnyRow, about: OffDuty, account_of: AccountOf) -> RowSaid:
    gone: Columns = {"begun_ms": None, "until_ms": None}
    return tables.duty, {"account": account_of(about.account)}, gone


def _lots(_row: AnyRow, about: LotsCame, _account_of: AccountOf) -> RowSaid:
    said: Columns = {"upto_seq": about.upto_seq, "upto_ms": about.upto_ms}
    return tables.lots, {"name": LOTS}, said


_SAID: dict[type[About], Say] = {
    QuestionsCame: _questions,
    TestTaken: _test,
    OnDuty: _on,
    OffDuty: _off,
    LotsCame: _lots,
}
