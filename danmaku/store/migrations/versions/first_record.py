"""The record as it began."""

from alembic import op
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


def upgrade() -> None:
    """Make all tables."""
    _make_record()
    _make_rooms()
    _make_people()
    _make_passes()


def _make_record() -> None:
    op.create_table(
        "meta",
        Column("name", String, primary_key=True),
        Column("value", String, nullable=False),
    )
    op.create_table(
        "chain",
        Column("id", String, primary_key=True),
        Column("top", BigInteger, nullable=False),
        Column("number_top", BigInteger, nullable=False),
        Column("version", BigInteger, nullable=False),
        Column("link", LargeBinary, nullable=False),
    )
    op.create_table(
        "entry",
        Column("chain", String, ForeignKey("chain.id"), primary_key=True),
        Column("seq", BigInteger, primary_key=True),
        Column("at_ms", BigInteger, nullable=False),
        Column("kind", String, nullable=False),
        Column("origin", BigInteger),
        Column("number", BigInteger),
        Column("header", LargeBinary, nullable=False),
        Column("leaf_salt", LargeBinary, nullable=False),
        Column("leaf", LargeBinary, nullable=False),
        Column("link", LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "body",
        Column("chain", String, primary_key=True),
        Column("seq", BigInteger, primary_key=True),
        Column("part", String, primary_key=True),
        Column("salt", LargeBinary, nullable=False),
        Column("content", LargeBinary, nullable=False),
        ForeignKeyConstraint(["chain", "seq"], ["entry.chain", "entry.seq"]),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "head",
        Column("chain", String, ForeignKey("chain.id"), primary_key=True),
        Column("seq", BigInteger, primary_key=True),
        Column("at_ms", BigInteger, nullable=False),
        Column("link", LargeBinary, nullable=False),
        Column("signature", LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )


def _make_rooms() -> None:
    op.create_table(
        "room",
        Column("id", String, ForeignKey("chain.id"), primary_key=True),
        Column("owner", BigInteger),
        Column("state", LargeBinary, nullable=False),
        Column("created_ms", BigInteger, nullable=False),
    )
    op.create_table(
        "comment",
        Column("room", String, primary_key=True),
        Column("origin", BigInteger, primary_key=True),
        Column("number", BigInteger),
        Column("status", String, nullable=False),
        Column("account", BigInteger, nullable=False),
        Column("client_key", String, nullable=False, unique=True),
        Column("author", String, nullable=False),
        Column("at_ms", BigInteger, nullable=False),
        Column("position_ms", BigInteger, nullable=False),
        Column("late", Boolean, nullable=False),
        Column("imported", Boolean, nullable=False),
        Column("by", String),
        Column("category", String),
        Column("body_seq", BigInteger, nullable=False),
        Column("published_seq", BigInteger),
        Column("changed_seq", BigInteger, nullable=False),
        Index("comment_by_account", "room", "account", "origin"),
        Index("comment_by_number", "room", "number", unique=True),
        Index("comment_by_position", "room", "position_ms", "number", "changed_seq"),
        sqlite_with_rowid=False,
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
        Column("chain", String, primary_key=True),
        Column("account", BigInteger, primary_key=True),
        Column("pseudonym", String, nullable=False),
        UniqueConstraint("chain", "pseudonym", name="one_account_per_pseudonym"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "account",
        Column("id", BigInteger, primary_key=True, autoincrement=False),
        Column("login_key", String, nullable=False, unique=True),
        Column("login", String, nullable=False),
        Column("name", String, nullable=False),
        Column("password_hash", String),
        Column("version", BigInteger, nullable=False),
    )
    op.create_table(
        "power_grant",
        Column("id", String, primary_key=True),
        Column("account", BigInteger, ForeignKey("account.id"), nullable=False, index=True),
        Column("bundle", String, nullable=False),
        Column("room", String),
        Column("until_ms", BigInteger),
        Column("granted_seq", BigInteger, nullable=False),
        Column("revoked_seq", BigInteger),
    )
    op.create_table(
        "token",
        Column("id", String, primary_key=True),
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
        Column("receipt", String, nullable=False, unique=True),
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
