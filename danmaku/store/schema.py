"""The tables of the record: one schema for every database.

`chain`, `entry`, `body` and `head` are the record itself: entries are only ever added, bodies only
ever added or erased. Everything below them is a projection, written in the same transaction and
checked against the entries by `verify`; or, at the end, what belongs to no chain at all.

Every key of what grows with the rooms names the room, so that PostgreSQL can keep those tables in
partitions (`store.partitions`).

Tables without row ids are those that SQLite would keep twice otherwise: as rows, and as the index
of their key.

Texts of people lie in `body` alone, so that erasing is deleting rows of one table. The tables of
cases stand in `case_schema.py`, those of rules in `rule_schema.py`, those of filings in
`filing_schema.py`, the vault's, which belong to no chain, in `vault_schema.py`.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    false,
    literal_column,
)

from danmaku.store.case_schema import IS_OPEN, case_file, case_receipt
from danmaku.store.legal_hold_schema import legal_hold
from danmaku.store.rule_schema import back_scan, rule_draft, urgent_reach, urgent_rule
from danmaku.store.tables import AnyRow, AnySelect, metadata
from danmaku.store.vault_schema import (
    barred_person,
    disclosure,
    phone_code,
    sealed_person,
    vault_key,
)

__all__ = (
    "IS_OPEN",
    "AnyRow",
    "AnySelect",
    "back_scan",
    "barred_person",
    "case_file",
    "case_receipt",
    "disclosure",
    "legal_hold",
    "metadata",
    "phone_code",
    "rule_draft",
    "sealed_person",
    "urgent_reach",
    "urgent_rule",
    "vault_key",
)

meta = Table(
    "meta",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)

# --- the record

chain = Table(
    "chain",
    metadata,
    Column("id", String, primary_key=True),
    Column("top", BigInteger, nullable=False),
    Column("number_top", BigInteger, nullable=False),
    Column(
        "version", BigInteger, nullable=False
    ),  # seq of the entry that set the room's state or words
    Column("link", LargeBinary, nullable=False),  # of the entry `top`
)

entry = Table(
    "entry",
    metadata,
    Column("chain", String, ForeignKey("chain.id"), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("kind", String, nullable=False),
    Column("origin", BigInteger),  # the comment it is about
    Column("number", BigInteger),
    Column("header", LargeBinary, nullable=False),
    Column("leaf_salt", LargeBinary, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    Column("link", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# The few held comments that were to appear by themselves, and did not.
IS_HELD_ON = and_(entry.c.kind == literal_column("'comment_held'"), entry.c.origin != entry.c.seq)
Index(
    "entry_held_on",
    entry.c.chain,
    entry.c.origin,
    sqlite_where=IS_HELD_ON,
    postgresql_where=IS_HELD_ON,
)

body = Table(
    "body",
    metadata,
    Column("chain", String, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("part", String, primary_key=True),  # open | sealed
    Column("salt", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
    ForeignKeyConstraint(["chain", "seq"], ["entry.chain", "entry.seq"]),
    sqlite_with_rowid=False,
)

head = Table(
    "head",
    metadata,
    Column("chain", String, ForeignKey("chain.id"), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("link", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# --- projections

room = Table(
    "room",
    metadata,
    Column("id", String, ForeignKey("chain.id"), primary_key=True),
    Column("owner", BigInteger),
    Column("state", LargeBinary, nullable=False),  # canonical JSON
    Column("created_ms", BigInteger, nullable=False),
    Column("words_seq", BigInteger),  # whose sealed body holds the room's own words
    Column("number", BigInteger, nullable=False, unique=True),  # in the order of opening, from 1
    Column("has_sold", Boolean, nullable=False, server_default=false()),  # was `commerce` ever
)

comment = Table(
    "comment",
    metadata,
    Column("room", String, primary_key=True),
    Column("origin", BigInteger, primary_key=True),
    Column("number", BigInteger),
    Column("status", String, nullable=False),
    Column("account", BigInteger, nullable=False),
    Column("client_key", String, nullable=False),  # see comments.client_key_of
    Column("author", String, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("position_ms", BigInteger, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("imported", Boolean, nullable=False),
    Column("by", String),
    Column("category", String),
    Column("body_seq", BigInteger, nullable=False),  # whose body holds the content
    Column("published_seq", BigInteger),
    Column("changed_seq", BigInteger, nullable=False),
    UniqueConstraint("client_key", "room", name="one_comment_per_client_key"),
    Index("comment_by_account", "room", "account", "origin"),
    Index("comment_by_number", "room", "number", unique=True),
    # Covers `segment_changed`, which every replay asks before it asks anything else.
    Index("comment_by_position", "room", "position_ms", "number", "changed_seq"),
    sqlite_with_rowid=False,
)

# Few rows ever wait, so the index holds those alone and publishing pays nothing for it.
# Spelt out, for a planner does not match an index with a value it has yet to be given.
IS_HELD = comment.c.status == literal_column("'held'")
Index(
    "comment_held",
    comment.c.room,
    comment.c.origin,
    sqlite_where=IS_HELD,
    postgresql_where=IS_HELD,
)

IS_DELAYED = and_(IS_HELD, comment.c.category == literal_column("'delay'"))
Index(
    "comment_delayed",
    comment.c.room,
    comment.c.origin,
    sqlite_where=IS_DELAYED,
    postgresql_where=IS_DELAYED,
)

# What the keepers of a room have hidden, for the share that everybody may see.
IS_HIDDEN = comment.c.by == literal_column("'room'")
Index(
    "comment_hidden",
    comment.c.room,
    comment.c.category,
    sqlite_where=IS_HIDDEN,
    postgresql_where=IS_HIDDEN,
)

pseudonym = Table(
    "pseudonym",
    metadata,
    Column("chain", String, primary_key=True),
    Column("account", BigInteger, primary_key=True),
    Column("pseudonym", String, nullable=False),
    UniqueConstraint("chain", "pseudonym", name="one_account_per_pseudonym"),
    Index("pseudonym_by_account", "account"),
    sqlite_with_rowid=False,
)

account = Table(
    "account",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),  # seq of its registration
    Column("login_key", String, nullable=False, unique=True),  # the login without case
    Column("login", String, nullable=False),
    Column("name", String, nullable=False),
    Column("password_hash", String),
    Column("version", BigInteger, nullable=False),
)

power_grant = Table(
    "power_grant",
    metadata,
    Column("id", String, primary_key=True),
    Column("account", BigInteger, ForeignKey("account.id"), nullable=False, index=True),
    Column("bundle", String, nullable=False),
    Column("room", String),
    Column("until_ms", BigInteger),
    Column("powers", String),  # a part of the bundle; None: all of it
    Column("granted_seq", BigInteger, nullable=False),
    Column("revoked_seq", BigInteger),
)

token = Table(
    "token",
    metadata,
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

report = Table(
    "report",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("receipt", String, nullable=False, unique=True),
    Column("room", String, index=True),
    Column("answered_seq", BigInteger),
    Column("finding", String),
)

proposal = Table(
    "proposal",
    metadata,
    Column("id", String, primary_key=True),
    Column("account", BigInteger, ForeignKey("account.id"), nullable=False, index=True),
    Column("room", String, nullable=False, index=True),
    Column("bundle", String, nullable=False),
    Column("proposed_seq", BigInteger, nullable=False),
    Column("settled_seq", BigInteger),
    Column("outcome", String),
)

measure = Table(
    "measure",
    metadata,
    Column("id", String, primary_key=True),
    Column("account", BigInteger, ForeignKey("account.id"), index=True),
    Column("room", String, index=True),
    Column("step", String, nullable=False),
    Column("until_ms", BigInteger),
    Column("measure", LargeBinary, nullable=False),  # canonical JSON
    Column("taken_seq", BigInteger, nullable=False),
    Column("reversed_seq", BigInteger),
    Column("read_seq", BigInteger),
    Column("case_id", String, index=True),
    Column("is_provisional", Boolean, nullable=False, server_default=false()),
    Index("measure_by_entry", "taken_seq"),
)

# Each name that was given, or decided on: one of a subject stands, the others are over.
naming = Table(
    "naming",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("surface", String, nullable=False),
    Column("subject", String, nullable=False),  # an account's id, or a room's
    Column("state", String, nullable=False, index=True),
    Column("account", BigInteger, ForeignKey("account.id"), index=True),
    Column("over_seq", BigInteger),  # of the entry that replaced it; its own: it never stood
    Index("naming_by_subject", "surface", "subject"),
)

# How many comments stand of those that an account wrote on a day (UTC, days since 1970).
clean_day = Table(
    "clean_day",
    metadata,
    Column("account", BigInteger, primary_key=True, autoincrement=False),
    Column("day", BigInteger, primary_key=True, autoincrement=False),
    Column("comments", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# What follows holds the newest word on each key: `seq` is that of the entry which said it.

document = Table(
    "document",
    metadata,
    Column("kind", String, primary_key=True),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("effective_ms", BigInteger, nullable=False),
    Column("is_mandatory", Boolean, nullable=False),
    Column("seq", BigInteger, nullable=False),
)

acceptance = Table(
    "acceptance",
    metadata,
    Column("account", BigInteger, ForeignKey("account.id"), primary_key=True),
    Column("kind", String, primary_key=True),
    Column("version", BigInteger),  # None: taken back
    Column("seq", BigInteger, nullable=False),
)

identity = Table(
    "identity",
    metadata,
    Column(
        "account",
        BigInteger,
        ForeignKey("account.id"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("method", String),  # None: it was ended
    Column("strength", String),
    Column("until_ms", BigInteger),
    Column("seq", BigInteger, nullable=False),
)

identity_bar = Table(
    "identity_bar",
    metadata,
    Column("fingerprint_id", String, primary_key=True),
    Column("account", BigInteger, ForeignKey("account.id"), nullable=False),
    Column("measure_id", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
)

credit = Table(
    "credit",
    metadata,
    Column(
        "account",
        BigInteger,
        ForeignKey("account.id"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("level", BigInteger, nullable=False),
    Column("score", BigInteger, nullable=False),
    Column("formula", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
)

closure = Table(
    "closure",
    metadata,
    Column(
        "account",
        BigInteger,
        ForeignKey("account.id"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("seq", BigInteger, nullable=False),
)

control = Table(
    "control",
    metadata,
    Column("scope", String, primary_key=True),  # empty: the platform
    Column("control", LargeBinary),  # as `control_ground.column_of`; None: lifted
    Column("until_ms", BigInteger),
    Column("seq", BigInteger, nullable=False),
)

# --- of no chain

rule_set = Table(
    "rule_set",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # of its activation
    Column("version", String, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("large", LargeBinary, nullable=False),  # as filter/packing.py packs it
    Column("urgent", LargeBinary),
)

session = Table(
    "session",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("account", BigInteger, ForeignKey("account.id"), nullable=False, index=True),
    Column("until_ms", BigInteger, nullable=False),
    Column("id", String),  # None: opened before sessions had one
    Column("device", String),
    Column("opened_ms", BigInteger),
    Column("used_ms", BigInteger),  # to the hour; None: not since that is kept
)

# When an account was last signed out everywhere: what others have signed earlier is void.
signed_out = Table(
    "signed_out",
    metadata,
    Column("account", BigInteger, ForeignKey("account.id"), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
)

reset = Table(
    "reset",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("account", BigInteger, ForeignKey("account.id"), nullable=False, index=True),
    Column("until_ms", BigInteger, nullable=False),
)

# How far along each chain a rule of retention has been followed.
swept = Table(
    "swept",
    metadata,
    Column("chain", String, primary_key=True),
    Column("rule", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
