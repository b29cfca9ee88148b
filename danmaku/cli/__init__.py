"""The command `danmaku`: what operators and load testers type.

Verbs that write go through the running server, over its local admin socket, whose file permission
is the right to use it; where no server runs they open the record themselves, through the same desk.
"""

from danmaku.cli.shell import app, voice


def main() -> None:
    """Run the command line."""
    with voice():
        app(prog_name="danmaku")
