"""The record in SQL: `sqlite.SqliteStore` is the door, only the roof knows it."""
