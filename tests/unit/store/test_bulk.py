import pytest

from danmaku.store import schema
from danmaku.store.bulk import GROUP_ROWS_MAX, add_all, insert_all
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

        insert_all(connection, schema.reset, rows)

        found = connection.execute(schema.reset.select().order_by(schema.reset.c.until_ms))
        assert [row._asdict() for row in found] == rows


@pytest.mark.parametrize("rows_count", [0, 1, 3, GROUP_ROWS_MAX + 20])
def test_numbers_are_added_to_what_stands(tmp_path, rows_count):
    rows = [{"account": n, "day": 7, "comments": n + 1} for n in range(rows_count)]
    fewer = [row | {"comments": -1} for row in rows]
    with write_engine(tmp_path / "x.sqlite").connect() as connection, connection.begin():
        schema.metadata.create_all(connection)

        for added in (rows, rows, fewer):
            add_all(connection, schema.clean_day, added)

        found = connection.execute(schema.clean_day.select())
        assert [row.comments for row in found] == [2 * row["comments"] - 1 for row in rows]
