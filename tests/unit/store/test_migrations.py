import time
from functools import partial

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from danmaku.config import StoreSettings
from danmaku.domain.times import DAY_MS
from danmaku.store.database import DATABASE_FILE, write_engine
from danmaku.store.feature_schema import metadata
from danmaku.store.migrations import migrate
from danmaku.store.postgres_link import driven, engine_of
from danmaku.store.sqlite import SqliteStore
from tests.contract.facts import held, in_demo, published
from tests.contract.store_contract import ticking
from tests.unit.store.full_record import fill


def test_the_steps_lead_to_the_schema(tmp_path):
    engine = write_engine(tmp_path / DATABASE_FILE)
    with engine.connect() as connection, connection.begin():
        migrate(connection)
        migrate(connection)  # again: nothing is left to do

        differences = compare_metadata(MigrationContext.configure(connection), metadata)

    assert differences == []


@pytest.mark.parametrize("partitions_count", [0, 3])
def test_the_steps_lead_to_the_schema_in_postgresql_too(postgres_url, partitions_count):
    differences = driven(partial(_differences, postgres_url, partitions_count))

    assert differences == []


def _differences(url, partitions_count):
    with engine_of(url).connect() as connection, connection.begin():
        migrate(connection, partitions_count=partitions_count)
        migrate(connection, partitions_count=partitions_count)
        context = MigrationContext.configure(connection, opts={"include_object": _is_no_part})
        return compare_metadata(context, metadata)


def _is_no_part(found, name, kind, *_):
    """Each part of a table is a table of its own, and what points to the whole points to it."""
    if kind == "foreign_key_constraint":
        name = found.elements[0].target_fullname.partition(".")[0]
    return kind not in {"table", "foreign_key_constraint"} or name in metadata.tables


def test_comments_survive_that_their_keys_name_the_room(tmp_path):
    row = ("demo", 2, 1, "held", 1, "demo/1/c", "abc", 5, 6, 0, 1, None, None, 2, 2, 2)
    config = Config()
    config.set_main_option("script_location", "danmaku.store:migrations")
    with write_engine(tmp_path / DATABASE_FILE).connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        marks = ", ".join("?" * len(row))
        connection.exec_driver_sql(f"INSERT INTO comment VALUES ({marks})", row)  # noqa: S608 -- marks

        migrate(connection)

        assert connection.exec_driver_sql("SELECT * FROM comment").all() == [row]


ROOMS = [("later", 9), ("b", 5), ("a", 5), ("first", 1)]  # with the moments of their opening


def _numbered(engine):
    """The rooms of a record from before they had numbers, in the order of those."""
    config = Config()
    config.set_main_option("script_location", "danmaku.store:migrations")
    with engine.connect() as connection, connection.begin():
        config.attributes |= {"connection": connection, "partitions_count": 0}
        command.upgrade(config, "0029")
        for room, at_ms in ROOMS:
            chain = f"INSERT INTO chain VALUES ('{room}', 1, 0, 1, '')"  # noqa: S608 -- ours
            opened = f"VALUES ('{room}', '', {at_ms})"
            connection.exec_driver_sql(chain)
            connection.exec_driver_sql(f"INSERT INTO room (id, state, created_ms) {opened}")
        migrate(connection)
        numbers = connection.exec_driver_sql("SELECT number, id FROM room ORDER BY number")
        return [tuple(row) for row in numbers]


IN_ORDER = [(1, "first"), (2, "a"), (3, "b"), (4, "later")]


def test_rooms_are_numbered_in_the_order_in_which_they_opened(tmp_path, postgres_url):
    assert _numbered(write_engine(tmp_path / DATABASE_FILE)) == IN_ORDER
    assert driven(lambda: _numbered(engine_of(postgres_url))) == IN_ORDER


async def test_what_was_held_or_reported_before_gets_the_case_it_would_have(tmp_path):
    new, old = tmp_path / "new", tmp_path / "old"
    old.mkdir()
    store = await SqliteStore.open(StoreSettings(data_dir=new), ticking())
    await fill(store)
    for fact in (held("e"), held("f")):
        await store.commit(in_demo(fact))
    [waiting, *_] = await store.held(None)
    await store.commit(in_demo(published(origin=waiting.comment.origin)))
    await store.close()
    config = Config()
    config.set_main_option("script_location", "danmaku.store:migrations")
    with write_engine(old / DATABASE_FILE).connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0009")
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        connection.exec_driver_sql(f"ATTACH '{new / DATABASE_FILE}' AS filled")
        for table in inspect(connection).get_table_names():
            if table != "alembic_version":
                names = ", ".join(f'"{c["name"]}"' for c in inspect(connection).get_columns(table))
                copied = f"INSERT INTO main.{table} ({names}) SELECT {names} FROM filled.{table}"  # noqa: S608 -- our own names
                connection.exec_driver_sql(copied)

        migrate(connection)

        for table in ("case_file", "case_receipt"):
            wanted = ", ".join(column.name for column in metadata.tables[table].c)
            rows = [
                connection.exec_driver_sql(f"SELECT {wanted} FROM {where}.{table} ORDER BY 1").all()  # noqa: S608 -- ours
                for where in ("main", "filled")
            ]
            assert rows[0] == rows[1]
            assert rows[0]


NEVER_MS, LONG_AGO_MS = 4_000_000_000_000, 1_000


def _shortened(engine):
    """The ends of sessions from before their use was kept, and what is known of it."""
    config = Config()
    config.set_main_option("script_location", "danmaku.store:migrations")
    with engine.connect() as connection, connection.begin():
        config.attributes |= {"connection": connection, "partitions_count": 0}
        command.upgrade(config, "0041")
        account = "(id, version, login_key, login, name) VALUES (1, 1, 'ann', 'ann', 'Ann')"
        connection.exec_driver_sql(f"INSERT INTO account {account}")
        for digest, until_ms in (("01", NEVER_MS), ("02", LONG_AGO_MS)):
            one = f"VALUES ({_bytes(connection, digest)}, 1, {until_ms}, 'x', '', 5)"
            names = "(digest, account, until_ms, id, device, opened_ms)"
            connection.exec_driver_sql(f"INSERT INTO session {names} {one}")
        migrate(connection)
        wanted = "SELECT until_ms, used_ms FROM session ORDER BY digest"
        return [tuple(row) for row in connection.exec_driver_sql(wanted)]


def _bytes(connection, digest):
    return f"X'{digest}'" if connection.dialect.name == "sqlite" else f"'\\x{digest}'::bytea"


def test_sessions_that_were_open_end_in_two_weeks_unless_they_are_used(tmp_path, postgres_url):
    began_ms = time.time_ns() // 1_000_000
    found = [
        _shortened(write_engine(tmp_path / DATABASE_FILE)),
        driven(lambda: _shortened(engine_of(postgres_url))),
    ]
    ended_ms = time.time_ns() // 1_000_000

    for [(until_ms, used_ms), over] in found:
        assert began_ms <= until_ms - 14 * DAY_MS <= ended_ms
        assert (used_ms, over) == (None, (LONG_AGO_MS, None))
