"""Which entries of the platform's chain a legal hold covers: by whom and by what they are about."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, or_, select

from danmaku.domain.ids import PLATFORM, AccountId, RoomId, Seq
from danmaku.domain.legal_hold import LegalHold, Piece, covers
from danmaku.domain.measures import Measure
from danmaku.store import filing_schema, schema
from danmaku.store.codec import About
from danmaku.store.entries import header_of
from danmaku.store.filing_codec import Begun, Mended, OrderOver, Revised, Turned
from danmaku.store.schema import AnyRow

_filing, _order, _entry = filing_schema.filing.c, filing_schema.department_order.c, schema.entry.c
_case, _receipt, _measure = schema.case_file.c, schema.case_receipt.c, schema.measure.c
_comment, _known = schema.comment.c, schema.pseudonym.c
_MEASURE = msgspec.json.Decoder(Measure)
_PEOPLE = ("account", "against", "filer", "reporter")


def covered_in(
    connection: Connection, holds: Sequence[LegalHold], rows: Sequence[AnyRow]
) -> frozenset[Seq]:
    """Those of the entries that must not be destroyed.

    Cost: without holds nothing; else some keys an entry.
    """
    if not holds:
        return frozenset()
    return frozenset(row.seq for row in rows if covers(holds, _piece_of(connection, row)))


def accounts_of(connection: Connection, row: AnyRow) -> set[AccountId]:
    """Whom an entry says it is about, and who filed it."""
    return _people_in(connection, header_of(row.header).about)


def _people_in(connection: Connection, said: Any) -> set[AccountId]:
    names = {getattr(said, name, None) for name in _PEOPLE} - {None}
    wanted = select(_known.account).where(_known.chain == PLATFORM, _known.pseudonym.in_(names))
    return {*connection.scalars(wanted)}


def _piece_of(connection: Connection, row: AnyRow) -> Piece:
    """What an entry is about: what it says, what its case is about, and what its measure is."""
    about = header_of(row.header).about
    named = [about, *_behind_filing(connection, about)]
    people = set[AccountId | None]().union(*(_people_in(connection, one) for one in named))
    said: list[Any] = [getattr(about, "measure", None), getattr(about, "subject", None), *named]
    if (case := _case_of(connection, _first(named, "case_id"), row.seq)) is not None:
        said.append(case)
        people.add(case.against)
    if (measure := _measure_of(connection, _first(named, "measure_id"))) is not None:
        said.append(measure[0])
        people.add(measure[1])
    room, origin, number = (_first(said, name) for name in ("room", "origin", "number"))
    if (found := _comment_of(connection, room, origin, number)) is not None:
        origin = found.origin
        people.add(found.account)
    known = frozenset(one for one in people if one is not None)
    return Piece(known, room, origin, row.at_ms)


@dataclass(frozen=True, slots=True)
class _Subject:
    """What the subject of a filing names."""

    case_id: str | None = None
    measure_id: str | None = None
    room: RoomId | None = None
    origin: Seq | None = None


def _behind_filing(connection: Connection, about: About) -> list[Any]:
    """What an entry about a filing or an order is about beside what it says itself."""
    match about:
        case Begun():
            subject = about.subject
        case Revised() | Turned() | Mended():
            wanted = select(_filing.subject).where(_filing.filing == about.filing)
            subject = connection.scalar(wanted) or ""
        case OrderOver():
            subject = f"order:{about.instruction_id}"
        case _:
            return []
    kind, _, named = subject.partition(":")
    match kind:
        case "case":
            return [_Subject(case_id=named)]
        case "measure":
            return [_Subject(measure_id=named)]
        case "comment":
            room, _, origin = named.partition("/")
            return [_Subject(room=RoomId(room), origin=Seq(int(origin)))]
        case "order":
            is_it = and_(_entry.chain == PLATFORM, _entry.seq == _order.entered)
            entered = select(_entry.header).join(filing_schema.department_order, is_it)
            headers = connection.scalars(entered.where(_order.order_id == named))
            return [header_of(raw).about for raw in headers]
        case _:
            return []


def _comment_of(
    connection: Connection, room: RoomId | None, origin: Seq | None, number: int | None
) -> AnyRow | None:
    # By whichever is known: comparing with None would find every comment that has no number yet.
    keys = ((_comment.origin, origin), (_comment.number, number))
    same = [column == value for column, value in keys if value is not None]
    if room is None or not same:
        return None
    wanted = select(_comment.account, _comment.origin)
    return connection.execute(wanted.where(_comment.room == room, or_(*same))).first()


def _case_of(connection: Connection, named: str | None, seq: Seq) -> AnyRow | None:
    filed = _case.id.in_(select(_receipt.case_id).where(_receipt.filed_seq == seq))
    wanted = select(_case.room, _case.origin, _case.number, _case.against)
    return connection.execute(wanted.where(or_(_case.id == named, filed)).limit(1)).first()


def _measure_of(
    connection: Connection, named: str | None
) -> tuple[Measure, AccountId | None] | None:
    """A measure, and the account that it is against."""
    wanted = select(_measure.measure, _measure.account)
    found = connection.execute(wanted.where(_measure.id == named)).first()
    return None if found is None else (_MEASURE.decode(found.measure), found.account)


def _first(said: Sequence[Any], name: str) -> Any:
    """The first that any of them says."""
    return next((it for one in said if (it := getattr(one, name, None)) is not None), None)
