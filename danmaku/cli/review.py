"""`danmaku review`: the list of held comments, from the command line.

The operator's desk acts for a named reviewer, so that the record says who decided.
"""

from typing import Annotated

import typer

from danmaku.cli.desk import ask, rows
from danmaku.cli.shell import JsonFlag, answers, done, print_rows, room_typed, settings_of
from danmaku.domain.ids import room_id_of

app = typer.Typer(help="Comments that wait for a person.", no_args_is_help=True)

Reviewer = Annotated[str, typer.Option("--as", help="Sign-in name of the reviewer who decides.")]
RoomName = Annotated[str, typer.Argument(help="The room.")]
Origin = Annotated[int, typer.Argument(help="Private id of the comment, as the list shows it.")]


@app.command("list")
@answers
def list_held(
    context: typer.Context,
    *,
    room: Annotated[str | None, typer.Option(help="Of this room only.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Show what waits, oldest first."""
    asked = {"room": room_typed(room)}
    held = rows(settings_of(context), "/held", "held", asked)
    columns = ("room", "origin", "category", "name", "text")
    print_rows("Held", columns, held, as_json=as_json)


@app.command()
@answers
def approve(context: typer.Context, room: RoomName, origin: Origin, *, reviewer: Reviewer) -> None:
    """Publish a held comment."""
    path = f"/held/{room_id_of(room)}/{origin}/approve"
    answer = ask(settings_of(context), "POST", path, {"login": reviewer})
    done(f"Published as {room}-{answer['number']}.")


@app.command()
@answers
def reject(
    context: typer.Context,
    room: RoomName,
    origin: Origin,
    *,
    reviewer: Reviewer,
    category: Annotated[str, typer.Option(help="Why.")] = "other",
) -> None:
    """Refuse a held comment."""
    path = f"/held/{room_id_of(room)}/{origin}/reject"
    ask(settings_of(context), "POST", path, {"login": reviewer, "category": category})
    done("Refused.")
