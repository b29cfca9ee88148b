"""The two bodies of an entry, as statements name and join them.

It knows the tables and nothing of what lies in them, so that a process which only reads texts need
not load every kind of fact.
"""

from typing import Any

from sqlalchemy import Column, ColumnElement, and_

from danmaku.store import schema


class Part:
    """Names of the two bodies."""

    OPEN = "open"
    SEALED = "sealed"


OPEN_BODY = schema.body.alias("open_body")
SEALED_BODY = schema.body.alias("sealed_body")


def is_body_of_entry(alias: Any, part: str) -> ColumnElement[bool]:
    """What joins one of the two bodies to its entry."""
    return is_body_at(alias, part, schema.entry.c.chain, schema.entry.c.seq)


def is_body_at(alias: Any, part: str, chain: Column[Any], seq: Column[Any]) -> ColumnElement[bool]:
    """What joins one of the two bodies to a row that names its entry's place."""
    return and_(alias.c.chain == chain, alias.c.seq == seq, alias.c.part == part)
