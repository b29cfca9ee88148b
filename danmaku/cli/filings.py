"""`danmaku filing` and `danmaku order`: what the department gets, and what it orders."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import orjson
import typer

from danmaku.actions.filing_book import LISTED_MAX
from danmaku.cli.desk import Fields, ask, at, rows
from danmaku.cli.shell import (
    JsonFlag,
    answers,
    done,
    millis_typed,
    print_json,
    print_rest,
    print_rows,
    room_typed,
    settings_of,
    sink,
)
from danmaku.clock import now_ms
from danmaku.domain.features import Feature
from danmaku.domain.filing_facts import FilingKind, FilingState, OrderAct, Risk
from danmaku.domain.times import DAY_MS, MINUTE_MS

app = typer.Typer(help="Filings: what the department gets.", no_args_is_help=True)
orders = typer.Typer(help="Orders of the department, carried out.", no_args_is_help=True)

COLUMNS = ("filing", "kind", "title", "state", "is_overdue", "due_ms", "receipt")
ORDER_COLUMNS = ("order_id", "reference", "act", "room", "number", "until_ms", "ended_ms")

By = Annotated[str, typer.Option("--as", help="Sign-in name of who does it.")]
Number = Annotated[int, typer.Argument(min=1, help="Number of the filing, as the list shows it.")]
Read = Annotated[
    int, typer.Option("--revision", min=1, help="Of the words that were read, as `show` tells it.")
]
Note = Annotated[str, typer.Option(help="Why; sealed.")]


@app.command("list")
@answers
def list_filings(  # noqa: PLR0913 -- options of a command line
    context: typer.Context,
    *,
    kind: Annotated[FilingKind | None, typer.Option(help="Of this kind only.")] = None,
    state: Annotated[FilingState | None, typer.Option(help="In this state only.")] = None,
    still_open: Annotated[bool, typer.Option("--open", help="Not handed in yet.")] = False,
    overdue: Annotated[bool, typer.Option(help="That should be handed in by now.")] = False,
    before: Annotated[int | None, typer.Option(help="Older than this one.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Show filings, newest first."""
    asked = {
        "kind": kind,
        "state": state,
        "open": still_open,
        "overdue": overdue,
        "before": before,
    }
    found = rows(settings_of(context), "/filings", "filings", asked)
    print_rows("Filings", COLUMNS, found, as_json=as_json)
    if not as_json:
        print_rest(found, LISTED_MAX, "--before", "filing")


@app.command()
@answers
def show(context: typer.Context, number: Number) -> None:
    """Show one filing with all that was entered about it."""
    print_json(ask(settings_of(context), "GET", f"/filings/{number}"))


@app.command()
@answers
def export(
    context: typer.Context,
    number: Number,
    *,
    out: Annotated[Path, typer.Option("--out", help="A file to be made: .html or .json.")],
    lang: Annotated[
        Literal["en", "zh-CN"], typer.Option(help="Language of the document.")
    ] = "zh-CN",
) -> None:
    """Write one filing as a document to hand in, or as JSON."""
    settings = settings_of(context)
    if out.suffix == ".json":
        found = ask(settings, "GET", f"/filings/{number}")
        document = orjson.dumps(found, option=orjson.OPT_INDENT_2) + b"\n"
    else:
        told = ask(settings, "GET", f"/filings/{number}/document?lang={lang}")
        document = str(told["document"]).encode()
    with sink(out) as file:
        file.write(document)
    done(f"Written: {out}.")


# --- beginning


@app.command()
@answers
def assess(
    context: typer.Context, feature: Annotated[Feature, typer.Argument(help="Which feature.")]
) -> None:
    """Draft the assessment of a feature from how the house stands."""
    _begun(context, "assessments", {"feature": feature.value})


@app.command()
@answers
def report(
    context: typer.Context,
    since: Annotated[datetime | None, typer.Option("--from", help="From then on, UTC.")] = None,
    until: Annotated[datetime | None, typer.Option("--to", help="And before that, UTC.")] = None,
) -> None:
    """Draft the report of a period that is over; yesterday's, where none is named."""
    today_ms = now_ms() // DAY_MS * DAY_MS
    from_ms, to_ms = millis_typed(since), millis_typed(until)
    fields: Fields = {
        "from_ms": today_ms - DAY_MS if from_ms is None else from_ms,
        "to_ms": today_ms if to_ms is None else to_ms,
    }
    _begun(context, "reports", fields)


@app.command("year")
@answers
def report_year(
    context: typer.Context, year: Annotated[int, typer.Argument(help="That is over, in UTC.")]
) -> None:
    """Draft the report of a year."""
    _begun(context, "years", {"year": year})


@app.command("vulnerability")
@answers
def register_weakness(
    context: typer.Context,
    title: Annotated[str, typer.Argument(help="What it is, in a few words.")],
    *,
    risk: Annotated[Risk, typer.Option(help="How much harm it can do.")],
    text: Annotated[str, typer.Option(help="More about it; sealed.")] = "",
) -> None:
    """Enter something in the system that can be abused."""
    _begun(context, "vulnerabilities", {"title": title, "risk": risk.value, "text": text})


def _begun(context: typer.Context, what: str, fields: Fields) -> None:
    told = ask(settings_of(context), "POST", f"/filings/{what}", fields)
    done(f"Filing {told['filing']}.")


# --- going on


@app.command()
@answers
def revise(
    context: typer.Context,
    number: Number,
    section: Annotated[str, typer.Argument(help="Word of the section.")],
    text: Annotated[str, typer.Argument(help="What is said in it.")],
    *,
    by: By,
    revision: Read,
) -> None:
    """Say something in a section; the filing is a draft again."""
    fields: Fields = {"login": by, "revision": revision, "remarks": {section: text}}
    ask(settings_of(context), "POST", f"/filings/{number}/revise", fields)
    done("Revised.")


@app.command()
@answers
def turn(  # noqa: PLR0913 -- options of a command line
    context: typer.Context,
    number: Number,
    state: Annotated[FilingState, typer.Argument(help="Which state it enters.")],
    *,
    by: By,
    revision: Read,
    receipt: Annotated[str, typer.Option(help="The department's number, when handed in.")] = "",
    note: Note = "",
) -> None:
    """Have a filing enter another state."""
    fields: Fields = {
        "login": by,
        "state": state.value,
        "revision": revision,
        "receipt": receipt,
        "note": note,
    }
    ask(settings_of(context), "POST", f"/filings/{number}/turn", fields)
    done(f"Filing {number} is {state.value}.")


@app.command()
@answers
def mend(
    context: typer.Context,
    number: Number,
    remedy: Annotated[str, typer.Argument(help="How it was mended.")],
    *,
    by: By,
) -> None:
    """Enter how a weakness was mended."""
    ask(settings_of(context), "POST", f"/filings/{number}/mend", {"login": by, "remedy": remedy})
    done("Mended.")


# --- orders


@orders.command("list")
@answers
def list_orders(
    context: typer.Context,
    *,
    standing: Annotated[bool, typer.Option("--open", help="That stand.")] = False,
    before: Annotated[
        int | None, typer.Option(help="Older than this one: its `entered`, as the list tells it.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Show orders, newest first."""
    asked = {"open": standing, "before": before}
    found = rows(settings_of(context), "/orders", "orders", asked)
    print_rows("Orders", ORDER_COLUMNS, found, as_json=as_json)
    if not as_json:
        print_rest(found, LISTED_MAX, "--before", "entered")


@orders.command()
@answers
def enter(  # noqa: PLR0913 -- options of a command line
    context: typer.Context,
    reference: Annotated[str, typer.Argument(help="The department's number.")],
    act: Annotated[OrderAct, typer.Argument(help="closed, every, recall or suspend.")],
    *,
    by: By,
    room: Annotated[str | None, typer.Option(help="Which room; else the platform.")] = None,
    number: Annotated[int | None, typer.Option(help="Of the comment to be recalled.")] = None,
    account: Annotated[str | None, typer.Option(help="Sign-in name of whom it is against.")] = None,
    minutes: Annotated[int | None, typer.Option(min=1, help="How long it binds.")] = None,
    text: Annotated[str, typer.Option(help="What it says; sealed.")] = "",
) -> None:
    """Enter an order and carry it out at once; it ends by itself."""
    fields: Fields = {
        "login": by,
        "reference": reference,
        "act": act.value,
        "text": text,
        "room": room_typed(room),
        "number": number,
        "account": account,
        "lasts_ms": None if minutes is None else minutes * MINUTE_MS,
    }
    done(f"Order {ask(settings_of(context), 'POST', '/orders', fields)['order_id']}.")


@orders.command()
@answers
def lift(
    context: typer.Context,
    order_id: Annotated[str, typer.Argument(help="Id, as the list shows it.")],
    *,
    by: By,
    reason: Annotated[str, typer.Option(help="Why; sealed.")],
) -> None:
    """Undo an order that the department takes back."""
    ask(
        settings_of(context),
        "POST",
        at("orders", order_id, "lift"),
        {"login": by, "reason": reason},
    )
    done("Taken back.")
