"""The command `danmaku`: what operators and load testers type.

Verbs that write go through the running server, over its local admin socket, whose file permission
is the right to use it; where no server runs they open the record themselves, through the same desk.
"""

from danmaku.cli.accounts import app as accounts
from danmaku.cli.accounts import tokens
from danmaku.cli.backscan import register as register_backscan
from danmaku.cli.backup import register as register_backup
from danmaku.cli.bench import register as register_bench
from danmaku.cli.bulk_recalls import app as bulk_recalls
from danmaku.cli.bundle import register as register_bundle
from danmaku.cli.cases import app as cases
from danmaku.cli.conform import app as conform
from danmaku.cli.copies import register as register_copies
from danmaku.cli.credit import app as credit
from danmaku.cli.doctor import register as register_doctor
from danmaku.cli.documents import app as documents
from danmaku.cli.duties import register as register_duties
from danmaku.cli.evenness import register as register_evenness
from danmaku.cli.features import app as features
from danmaku.cli.filings import app as filings
from danmaku.cli.filings import orders
from danmaku.cli.filter import app as filters
from danmaku.cli.legal_holds import app as legal_holds
from danmaku.cli.load import app as load
from danmaku.cli.measures import app as measures
from danmaku.cli.measures import controls
from danmaku.cli.migrate import register as register_migrate
from danmaku.cli.names import app as names
from danmaku.cli.record import register as register_record
from danmaku.cli.review import app as review
from danmaku.cli.rooms import app as rooms
from danmaku.cli.rule_sets import app as rule_sets
from danmaku.cli.rules import register as register_rules
from danmaku.cli.server import register as register_server
from danmaku.cli.shell import app, voice
from danmaku.cli.team import app as training
from danmaku.cli.team import register as register_team
from danmaku.cli.train import register as register_train
from danmaku.cli.vault import app as vault
from danmaku.cli.webhooks import app as webhooks

register_server(app)
register_doctor(app)
register_record(app)
register_copies(app)
register_bundle(app)
register_duties(app)
register_migrate(app)
register_backup(app)
register_team(app)
register_bench(app)
register_backscan(filters)
register_evenness(filters)
register_rules(filters)
register_train(filters)
app.add_typer(rooms, name="room")
app.add_typer(accounts, name="account")
app.add_typer(tokens, name="token")
app.add_typer(review, name="review")
app.add_typer(cases, name="case")
app.add_typer(bulk_recalls, name="bulk")
app.add_typer(names, name="name")
app.add_typer(measures, name="measure")
app.add_typer(controls, name="control")
app.add_typer(legal_holds, name="hold")
app.add_typer(documents, name="document")
app.add_typer(credit, name="credit")
app.add_typer(features, name="feature")
app.add_typer(load, name="load")
app.add_typer(filings, name="filing")
app.add_typer(orders, name="order")
app.add_typer(filters, name="filter")
app.add_typer(rule_sets, name="rules")
app.add_typer(training, name="training")
app.add_typer(vault, name="vault")
app.add_typer(webhooks, name="webhook")
app.add_typer(conform, name="conform")


def main() -> None:
    """Run the command line."""
    with voice():
        app(prog_name="danmaku")
