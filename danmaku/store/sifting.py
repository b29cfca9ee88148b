"""One pass over comments of the record, a page at a time, and the same as another process.

What is imported here is what that process waits for before it begins: it names no database, no
settings, and of the record's facts none.
"""

import os
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

import msgspec
from sqlalchemy import Connection, Engine, select

from danmaku.domain.ids import RoomId, Seq
from danmaku.domain.rule_reports import Sift, Sifted
from danmaku.store import schema
from danmaku.store.looking import Judges, look_of
from danmaku.store.schema import AnyRow

NICENESS: Final = 10

_comment = schema.comment.c


class Task(msgspec.Struct, frozen=True):
    """What another process is asked: `data_dir` and `url` say where the record lies."""

    data_dir: str
    url: str
    sift: Sift
    judges: Judges
    beside: Judges


class Pass:
    """One pass over the record; `page` is asked until it gives None."""

    def __init__(self, sift: Sift, judges: Judges, beside: Judges) -> None:
        self._sift = sift
        self._look = look_of(sift, judges, beside)
        self._room, self._after = sift.after or (sift.room or RoomId(""), Seq(0))
        self._entered: RoomId | None = None

    def page(self, connection: Connection) -> Sifted | None:
        """Look at the next stretch; None: there is none."""
        while not (rows := self._rows(connection)):
            if (following := self._following(connection)) is None:
                return None
            self._room, self._after = following, Seq(0)
        self._after = rows[-1].origin
        last, look = (self._room, self._after), self._look
        return Sifted(len(rows), last, tuple(look.hits(rows)), look.report, look.picked)

    def _rows(self, connection: Connection) -> list[AnyRow]:
        if self._entered != self._room:
            self._look.enter(connection, self._room)
            self._entered = self._room
        wanted = self._look.page.where(
            _comment.room == self._room,
            _comment.origin > self._after,
            _comment.at_ms < self._sift.upto_ms,
            *self._look.terms(),
        )
        if self._sift.since_ms is not None:
            wanted = wanted.where(_comment.at_ms >= self._sift.since_ms)
        return list(connection.execute(wanted).all())

    def _following(self, connection: Connection) -> RoomId | None:
        if self._sift.room is not None:
            return None
        if (rooms := self._look.rooms) is not None:
            place = bisect_right(rooms, self._room)
            return rooms[place] if place < len(rooms) else None
        room = schema.room.c.id
        return connection.scalar(select(room).where(room > self._room).order_by(room).limit(1))


def be_another(look: Callable[[Task, Callable[[Engine], None]], None]) -> None:
    """Be the other process: a task on stdin, a line of JSON for each stretch on stdout.

    Args:
        look: Has a question answered by the record that a task names.
    """
    os.nice(NICENESS)
    task = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Task)
    work = Pass(task.sift, task.judges, task.beside)
    look(task, lambda engine: _tell(engine, work, sys.stdout.buffer))


def _tell(engine: Engine, work: Pass, told: BinaryIO) -> None:
    encode = msgspec.json.Encoder().encode
    for page in _pages(engine, work):
        told.write(encode(page) + b"\n")
        told.flush()


def _pages(engine: Engine, work: Pass) -> Iterator[Sifted]:
    while True:
        with engine.connect() as connection:  # a snapshot for each page: none is held for minutes
            page = work.page(connection)
        if page is None:
            return
        yield page
