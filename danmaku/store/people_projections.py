"""Whether the tables about people say what the entries say: measures, documents, and the like."""

from collections import Counter
from typing import Any

from danmaku.domain.controls import laid
from danmaku.store import feature_schema, schema
from danmaku.store.codec import About, canonical
from danmaku.store.control_ground import column_of
from danmaku.store.endpoint_codec import Endpoint
from danmaku.store.endpoint_schema import endpoint
from danmaku.store.entries import Header
from danmaku.store.feature_acts import APPROVED, ON
from danmaku.store.feature_codec import Assessed, Switched
from danmaku.store.legal_hold_codec import HoldLaid, HoldLifted
from danmaku.store.people_codec import (
    Accepted,
    Barred,
    Braked,
    DocumentCame,
    Left,
    Levelled,
    Lifted,
    Reversed,
    Served,
    Taken,
    TookBack,
    Unverified,
    Verified,
    WasRead,
)
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

_MARKS: dict[type[About], str] = {
    Taken: "taken_seq",
    Reversed: "reversed_seq",
    WasRead: "read_seq",
    Served: "read_seq",
}
"""Which column of a measure an entry sets, once."""

_NEWEST = (
    schema.document,
    schema.acceptance,
    schema.identity,
    schema.identity_bar,
    schema.credit,
    schema.closure,
    schema.control,
    schema.legal_hold,
    feature_schema.feature,
    endpoint,
)


class PeopleProjections:
    """As `projections.Projections`, for these tables."""

    def __init__(self, rows: TableRows) -> None:
        self._rows = rows
        self._newest = NewestRows(rows, _NEWEST, _SAID)
        self._marked: Counter[str] = Counter()

    def fault_in(self, row: AnyRow, header: Header) -> str | None:
        """As `Projections.fault_in`."""
        about = header.about
        if (mark := _MARKS.get(type(about))) is not None:
            self._marked[mark] += 1
            return self._fault_of_measure(row, about, mark)
        return self._newest.fault_in(row, header)

    def fault_left(self) -> str | None:
        """As `Projections.fault_left`."""
        for mark in sorted(set(_MARKS.values())):
            column = schema.measure.c[mark]
            if self._rows.count(schema.measure, column.is_not(None)) != self._marked[mark]:
                return f"measure has rows whose {mark} no entry set"
        return self._newest.fault_left()

    def _fault_of_measure(self, row: AnyRow, about: Any, mark: str) -> str | None:
        is_new = isinstance(about, Taken)
        key = about.measure.measure_id if is_new else about.measure_id
        found = self._rows.row(schema.measure, {"id": key})
        if found is None:
            return "it has no row in measure"
        expected: Columns = {mark: row.seq, "account": self._rows.account(about.account)}
        if is_new:
            measure = about.measure
            expected |= {
                "room": measure.room,
                "step": measure.step.value,
                "until_ms": measure.until_ms,
                "measure": canonical(measure),
                "case_id": about.case_id,
                "is_provisional": about.is_provisional,
            }
        return difference(schema.measure, found, expected)


def _document(_row: AnyRow, about: DocumentCame, _account_of: AccountOf) -> RowSaid:
    edition = about.edition
    key: Columns = {"kind": edition.kind.value, "version": edition.version}
    said: Columns = {
        "effective_ms": edition.effective_ms,
        "is_mandatory": edition.is_mandatory,
    }
    return schema.document, key, said


def _acceptance(_row: AnyRow, about: Accepted | TookBack, account_of: AccountOf) -> RowSaid:
    key: Columns = {"account": account_of(about.account), "kind": about.document.value}
    return schema.acceptance, key, {"version": getattr(about, "version", None)}


def _identity(_row: AnyRow, about: Verified, account_of: AccountOf) -> RowSaid:
    said: Columns = {
        "method": about.method,
        "strength": about.strength.value,
        "until_ms": about.until_ms,
    }
    return schema.identity, {"account": account_of(about.account)}, said


def _no_identity(_row: AnyRow, about: Unverified, account_of: AccountOf) -> RowSaid:
    said: Columns = {"method": None, "strength": None, "until_ms": None}
    return schema.identity, {"account": account_of(about.account)}, said


def _barred(_row: AnyRow, about: Barred, account_of: AccountOf) -> RowSaid:
    said: Columns = {"account": account_of(about.account), "measure_id": about.measure_id}
    return schema.identity_bar, {"fingerprint_id": about.fingerprint_id}, said


def _credit(_row: AnyRow, about: Levelled, account_of: AccountOf) -> RowSaid:
    said: Columns = {
        "level": about.level,
        "score": about.score,
        "formula": about.formula,
    }
    return schema.credit, {"account": account_of(about.account)}, said


def _closure(_row: AnyRow, about: Left, account_of: AccountOf) -> RowSaid:
    return schema.closure, {"account": account_of(about.account)}, {}


def _control(_row: AnyRow, about: Braked, _account_of: AccountOf) -> RowSaid:
    stands = laid(about.control, about.beneath)
    until_ms = max(one.until_ms for one in stands)
    said: Columns = {"control": column_of(stands), "until_ms": until_ms}
    return schema.control, {"scope": about.control.scope or ""}, said


def _no_control(_row: AnyRow, about: Lifted, _account_of: AccountOf) -> RowSaid:
    return schema.control, {"scope": about.scope or ""}, {"control": None, "until_ms": None}


def _hold(_row: AnyRow, about: HoldLaid, account_of: AccountOf) -> RowSaid:
    said: Columns = {
        "account": account_of(about.account),
        "reach": canonical(about.reach),
        "is_told": about.is_told,
    }
    return schema.legal_hold, {"id": about.hold_id}, said


def _no_hold(_row: AnyRow, about: HoldLifted, account_of: AccountOf) -> RowSaid:
    said: Columns = {"account": account_of(about.account), "reach": None}
    return schema.legal_hold, {"id": about.hold_id}, said


def _endpoint(_row: AnyRow, about: Endpoint, _account_of: AccountOf) -> RowSaid:
    return endpoint, {"id": about.endpoint_id}, {"state": about.state.value}


def _assessed(_row: AnyRow, about: Assessed, _account_of: AccountOf) -> RowSaid:
    said: Columns = {"stands": about.is_approved, "reference": about.reference}
    return feature_schema.feature, {"feature": about.feature.value, "word": APPROVED}, said


def _switched(_row: AnyRow, about: Switched, _account_of: AccountOf) -> RowSaid:
    said: Columns = {"stands": about.is_on, "reference": ""}
    return feature_schema.feature, {"feature": about.feature.value, "word": ON}, said


_SAID: dict[type[About], Say] = {
    DocumentCame: _document,
    Accepted: _acceptance,
    TookBack: _acceptance,
    Verified: _identity,
    Unverified: _no_identity,
    Barred: _barred,
    Levelled: _credit,
    Left: _closure,
    Braked: _control,
    Lifted: _no_control,
    HoldLaid: _hold,
    HoldLifted: _no_hold,
    Endpoint: _endpoint,
    Assessed: _assessed,
    Switched: _switched,
}
