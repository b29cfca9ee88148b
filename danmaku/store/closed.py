"""Records that nobody serves: moved to another place, or begun anew where they were brought back.

Every place is held meanwhile.
"""

import contextlib
from collections.abc import Callable, Iterator
from functools import partial

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, text

from danmaku.config import IN_MEMORY, StoreSettings
from danmaku.errors import Code, Coded, StoreDown
from danmaku.store.beginnings import begun_anew
from danmaku.store.database import DATABASE_FILE, write_engine
from danmaku.store.keys import adopt_head_key, existing_head_key
from danmaku.store.migrations import migrate
from danmaku.store.moving import Carried, carry
from danmaku.store.postgres import PREPARING, key_of_record
from danmaku.store.postgres_link import connected, driven, engine_of
from danmaku.store.sqlite import locked
from danmaku.store.vault import carry_key, key_file_of
from danmaku.store.verify import Progress, Sound, prove, require_record

_LOCK = text("SELECT pg_try_advisory_xact_lock(:lock)")
_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)

Step = Carried | Progress | Sound
OnStep = Callable[[Step], None]


def move(origin: StoreSettings, target: StoreSettings, on_step: OnStep) -> None:
    """Carry a record to another database: whole and proved, or not at all.

    The origin is left as it was, and so is the target should anything fail, `on_step` included.

    Args:
        origin: Where it lies; its keys are in `data_dir`, whatever `url` says.
        target: Where it shall lie; the keys are put into its `data_dir`.
        on_step: Told how far it has come.

    Raises:
        Coded: NOT_FOUND: there is no record. DUPLICATE: the target holds a record, or keys.
        StoreDown: Somebody has either of them open, or a database gives no answer.
        Broken: What arrived is not sound, or there is no key.
    """
    if IN_MEMORY in (origin.url, target.url):
        raise Coded(Code.NOT_FOUND, "A record in memory ends with its server.")
    if origin.url == target.url and (origin.url or origin.data_dir == target.data_dir):
        raise Coded(Code.DUPLICATE, "The record lies there already.")
    _require_file(origin)
    key = existing_head_key(origin.data_dir)
    driven(partial(_move, origin, target, key, on_step))


def _move(
    origin: StoreSettings, target: StoreSettings, key: Ed25519PrivateKey, on_step: OnStep
) -> None:
    with _held(origin) as source, _held(target) as copy, copy.begin():
        _keep_others_out(copy)
        # Closed without a commit: even the newest form of its tables is the copy's alone.
        with contextlib.closing(source.begin()):
            _keep_others_out(source)
            require_record(source)
            migrate(source)
            migrate(copy, partitions_count=target.partitions)
            for step in carry(source, copy, key.public_key()):
                on_step(step)
        carry_key(copy, key_file_of(origin), key_file_of(target))
        adopt_head_key(target.data_dir, key)
        if target.url:
            key_of_record(copy, target.data_dir)


def begin_anew(settings: StoreSettings, on_step: Callable[[Progress | Sound], None]) -> str:
    """Prove a record that other tools have brought back, and give it a new epoch; tell that.

    Args:
        settings: Where it lies; its keys are in `data_dir`.
        on_step: Told how far the proof has come.

    Raises:
        Coded: NOT_FOUND: there is no record.
        StoreDown: Somebody has it open, or the database gives no answer.
        Broken: It is not sound, or there is no key; it is left as it was.
    """
    if settings.url == IN_MEMORY:
        raise Coded(Code.NOT_FOUND, "A record in memory ends with its server.")
    _require_file(settings)
    key = existing_head_key(settings.data_dir)
    return driven(partial(_begin_anew, settings, key, on_step))


def _begin_anew(
    settings: StoreSettings, key: Ed25519PrivateKey, on_step: Callable[[Progress | Sound], None]
) -> str:
    with _held(settings) as connection, connection.begin():
        _keep_others_out(connection)
        require_record(connection)
        migrate(connection)
        for step in prove(connection, key.public_key()):
            on_step(step)
        return begun_anew(connection)


def _require_file(settings: StoreSettings) -> None:
    if not settings.url and not (settings.data_dir / DATABASE_FILE).exists():
        raise Coded(Code.NOT_FOUND, f"There is no record in {settings.data_dir}.")


@contextlib.contextmanager
def _held(settings: StoreSettings) -> Iterator[Connection]:
    if settings.url:
        # How long a statement takes is up to the size of the record.
        engine = engine_of(settings.url, statement_timeout=0, idle_in_transaction_session_timeout=0)
        with connected(engine) as connection:
            yield connection
    else:
        engine = write_engine(settings.data_dir / DATABASE_FILE)
        with locked(settings.data_dir), engine.connect() as connection:
            yield connection


def _keep_others_out(connection: Connection) -> None:
    """See that nobody else is at a database server's database; a file is locked already.

    Raises:
        StoreDown: Somebody is.
    """
    if connection.dialect.name != "postgresql":
        return
    # A node that starts meanwhile waits for this lock before it looks at anything.
    is_ours = connection.scalar(_LOCK, {"lock": PREPARING})
    if not is_ours or connection.scalar(_OTHERS):
        name = connection.engine.url.database
        raise StoreDown(f"Others are connected to the database {name}: stop every node first.")
