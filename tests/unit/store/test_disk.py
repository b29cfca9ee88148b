import os
import stat
from pathlib import Path

import pytest

from danmaku.errors import BadMessage, Coded
from danmaku.store.disk import named_when_whole, unnamed_database


def test_a_file_has_its_name_when_it_is_whole_and_opens_for_its_owner_alone(tmp_path):
    target = tmp_path / "backup"

    with named_when_whole(target) as file:
        file.write(b"half")
        assert list(tmp_path.iterdir()) == []

    assert target.read_bytes() == b"half"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_what_breaks_off_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), named_when_whole(tmp_path / "backup"):
        raise ZeroDivisionError

    assert list(tmp_path.iterdir()) == []


def test_what_is_there_stays_even_if_it_came_meanwhile(tmp_path):
    target = tmp_path / "backup"
    with pytest.raises(Coded, match="there already"), named_when_whole(target):
        target.write_bytes(b"another's")

    with pytest.raises(Coded, match="there already"), named_when_whole(target):
        pass

    assert target.read_bytes() == b"another's"


def test_a_file_system_without_such_files_is_named():
    with (
        pytest.raises(BadMessage, match="file system of /proc "),
        named_when_whole(Path("/proc/backup")),
    ):
        pass


def test_a_database_without_a_name_is_written_to_and_leaves_nothing(tmp_path):
    with unnamed_database(tmp_path) as (database, content):
        database.execute("CREATE TABLE note (word TEXT)")
        database.execute("BEGIN")
        database.execute("INSERT INTO note VALUES ('kept')")
        assert list(tmp_path.iterdir()) == []  # no journal either
        database.execute("COMMIT")

        assert os.pread(content.fileno(), 15, 0) == b"SQLite format 3"
        assert database.execute("SELECT word FROM note").fetchall() == [("kept",)]
    assert list(tmp_path.iterdir()) == []
