"""Proof that a record is what was written: every chain, from the first entry to the last.

Runs on a closed record, or reads beside a running server: each chain is read in one snapshot, row
by row, in bounded memory. What is proved and what cannot be is said in docs/record.md.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Engine, inspect, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from danmaku.config import StoreSettings
from danmaku.domain.ids import PLATFORM, RoomId, Seq
from danmaku.errors import Broken, Code, Coded
from danmaku.store import schema
from danmaku.store.chain_proof import ROWS, ROWS_AT_ONCE, ChainProof, FaultError
from danmaku.store.credit_queries import fault_of_days
from danmaku.store.keys import existing_head_key
from danmaku.store.migrations import is_in_form
from danmaku.store.newest_commit import is_lost, noted_in
from danmaku.store.opening import look


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the walk along a chain has come."""

    chain: RoomId
    seq: Seq
    top: Seq


@dataclass(frozen=True, slots=True)
class Sound:
    """A chain in which nothing is wrong."""

    chain: RoomId
    entries_count: int
    erased_count: int  # bodies that were destroyed; that is no fault
    heads_count: int  # signed


@dataclass(frozen=True, slots=True)
class Finding:
    """The first bad entry of a chain; what comes after it is not looked at."""

    chain: RoomId
    seq: Seq
    what: str


Step = Progress | Sound | Finding


def verify(settings: StoreSettings, on_step: Callable[[Step], None]) -> None:
    """Check every chain of the record, one after the other.

    Args:
        settings: Where it lies; `data_dir` has the key.
        on_step: Told of `Progress` now and then; at the end of each chain of `Sound`, or of its
            one `Finding`; of one of seq 0 first if the file is damaged, and at the very end if
            sums over all chains are wrong.

    Raises:
        Coded: NOT_FOUND: there is no record.
        Broken: There is no key to check its heads with.
    """
    look(settings, partial(_verify, settings, on_step))


def _verify(settings: StoreSettings, on_step: Callable[[Step], None], engine: Engine) -> None:
    key = existing_head_key(settings.data_dir).public_key()
    newest = None if settings.url else noted_in(settings.data_dir)
    with engine.connect() as connection:
        with connection.begin():
            findings = list(verify_file(connection))
            for finding in findings:
                on_step(finding)
            is_sound = not findings
            chains = _chains_in(connection, is_damaged=not is_sound)
        for chain in chains:
            with connection.begin():
                for step in verify_chain(connection, chain, key):
                    is_sound = is_sound and not isinstance(step, Finding)
                    on_step(step)
        if is_sound:  # what counts comments is held against comments that are what they should be
            with connection.begin():
                for finding in verify_sums(connection):
                    on_step(finding)
                if newest is not None and is_lost(connection, newest):
                    gone = "it was committed, and is gone"
                    on_step(Finding(RoomId(newest.chain), Seq(newest.seq), gone))


def _chains_in(connection: Connection, *, is_damaged: bool) -> list[RoomId]:
    """Every chain that there is to look at; in a damaged file that may be none."""
    try:
        require_record(connection)
        return chains_of(connection)
    except (SQLAlchemyError, Coded):
        if is_damaged:
            return []
        raise


def require_record(connection: Connection) -> None:
    """Look whether there is a record at all.

    Raises:
        Coded: NOT_FOUND: there is none.
    """
    meta = schema.meta.c
    if not inspect(connection).has_table(schema.meta.name) or not connection.scalar(
        select(meta.value).where(meta.name == "epoch")
    ):
        raise Coded(Code.NOT_FOUND, "There is no record.")


def verify_file(connection: Connection) -> Iterator[Finding]:
    """Check how SQLite's file hangs together: pages, the order of keys, indexes.

    It does not see a changed value that stands in no index; PostgreSQL minds its files itself.
    """
    if connection.dialect.name != "sqlite":
        return
    try:
        faults = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalars().all()
    except SQLAlchemyError as error:
        faults = [error.orig if isinstance(error, DBAPIError) else error]
    if faults != ["ok"]:
        yield Finding(PLATFORM, Seq(0), f"the file is damaged: {faults[0]}")
    elif not is_in_form(connection):
        yield Finding(PLATFORM, Seq(0), "the file is damaged: its tables are described otherwise")


def verify_chain(connection: Connection, chain: RoomId, key: Ed25519PublicKey) -> Iterator[Step]:
    """Check one chain, in the connection's transaction."""
    meta = schema.meta.c
    epoch = connection.scalar(select(meta.value).where(meta.name == "epoch")) or ""
    proof = ChainProof(connection, chain, key, epoch)
    own = connection.execute(select(schema.chain).where(schema.chain.c.id == chain)).first()
    top = Seq(0 if own is None else own.top)
    try:
        for row in connection.execute(ROWS.where(schema.entry.c.chain == chain)):
            proof.check(row)
            if proof.seq % ROWS_AT_ONCE == 0:
                yield Progress(chain, proof.seq, top)
        proof.check_end(own)
    except FaultError as fault:
        yield Finding(chain, proof.seq, str(fault))
    except (SQLAlchemyError, msgspec.MsgspecError, ValueError, TypeError) as error:
        why = getattr(error, "orig", None) or error  # without the statement
        yield Finding(chain, proof.seq, f"unreadable: {why}")
    else:
        yield Sound(chain, proof.seq, proof.erased_count, proof.heads_count)


def prove(connection: Connection, key: Ed25519PublicKey) -> Iterator[Progress | Sound]:
    """Check a whole record that must be sound, in the connection's transaction.

    Raises:
        Broken: It is not; the words name the first bad entry.
    """
    for finding in verify_file(connection):
        raise _unsound(finding)
    for chain in chains_of(connection):
        for step in verify_chain(connection, chain, key):
            if isinstance(step, Finding):
                raise _unsound(step)
            yield step
    for finding in verify_sums(connection):
        raise _unsound(finding)


def _unsound(finding: Finding) -> Broken:
    return Broken(f"The record is not sound: {finding.chain}, entry {finding.seq}: {finding.what}.")


def verify_sums(connection: Connection) -> Iterator[Finding]:
    """Check what lies across all chains, which are known to be sound: sums, and stray rows."""
    if connection.dialect.name == "sqlite":  # PostgreSQL lets no row point to nothing
        stray = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if stray is not None:
            yield Finding(PLATFORM, Seq(0), f"a row of {stray[0]} points to no row of {stray[2]}")
    if (fault := fault_of_days(connection)) is not None:
        yield Finding(PLATFORM, Seq(0), fault)


def chains_of(connection: Connection) -> list[RoomId]:
    """Every chain that any table knows of, in the order of their names."""
    named = select(schema.chain.c.id).union(
        select(schema.room.c.id), select(schema.head.c.chain), select(schema.entry.c.chain)
    )
    # What is no name stands in a damaged row, which its own chain then lacks.
    return sorted(RoomId(chain) for chain in connection.scalars(named) if isinstance(chain, str))
