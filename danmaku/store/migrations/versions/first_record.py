"""The record as it began."""

from typing import Any

from alembic import context, op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)

revision = "0001"
down_revision = None

# SQLite compares texts by code point; PostgreSQL as its database was told, unless a column says.
Words = String().with_variant(String(collation="C"), "postgresql")
_CLIENT_KEY = "one_comment_per_client_key"


def upgrade() -> None:
    """Make all tables."""
    _make_record()
    _make_rooms()
    _make_people()
    _make_passes()
    for number in range(_partitions_count()):
        for table in ("entry", "body", "head", "comment", "pseudonym"):
            _make_partition(table, number)


def _make_partition(table: str, number: int) -> None:
    op.execute(
        f"CREATE TABLE {table}_{number} PARTITION OF {table} "
        f"FOR VALUES WITH (MODULUS {_partitions_count()}, REMAINDER {number})"
    )


def _is_shared() -> bool:
    """Whether it is PostgreSQL, which never had what the next steps change."""
    return op.get_bind().dialect.name == "postgresql"


def _partitions_count() -> int:
    """How many parts the tables that grow with the rooms have; 0: they are whole."""
    if not _is_shared():
        return 0
    count: int = context.config.attributes["partitions_count"]
    return count


def _parted(column: str) -> dict[str, Any]:
    return {"postgresql_partition_by": f"HASH ({column})"} if _partitions_count() else {}


def _make_record() -> None:
    op.create_table(
        "meta",
        Column("name", Words, primary_key=True),
        Column("value", Words, nullable=False),
    )
    op.create_table(
        "chain",
        Column("id", Words, primary_key=True),
        Column("top", BigInteger, nullable=False),
        Column("number_top", BigInteger, nullable=False),
        Column("version", BigInteger, nullable=False),
        Column("link", LargeBinary, nullable=False),
    )
    op.create_table(
        "entry",
        Column("chain", Words, ForeignKey("chain.id"), primary_key=True),
        Column("seq", BigInteger, primary_key=True),
        Column("at_ms", BigInteger, nullable=False),
        Column("kind", Words, nullable=False),
        Column("origin", BigInteger),
        Column("number", BigInteger),
        Column("header", LargeBinary, nullable=False),
        Column("leaf_salt", LargeBinary, nullable=False),
        Column("leaf", LargeBinary, nullable=False),
        Column("link", LargeBinary, nullable=False),
        sqlite_with_rowid=False,
        **_parted("chain"),
    )
    op.create_table(
        "body",
        Column("chain", Words, primary_key=True),
        Column("seq", BigInteger, primary_key=True),
        Column("part", Words, primary_key=True),
        Column("salt", LargeBinary, nullable=False),
        Column("content", LargeBinary, nullable=False),
        ForeignKeyConstraint(["chain", "seq"], ["entry.chain", "entry.seq"]),
        sqlite_with_rowid=False,
        **_parted("chain"),
    )
    op.create_table(
        "head",
        Column("chain", Words, ForeignKey("chain.id"), primary_key=True),
        Column("seq", BigInteger, primary_key=True),
        Column("at_ms", BigInteger, nullable=False),
        Column("link", LargeBinary, nullable=False),
        Column("signature", LargeBinary, nullable=False),
        sqlite_with_rowid=False,
        **_parted("chain"),
    )


def _make_rooms() -> None:
    op.create_table(
        "room",
        Column("id", Words, ForeignKey("chain.id"), primary_key=True),
        Column("owner", BigInteger),
        Column("state", LargeBinary, nullable=False),
        Column("created_ms", BigInteger, nullable=False),
    )
    op.create_table(
        "comment",
        Column("room", Words, primary_key=True),
        Column("origin", BigInteger, primary_key=True),
        Column("number", BigInteger),
        Column("status", Words, nullable=False),
        Column("account", BigInteger, nullable=False),
        Column("client_key", Words, nullable=False, unique=not _is_shared()),
        Column("author", Words, nullable=False),
        Column("at_ms", BigInteger, nullable=False),
        Column("position_ms", BigInteger, nullable=False),
        Column("late", Boolean, nullable=False),
        Column("imported", Boolean, nullable=False),
        Column("by", String),
        Column("category", String),
        Column("body_seq", BigInteger, nullable=False),
        Column("published_seq", BigInteger),
        Column("changed_seq", BigInteger, nullable=False),
        *([UniqueConstraint("client_key", "room", name=_CLIENT_KEY)] if _is_shared() else ()),
        Index("comment_by_account", "room", "account", "origin"),
        Index("comment_by_number", "room", "number", unique=True),
        Index("comment_by_position", "room", "position_ms", "number", "changed_seq"),
        sqlite_with_rowid=False,
        **_parted("room"),
    )
    op.create_index(
        "comment_held",
        "comment",
        ["room", "origin"],
        sqlite_where=text("status = 'held'"),
        postgresql_where=text("status = 'held'"),
    )


def _make_people() -> None:
    op.create_table(
        "pseudonym",
        Column("chain", Words, primary_key=True),
        Column("account", BigInteger, primary_key=True),
        Column("pseudonym", Words, nullable=False),
        UniqueConstraint("chain", "pseudonym", name="one_account_per_pseudonym"),
        sqlite_with_rowid=False,
        **_parted("chain"),
    )
    op.create_table(
        "account",
        Column("id", BigInteger, primary_key=True, autoincrement=False),
        Column("login_key", Words, nullable=False, unique=True),
        Column("login", Words, nullable=False),
        Column("name", Words, nullable=False),
        Column("password_hash", String),
        Column("version", BigInteger, nullable=False),
    )
    op.create_table(
        "power_grant",
        Column("id", Words, primary_key=True),
        Column("account", BigInteger, ForeignKey("account.id"), nullable=False, index=True),
        Column("bundle", Words, nullable=False),
        Column("room", String),
        Column("until_ms", BigInteger),
        Column("granted_seq", BigInteger, nullable=False),
        Column("revoked_seq", BigInteger),
    )
    op.create_table(
        "token",
        Column("id", Words, primary_key=True),
        Column("account", BigInteger, ForeignKey("account.id"), nullable=False, index=True),
        Column("digest", LargeBinary, nullable=False, unique=True),
        Column("label", Text, nullable=False),
        Column("room", String),
        Column("created_ms", BigInteger, nullable=False),
        Column("expires_ms", BigInteger),
        Column("issued_seq", BigInteger, nullable=False),
        Column("revoked_seq", BigInteger),
    )
    op.create_table(
        "report",
        Column("seq", BigInteger, primary_key=True, autoincrement=False),
        Column("receipt", Words, nullable=False, unique=True),
    )


def _make_passes() -> None:
    op.create_table(
        "session",
        Column("digest", LargeBinary, primary_key=True),
        Column("account", BigInteger, ForeignKey("account.id"), nullable=False, index=True),
        Column("until_ms", BigInteger, nullable=False),
    )
    op.create_table(
        "reset",
        Column("digest", LargeBinary, primary_key=True),
        Column("account", BigInteger, ForeignKey("account.id"), nullable=False, index=True),
        Column("until_ms", BigInteger, nullable=False),
    )
