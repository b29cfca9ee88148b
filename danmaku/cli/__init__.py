"""The command `danmaku`: what operators and load testers type.

Verbs that write go through the running server, over its local admin socket, whose file permission
is the right to use it; where no server runs they open the record themselves, through the same desk.
"""

from danmaku.cli import accounts, record, review, rooms, server
from danmaku.cli.shell import app

app.add_typer(rooms.app, name="room")
app.add_typer(accounts.app, name="account")
app.add_typer(accounts.tokens, name="token")
app.add_typer(review.app, name="review")
server.register(app)
record.register(app)


def main() -> None:
    """Run the command line."""
    app(prog_name="danmaku")


__all__ = ["main"]
