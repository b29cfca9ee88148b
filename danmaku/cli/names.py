"""`danmaku name`: names, titles and summaries that wait, and those that have to go.

The operator's desk acts for a named reviewer, so that the record says who decided.
"""

from typing import Annotated

import typer

from danmaku.cli.desk import Fields, ask, rows
from danmaku.cli.shell import JsonFlag, answers, done, print_rows, settings_of
from danmaku.domain.naming import Surface

app = typer.Typer(help="Names, titles and summaries that wait for a person.", no_args_is_help=True)

Reviewer = Annotated[str, typer.Option("--as", help="Sign-in name of the reviewer who decides.")]
Name = Annotated[int, typer.Argument(help="Its id, as the list shows it.")]
Category = Annotated[str, typer.Option(help="Why.")]
Note = Annotated[str, typer.Option(help="What its owner is told.")]


@app.command("list")
@answers
def list_waiting(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """Show what waits, oldest first."""
    found = rows(settings_of(context), "/names", "names")
    columns = ("id", "surface", "room", "category", "text")
    print_rows("Names", columns, found, as_json=as_json)


@app.command()
@answers
def approve(context: typer.Context, name: Name, *, reviewer: Reviewer) -> None:
    """Show it from here on."""
    ask(settings_of(context), "POST", f"/names/{name}/approve", {"by": reviewer})
    done("Shown.")


@app.command()
@answers
def reject(
    context: typer.Context,
    name: Name,
    *,
    reviewer: Reviewer,
    category: Category = "other",
    note: Note = "",
) -> None:
    """Refuse it; a neutral name stays in its place."""
    fields: Fields = {"by": reviewer, "category": category, "note": note}
    ask(settings_of(context), "POST", f"/names/{name}/reject", fields)
    done("Refused.")


@app.command("take-away")
@answers
def take_away(  # noqa: PLR0913 -- each is an option of the command
    context: typer.Context,
    surface: Annotated[Surface, typer.Argument(help="What is not to be shown any more.")],
    *,
    reviewer: Reviewer,
    login: Annotated[str | None, typer.Option(help="Whose name.")] = None,
    room: Annotated[str | None, typer.Option(help="Of which room.")] = None,
    category: Category = "other",
    note: Note = "",
) -> None:
    """Refuse what is shown; a neutral name, or no summary, takes its place at once."""
    fields: Fields = {"by": reviewer, "category": category, "note": note, "surface": surface.value}
    fields |= {"login": login, "room": room}
    ask(settings_of(context), "POST", "/names/take-away", fields)
    done("Taken away.")
