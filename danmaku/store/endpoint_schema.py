"""The tables of endpoints: the first a projection, as those in `schema.py`; the others of no chain.

What lies between an endpoint's place in a chain and the chain's top is what it has not been told.
"""

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table

from danmaku.store.tables import metadata

# The newest word on each: `seq` is that of the entry which said it.
endpoint = Table(
    "endpoint",
    metadata,
    Column("id", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
)

endpoint_secret = Table(
    "endpoint_secret",
    metadata,
    Column("endpoint", String, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),  # with the keys of the vault
)

# A chain without a row began after the endpoint did: its place is before the first entry.
endpoint_place = Table(
    "endpoint_place",
    metadata,
    Column("endpoint", String, primary_key=True),
    Column("chain", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# Which node tells it, until when, and how that goes.
endpoint_turn = Table(
    "endpoint_turn",
    metadata,
    Column("endpoint", String, primary_key=True),
    Column("node", String, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("tries", BigInteger, nullable=False),  # that failed of the message that is next
    Column("next_ms", BigInteger, nullable=False),
    Column("failing_since_ms", BigInteger),  # None: the last message reached it, or none was sent
)

endpoint_try = Table(
    "endpoint_try",
    metadata,
    Column("endpoint", String, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("message_id", String, nullable=False),
    Column("event", String, nullable=False),
    Column("chain", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("outcome", String, nullable=False),
    Column("status", BigInteger),
    Column("took_ms", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
