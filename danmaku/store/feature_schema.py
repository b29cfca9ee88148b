"""The tables of features and likes; as `schema.py` says of all tables."""

from sqlalchemy import BigInteger, Boolean, Column, String, Table

from danmaku.store.schema import metadata

# The newest word on each: `seq` is that of the entry which said it.
feature = Table(
    "feature",
    metadata,
    Column("feature", String, primary_key=True),
    Column("word", String, primary_key=True),  # approved | on
    Column("stands", Boolean, nullable=False),
    Column("reference", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
)

comment_like = Table(
    "comment_like",
    metadata,
    Column("room", String, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("account", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("stands", Boolean, nullable=False),
    Column("seq", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# How many of these stand, so that a list need not count them.
like_count = Table(
    "like_count",
    metadata,
    Column("room", String, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("likes", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
