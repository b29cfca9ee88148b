"""`danmaku bulk`: many published comments at once, previewed, recalled and brought back."""

from datetime import datetime
from typing import Annotated

import typer

from danmaku.cli.desk import Fields, ask, rows
from danmaku.cli.shell import (
    JsonFlag,
    answers,
    done,
    millis_typed,
    print_json,
    print_rows,
    settings_of,
)

app = typer.Typer(
    help="Bulk recalls: preview by author, rule, likeness, room and time; execute; undo.",
    no_args_is_help=True,
)

Number = Annotated[int, typer.Argument(min=1, help="Number of the preview or recall.")]
By = Annotated[str, typer.Option("--as", help="Sign-in name of who answers for it.")]

_COLUMNS = ("scan", "phase", "category", "room", "rule", "like", "expected", "hits", "why")


@app.command("list")
@answers
def list_recalls(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """Show bulk recalls and previews, newest first."""
    found = rows(settings_of(context), "/bulk-recalls", "recalls")
    print_rows("Bulk recalls", _COLUMNS, found, as_json=as_json)


@app.command()
@answers
def preview(  # noqa: PLR0913 -- options of a command line
    context: typer.Context,
    *,
    by: By,
    why: Annotated[str, typer.Option(help="Why; sealed.")],
    category: Annotated[str, typer.Option(help="What people see as the reason.")],
    login: Annotated[str | None, typer.Option(help="Comments of this account.")] = None,
    author: Annotated[str | None, typer.Option(help="The same, by public id in --room.")] = None,
    rule: Annotated[str | None, typer.Option(help="What this rule in force objects to.")] = None,
    like: Annotated[
        str | None, typer.Option(help="What is nearly the same as this comment: demo-12.")
    ] = None,
    room: Annotated[str | None, typer.Option(help="In this room.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Received from then on, UTC.")] = None,
    upto: Annotated[datetime | None, typer.Option(help="And before that, UTC.")] = None,
) -> None:
    """Count and pin what would be recalled, and show some of it; nothing is done to it."""
    fields: Fields = {
        "by": by,
        "why": why,
        "category": category,
        "login": login,
        "author": author,
        "rule": rule,
        "like": like,
        "room": room,
        "since_ms": millis_typed(since),
        "upto_ms": millis_typed(upto),
    }
    print_json(ask(settings_of(context), "POST", "/bulk-recalls/preview", fields))


@app.command()
@answers
def execute(context: typer.Context, number: Number, *, by: By) -> None:
    """Recall what was previewed, and nothing else."""
    _turn(context, number, "execute", by)
    done("It has begun.")


@app.command()
@answers
def stop(context: typer.Context, number: Number, *, by: By) -> None:
    """Recall no more; what was recalled stays so."""
    _turn(context, number, "stop", by)
    done("Stopped.")


@app.command()
@answers
def undo(context: typer.Context, number: Number, *, by: By) -> None:
    """Bring back whatever nobody has brought back yet."""
    _turn(context, number, "undo", by)
    done("It is being undone.")


def _turn(context: typer.Context, number: int, verb: str, by: str) -> None:
    ask(settings_of(context), "POST", f"/bulk-recalls/{number}/{verb}", {"by": by})
