from functools import partial

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from danmaku.store.database import DATABASE_FILE, write_engine
from danmaku.store.feature_schema import metadata
from danmaku.store.migrations import migrate
from danmaku.store.postgres_link import driven, engine_of


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
