"""Which parts a command waits for."""

import subprocess
import sys

import pytest
from typer.main import get_command

from danmaku.cli import app

TELL = """
import sys
from danmaku.cli import main
sys.argv[1:] = {words}
try:
    main()
except SystemExit:
    pass
print(*sorted({{"danmaku.app", "sqlalchemy", "uvicorn"}} & set(sys.modules)), file=sys.stderr)
"""
AT_THE_SERVER = ("account", "case", "filing", "measure", "review", "room", "rules", "token")


def loaded_by(*words):
    program = [sys.executable, "-c", TELL.format(words=words)]
    ended = subprocess.run(program, capture_output=True, text=True, timeout=60, check=True)
    return ended.stderr.splitlines()[-1].split()


@pytest.mark.parametrize("name", AT_THE_SERVER)
def test_who_speaks_to_a_server_waits_for_none_of_its_parts(name):
    assert loaded_by(name, "--help") == []


def test_that_would_be_seen():
    assert loaded_by("serve", "--help") == ["danmaku.app", "sqlalchemy", "uvicorn"]


def test_every_command_is_where_it_is_said_to_be():
    for name, command in get_command(app).commands.items():
        assert command.name == name
        assert command.get_short_help_str()
