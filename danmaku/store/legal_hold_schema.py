"""The table of legal holds: a projection, as those in `schema.py`."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, LargeBinary, String, Table

from danmaku.store.tables import metadata

# The newest word on each: `seq` is that of the entry which said it.
legal_hold = Table(
    "legal_hold",
    metadata,
    Column("id", String, primary_key=True),
    Column("account", BigInteger, ForeignKey("account.id"), index=True),
    Column("reach", LargeBinary),  # canonical JSON; None: it was lifted
    Column("is_told", Boolean, nullable=False),
    Column("seq", BigInteger, nullable=False),
)
