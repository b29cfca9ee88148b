"""Whether the tables about people say what the entries say: measures, documents, and the like."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Table, and_, func, select, true

from danmaku.domain.ids import PLATFORM, AccountId, Pseudonym
from danmaku.store import feature_schema, schema
from danmaku.store.codec import About, canonical
from danmaku.store.entries import Header
from danmaku.store.feature_acts import APPROVED, ON
from danmaku.store.feature_codec import Assessed, Switched
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

AccountOf = Callable[[Pseudonym], AccountId | None]
_Key = dict[str, object]
_Said = tuple[Table, _Key, dict[str, object]]  # a table, a key there, and what its row must say

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
    feature_schema.feature,
)


class PeopleProjections:
    """As `projections.Projections`, for these tables."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._marked: Counter[str] = Counter()
        self._settled: Counter[Table] = Counter()

    def fault_in(self, row: AnyRow, header: Header) -> str | None:
        """As `Projections.fault_in`."""
        about = header.about
        if (mark := _MARKS.get(type(about))) is not None:
            self._marked[mark] += 1
            return self._fault_of_measure(row, about, mark)
        if (said_by := _SAID.get(type(about))) is None:
            return None
        table, key, expected = said_by(about, self._account)
        found = self._row(table, key)
        if found is None or found.seq < row.seq:
            return f"it has no row in {table.name}"
        if found.seq > row.seq:
            return None  # a later entry replaced it
        self._settled[table] += 1
        return _difference(table, found, expected)

    def fault_left(self) -> str | None:
        """As `Projections.fault_left`."""
        for mark in sorted(set(_MARKS.values())):
            column = schema.measure.c[mark]
            if self._count(schema.measure, column.is_not(None)) != self._marked[mark]:
                return f"measure has rows whose {mark} no entry set"
        for table in _NEWEST:
            if self._count(table, true()) != self._settled[table]:
                return f"{table.name} has rows that no entry made"
        return None

    def _fault_of_measure(self, row: AnyRow, about: Any, mark: str) -> str | None:
        is_new = isinstance(about, Taken)
        key = about.measure.measure_id if is_new else about.measure_id
        found = self._row(schema.measure, {"id": key})
        if found is None:
            return "it has no row in measure"
        expected: dict[str, object] = {mark: row.seq, "account": self._account(about.account)}
        if is_new:
            measure = about.measure
            expected |= {
                "room": measure.room,
                "step": measure.step.value,
                "until_ms": measure.until_ms,
                "measure": canonical(measure),
            }
        return _difference(schema.measure, found, expected)

    def _account(self, name: Pseudonym | None) -> AccountId | None:
        known = schema.pseudonym.c
        return self._connection.scalar(
            select(known.account).where(known.chain == PLATFORM, known.pseudonym == name)
        )

    def _row(self, table: Table, key: _Key) -> AnyRow | None:
        is_it = and_(*(table.c[name] == value for name, value in key.items()))
        return self._connection.execute(select(table).where(is_it)).first()

    def _count(self, table: Table, condition: Any) -> int:
        counted = select(func.count()).select_from(table).where(condition)
        return int(self._connection.scalar(counted) or 0)


def _difference(table: Table, found: AnyRow, expected: dict[str, object]) -> str | None:
    for name, value in expected.items():
        if getattr(found, name) != value:
            return f"its row in {table.name} has another {name}"
    return None


def _document(about: DocumentCame, _account_of: AccountOf) -> _Said:
    edition = about.edition
    key: _Key = {"kind": edition.kind.value, "version": edition.version}
    said: dict[str, object] = {
        "effective_ms": edition.effective_ms,
        "is_mandatory": edition.is_mandatory,
    }
    return schema.document, key, said


def _acceptance(about: Accepted | TookBack, account_of: AccountOf) -> _Said:
    key: _Key = {"account": account_of(about.account), "kind": about.document.value}
    return schema.acceptance, key, {"version": getattr(about, "version", None)}


def _identity(about: Verified, account_of: AccountOf) -> _Said:
    said: dict[str, object] = {
        "method": about.method,
        "strength": about.strength.value,
        "until_ms": about.until_ms,
    }
    return schema.identity, {"account": account_of(about.account)}, said


def _no_identity(about: Unverified, account_of: AccountOf) -> _Said:
    said: dict[str, object] = {"method": None, "strength": None, "until_ms": None}
    return schema.identity, {"account": account_of(about.account)}, said


def _barred(about: Barred, account_of: AccountOf) -> _Said:
    said: dict[str, object] = {"account": account_of(about.account), "measure_id": about.measure_id}
    return schema.identity_bar, {"fingerprint_id": about.fingerprint_id}, said


def _credit(about: Levelled, account_of: AccountOf) -> _Said:
    said: dict[str, object] = {
        "level": about.level,
        "score": about.score,
        "formula": about.formula,
    }
    return schema.credit, {"account": account_of(about.account)}, said


def _closure(about: Left, account_of: AccountOf) -> _Said:
    return schema.closure, {"account": account_of(about.account)}, {}


def _control(about: Braked, _account_of: AccountOf) -> _Said:
    control = about.control
    said: dict[str, object] = {"control": canonical(control), "until_ms": control.until_ms}
    return schema.control, {"scope": control.scope or ""}, said


def _no_control(about: Lifted, _account_of: AccountOf) -> _Said:
    return schema.control, {"scope": about.scope or ""}, {"control": None, "until_ms": None}


def _assessed(about: Assessed, _account_of: AccountOf) -> _Said:
    said: dict[str, object] = {"stands": about.is_approved, "reference": about.reference}
    return feature_schema.feature, {"feature": about.feature.value, "word": APPROVED}, said


def _switched(about: Switched, _account_of: AccountOf) -> _Said:
    said: dict[str, object] = {"stands": about.is_on, "reference": ""}
    return feature_schema.feature, {"feature": about.feature.value, "word": ON}, said


_SAID: dict[type[About], Callable[[Any, AccountOf], _Said]] = {
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
    Assessed: _assessed,
    Switched: _switched,
}
