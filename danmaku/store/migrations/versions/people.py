"""Measures, documents, identities, credit and controls."""

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, LargeBinary, String

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make their tables."""
    _make_measures()
    _make_documents()
    _make_identities()
    op.create_table(
        "control",
        Column("scope", String, primary_key=True),
        Column("control", LargeBinary),
        Column("until_ms", BigInteger),
        Column("seq", BigInteger, nullable=False),
    )


def _make_measures() -> None:
    op.create_table(
        "measure",
        Column("id", String, primary_key=True),
        Column("account", BigInteger, ForeignKey("account.id"), index=True),
        Column("room", String, index=True),
        Column("step", String, nullable=False),
        Column("until_ms", BigInteger),
        Column("measure", LargeBinary, nullable=False),
        Column("taken_seq", BigInteger, nullable=False),
        Column("reversed_seq", BigInteger),
        Column("read_seq", BigInteger),
    )


def _make_documents() -> None:
    op.create_table(
        "document",
        Column("kind", String, primary_key=True),
        Column("version", BigInteger, primary_key=True, autoincrement=False),
        Column("effective_ms", BigInteger, nullable=False),
        Column("is_mandatory", Boolean, nullable=False),
        Column("seq", BigInteger, nullable=False),
    )
    op.create_table(
        "acceptance",
        Column("account", BigInteger, ForeignKey("account.id"), primary_key=True),
        Column("kind", String, primary_key=True),
        Column("version", BigInteger),
        Column("seq", BigInteger, nullable=False),
    )


def _make_identities() -> None:
    op.create_table(
        "identity",
        _owner(),
        Column("method", String),
        Column("strength", String),
        Column("until_ms", BigInteger),
        Column("seq", BigInteger, nullable=False),
    )
    op.create_table(
        "identity_bar",
        Column("fingerprint_id", String, primary_key=True),
        Column("account", BigInteger, ForeignKey("account.id"), nullable=False),
        Column("measure_id", String, nullable=False),
        Column("seq", BigInteger, nullable=False),
    )
    op.create_table(
        "credit",
        _owner(),
        Column("level", BigInteger, nullable=False),
        Column("score", BigInteger, nullable=False),
        Column("formula", BigInteger, nullable=False),
        Column("seq", BigInteger, nullable=False),
    )
    op.create_table("closure", _owner(), Column("seq", BigInteger, nullable=False))


def _owner() -> Column[int]:
    owner = ForeignKey("account.id")
    return Column("account", BigInteger, owner, primary_key=True, autoincrement=False)
