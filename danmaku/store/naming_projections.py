"""Whether names stand as the entries say."""

from sqlalchemy import Connection, and_, func, or_, select

from danmaku.domain.naming import Surface
from danmaku.store import schema
from danmaku.store.naming_codec import shown_in
from danmaku.store.platform_codec import sealed_account_of
from danmaku.store.schema import AnyRow

_naming, _account = schema.naming.c, schema.account.c


def fault_of_name(connection: Connection, row: AnyRow, found: AnyRow) -> str | None:
    """What is wrong with an account's name, if the entry in `row` is the one that set it.

    Args:
        connection: To the tables.
        row: As `projections.Projections.fault_in` gets it; of a registration, or a name's.
        found: What the entry made: a row of `account`, or one of `naming`.
    """
    is_name = row.kind != "account_registered" and found.surface == Surface.NAME.value
    if is_name and found.subject != str(found.account):
        return "its row in naming has another subject"
    if row.sealed_content is None:
        return None
    if row.kind == "account_registered":
        if _has_another(connection, str(found.id)):
            return None
        name, expected = found.name, sealed_account_of(row.sealed_content).name
    elif found.surface == Surface.NAME.value and found.over_seq is None:
        name = connection.scalar(select(_account.name).where(_account.id == found.account))
        expected = shown_in(row.sealed_content)
    else:
        return None
    return None if name == expected else "its row in account has another name"


def _has_another(connection: Connection, subject: str) -> bool:
    is_its = and_(_naming.surface == Surface.NAME.value, _naming.subject == subject)
    wanted = select(_naming.seq).where(is_its, _naming.over_seq.is_(None))
    return connection.scalar(wanted) is not None


def fault_of_standing_names(connection: Connection) -> str | None:
    """What is wrong with which name of each subject stands, after the last entry."""
    later = schema.naming.alias("later").c
    follows = and_(
        later.surface == _naming.surface,
        later.subject == _naming.subject,
        later.seq > _naming.seq,
        or_(later.over_seq.is_(None), later.over_seq != later.seq),
    )
    next_seq = select(func.min(later.seq)).where(follows).scalar_subquery()
    replaced_by = func.coalesce(_naming.over_seq, 0)
    stands_rightly = or_(replaced_by == _naming.seq, replaced_by == func.coalesce(next_seq, 0))
    wrong = connection.scalar(select(_naming.seq).where(~stands_rightly).limit(1))
    return None if wrong is None else "naming has rows that stand otherwise than the entries say"
