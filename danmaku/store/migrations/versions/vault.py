"""Sealed identities, and sessions that can be told apart."""

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, String

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the vault's tables; sessions that are open keep running, without a device."""
    _make_vault()
    for column in ("id", "device"):
        op.add_column("session", Column(column, String))
    op.add_column("session", Column("opened_ms", BigInteger))
    op.create_table(
        "signed_out",
        Column("account", BigInteger, ForeignKey("account.id"), primary_key=True),
        Column("at_ms", BigInteger, nullable=False),
    )


def _make_vault() -> None:
    op.create_table(
        "vault_key",
        Column("master", String, primary_key=True),
        Column("wrapped", LargeBinary, nullable=False),
    )
    op.create_table(
        "sealed_person",
        Column("account", BigInteger, ForeignKey("account.id"), primary_key=True),
        Column("strength", String, primary_key=True),
        Column("fingerprint", LargeBinary, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sealed_person_fingerprint", "sealed_person", ["fingerprint"])
    op.create_table(
        "barred_person",
        Column("fingerprint", LargeBinary, primary_key=True),
        Column("id", String, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_barred_person_id", "barred_person", ["id"])
    op.create_table(
        "disclosure",
        Column("id", String, primary_key=True),
        Column("until_ms", BigInteger, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
    )
