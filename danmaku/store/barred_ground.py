"""Bars and verifications of one person that meet while one transaction is made; see `ground.py`.

Article: articles.Article.BLACKLIST
"""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection, select

from danmaku.domain.ids import AccountId
from danmaku.domain.measures import Step
from danmaku.domain.people_facts import IdentityBarred, IdentityVerified
from danmaku.ports import Append
from danmaku.store import schema

_sealed, _barred, _bar = schema.sealed_person.c, schema.barred_person.c, schema.identity_bar.c
_measure, _identity = schema.measure.c, schema.identity.c


def barred_in(connection: Connection, appends: Iterable[Append]) -> dict[AccountId, bool]:
    """Whether somebody whom appends call verified is a person that a bar keeps out."""
    asked = {one.fact.account for one in appends if isinstance(one.fact, IdentityVerified)}
    if not asked:
        return {}
    held = (
        select(_sealed.account)
        .join(schema.barred_person, _barred.fingerprint == _sealed.fingerprint)
        .join(schema.identity_bar, _bar.fingerprint_id == _barred.id)
        .join(schema.measure, _measure.id == _bar.measure_id)
        .where(_sealed.account.in_(asked), _measure.reversed_seq.is_(None))  # bars have no end
    )
    return dict.fromkeys(connection.scalars(held), True)


def alike_in(
    connection: Connection, appends: Iterable[Append]
) -> dict[AccountId, frozenset[AccountId]]:
    """All accounts of the persons whom appends bar, by the account that is named."""
    asked = {one.fact.account for one in appends if isinstance(one.fact, IdentityBarred)}
    if not asked:
        return {}
    own = schema.sealed_person.alias()
    same = select(own.c.account, _sealed.account.label("other")).join(
        schema.sealed_person, own.c.fingerprint == _sealed.fingerprint
    )
    found = defaultdict[AccountId, set[AccountId]](set)
    for row in connection.execute(same.where(own.c.account.in_(asked))):
        found[row.account].add(row.other)
    return {account: frozenset(others) for account, others in found.items()}


def free_in(
    connection: Connection, persons: Iterable[frozenset[AccountId]]
) -> dict[AccountId, bool]:
    """Which accounts of these persons are verified, and no bar is on them."""
    asked = frozenset[AccountId]().union(*persons)
    if not asked:
        return {}
    kept_out = select(_measure.account).where(
        _measure.account.in_(asked),
        _measure.step == Step.FORBID.value,
        _measure.reversed_seq.is_(None),
    )
    verified = select(_identity.account).where(
        _identity.account.in_(asked), _identity.method.is_not(None)
    )
    wanted = verified.where(_identity.account.not_in(kept_out))
    return dict.fromkeys(connection.scalars(wanted), True)
