import json
import logging

import pytest
import structlog
from typer.testing import CliRunner

from danmaku.cli import app


class Shell:
    """The command line over one data directory."""

    def __init__(self, data_dir):
        self.data_dir = data_dir
        self._runner = CliRunner()

    def run(self, *words, stdin=""):
        return self._runner.invoke(app, ["--data-dir", str(self.data_dir), *words], input=stdin)

    def say(self, *words, stdin=""):
        """A command that must end well; what it printed."""
        result = self.run(*words, stdin=stdin)
        assert result.exit_code == 0, result.output
        return result.stdout

    def ask(self, *words, stdin=""):
        """As `say`, read as JSON."""
        return json.loads(self.say(*words, "--json", stdin=stdin))

    def refused(self, *words):
        """A command that must be refused; what it said."""
        result = self.run(*words)
        assert result.exit_code == 1, result.output
        return result.stderr


@pytest.fixture(autouse=True)
def _cheap_passwords(cheap_passwords):
    """Nearly every test begins with an account."""


@pytest.fixture(autouse=True)
def _log_as_before():
    """Commands set the log of their process, which here is the tests' own."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path / "data")


@pytest.fixture
def lounge(shell):
    """A room with its streamer."""
    shell.say("account", "create", "mia", "--password-stdin", stdin="long enough\n")
    shell.say("room", "create", "lounge", "--title", "Lounge", "--owner", "mia")
    return shell
