"""`danmaku hold`: keeping what terms and wishes would destroy."""

from datetime import datetime
from typing import Annotated

import typer

from danmaku.cli.desk import Fields, ask, at, rows
from danmaku.cli.shell import (
    JsonFlag,
    answers,
    done,
    millis_typed,
    print_rows,
    room_typed,
    settings_of,
)

app = typer.Typer(help="Legal holds: what must not be destroyed.", no_args_is_help=True)

COLUMNS = ("hold_id", "login", "room", "origin", "from_ms", "to_ms", "told", "by", "basis")

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day in UTC.")]


@app.command("list")
@answers
def list_holds(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """Show the legal holds that stand."""
    found = rows(settings_of(context), "/legal-holds", "holds")
    print_rows("Legal holds", COLUMNS, found, as_json=as_json)


@app.command()
@answers
def lay(  # noqa: PLR0913 -- options of a command line
    context: typer.Context,
    *,
    basis: Annotated[str, typer.Option(help="The law, order or lawsuit that asks for it.")],
    login: Annotated[str, typer.Option(help="What is about this account.")] = "",
    room: Annotated[str | None, typer.Option(help="What is in this room.")] = None,
    number: Annotated[int | None, typer.Option(min=1, help="This comment of the room.")] = None,
    since: Day = None,
    before: Day = None,
    secret: Annotated[bool, typer.Option("--secret", help="Whom it names is not told.")] = False,
) -> None:
    """Keep what all the options name together, until the hold is lifted."""
    fields: Fields = {
        "basis": basis,
        "login": login,
        "room": room_typed(room),
        "number": number,
        "from_ms": millis_typed(since),
        "to_ms": millis_typed(before),
        "told": not secret,
    }
    answer = ask(settings_of(context), "POST", "/legal-holds", fields)
    done(f"Laid: {answer['hold_id']}.")


@app.command()
@answers
def lift(
    context: typer.Context,
    hold_id: Annotated[str, typer.Argument(help="Id of the hold, as the list shows it.")],
    *,
    why: Annotated[str, typer.Option(help="Why it need not be kept any longer; sealed.")],
) -> None:
    """Let the terms go on about what a hold covers; somebody else has laid it."""
    ask(settings_of(context), "POST", at("legal-holds", hold_id, "lift"), {"why": why})
    done("Lifted.")
