from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from danmaku.store import schema
from danmaku.store.database import DATABASE_FILE, write_engine
from danmaku.store.migrations import migrate


def test_the_steps_lead_to_the_schema(tmp_path):
    engine = write_engine(tmp_path / DATABASE_FILE)
    with engine.connect() as connection, connection.begin():
        migrate(connection)
        migrate(connection)  # again: nothing is left to do

        differences = compare_metadata(MigrationContext.configure(connection), schema.metadata)

    assert differences == []
