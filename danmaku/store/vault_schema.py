"""The tables of the vault: what no chain says, sealed."""

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, String, Table

from danmaku.store.tables import metadata

vault_key = Table(
    "vault_key",
    metadata,
    Column("master", String, primary_key=True),  # id of the key in the file that wraps it
    Column("wrapped", LargeBinary, nullable=False),
)

sealed_person = Table(
    "sealed_person",
    metadata,
    Column("account", BigInteger, ForeignKey("account.id"), primary_key=True),
    Column("strength", String, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

barred_person = Table(
    "barred_person",
    metadata,
    Column("fingerprint", LargeBinary, primary_key=True),
    Column("id", String, nullable=False, index=True),  # as IdentityBarred names it
    sqlite_with_rowid=False,
)

disclosure = Table(
    "disclosure",
    metadata,
    Column("id", String, primary_key=True),
    Column("until_ms", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

phone_code = Table(
    "phone_code",
    metadata,
    Column("account", BigInteger, ForeignKey("account.id"), primary_key=True),
    Column("until_ms", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
