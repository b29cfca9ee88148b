"""The command `danmaku`: what operators and load testers type.

Verbs that write go through the running server, over its local admin socket, whose file permission
is the right to use it; where no server runs they open the record themselves, through the same desk.
"""

from danmaku.cli.accounts import app as accounts
from danmaku.cli.accounts import tokens
from danmaku.cli.backscan import register as register_backscan
from danmaku.cli.bench import register as register_bench
from danmaku.cli.credit import app as credit
from danmaku.cli.doctor import register as register_doctor
from danmaku.cli.documents import app as documents
from danmaku.cli.features import app as features
from danmaku.cli.filter import app as filters
from danmaku.cli.measures import app as measures
from danmaku.cli.measures import controls
from danmaku.cli.migrate import register as register_migrate
from danmaku.cli.names import app as names
from danmaku.cli.record import register as register_record
from danmaku.cli.review import app as review
from danmaku.cli.rooms import app as rooms
from danmaku.cli.rules import register as register_rules
from danmaku.cli.server import register as register_server
from danmaku.cli.shell import app
from danmaku.cli.train import register as register_train
from danmaku.cli.vault import app as vault

register_server(app)
register_doctor(app)
register_record(app)
register_migrate(app)
register_bench(app)
register_backscan(filters)
register_rules(filters)
register_train(filters)
app.add_typer(rooms, name="room")
app.add_typer(accounts, name="account")
app.add_typer(tokens, name="token")
app.add_typer(review, name="review")
app.add_typer(names, name="name")
app.add_typer(measures, name="measure")
app.add_typer(controls, name="control")
app.add_typer(documents, name="document")
app.add_typer(credit, name="credit")
app.add_typer(features, name="feature")
app.add_typer(filters, name="filter")
app.add_typer(vault, name="vault")


def main() -> None:
    """Run the command line."""
    app(prog_name="danmaku")
