import pytest

from danmaku.store import schema
from danmaku.store.bulk import GROUP_ROWS_MAX, insert_all
from danmaku.store.database import write_engine


@pytest.mark.parametrize("rows_count", [0, 1, 2, 3, 255, GROUP_ROWS_MAX, 3 * GROUP_ROWS_MAX + 77])
def test_every_row_arrives_as_it_is(tmp_path, rows_count):
    rows = [
        {"digest": bytes([n % 256, n // 256]), "account": 1, "until_ms": n}
        for n in range(rows_count)
    ]
    with write_engine(tmp_path / "x.sqlite").connect() as connection, connection.begin():
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        schema.metadata.create_all(connection)
        connection.execute(
            schema.account.insert(),
            {"id": 1, "login_key": "a", "login": "A", "name": "A", "version": 1},
        )

        insert_all(connection, schema.session, rows)

        found = connection.execute(schema.session.select().order_by(schema.session.c.until_ms))
        assert [row._asdict() for row in found] == rows
