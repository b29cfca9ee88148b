"""The tables of cases: projections, as those in `schema.py`."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table

from danmaku.store.tables import metadata

# A case of every held comment, and of whatever was filed.
case_file = Table(
    "case_file",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),  # see cases.Subject.key
    Column("subject_kind", String, nullable=False),
    Column("room", String),
    Column("number", BigInteger),
    Column("origin", BigInteger),
    Column("measure_id", String),
    Column("against", BigInteger),
    Column("category", String, nullable=False),
    Column("rank", BigInteger, nullable=False),  # see cases.rank_of
    Column("opened_chain", String, nullable=False),
    Column("opened_seq", BigInteger, nullable=False),
    Column("opened_ms", BigInteger, nullable=False),
    Column("queue_ms", BigInteger, nullable=False),
    Column("desk", String, nullable=False),
    Column("reports_count", BigInteger, nullable=False),
    Column("claimant", BigInteger),
    Column("lease_until_ms", BigInteger),
    Column("turned_seq", BigInteger),  # of the platform's newest entry that claimed or passed it on
    Column("ending", String),  # decided | merged | withdrawn
    Column("outcome", String),
    Column("decider", BigInteger),
    Column("merged_into", String),
    Column("ended_chain", String),
    Column("ended_seq", BigInteger),
    Column("ended_ms", BigInteger),
    Index("case_by_subject", "subject", "kind"),
    Index("case_by_measure", "measure_id"),
)

# Few cases are open of all there ever were, so what looks for work looks through those alone.
IS_OPEN = case_file.c.ending.is_(None)
_IS_ENDED = case_file.c.ending.is_not(None)
for _name, _columns in {
    # Holds all that `case_queries` asks of a case that is not the one.
    "case_next": ("rank", "id", "queue_ms", "desk", "lease_until_ms", "kind"),
    "case_of_kind": ("kind", "rank", "id"),
    "case_of_room": ("room", "rank", "id"),
    "case_claimed": ("claimant", "lease_until_ms"),
    "case_overdue": ("kind", "category", "queue_ms"),
    # Once each but for what was reported before cases were: the platform's chain is locked by
    # whoever opens one.
    "case_open": ("kind", "subject"),
}.items():
    Index(
        _name,
        *(case_file.c[_column] for _column in _columns),
        sqlite_where=IS_OPEN,
        postgresql_where=IS_OPEN,
    )
Index(
    "case_ended",
    case_file.c.ended_ms,
    case_file.c.id,
    sqlite_where=_IS_ENDED,
    postgresql_where=_IS_ENDED,
)

# By what word somebody who filed a case asks for it.
case_receipt = Table(
    "case_receipt",
    metadata,
    Column("receipt", String, primary_key=True),
    Column("case_id", String, ForeignKey("case_file.id"), nullable=False, index=True),
    Column("filer", BigInteger, ForeignKey("account.id"), index=True),
    Column("filed_seq", BigInteger, nullable=False, index=True),
    Column("filed_ms", BigInteger, nullable=False),
)
