"""`danmaku duties`: what the regulation asks, and how each duty stands."""

from typing import Annotated

import typer

from danmaku.cli.desk import rows
from danmaku.cli.shell import JsonFlag, answers, print_json, print_table, settings_of

COLUMNS = ("clause", "duty", "state", "today", "newest", "proven by")


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("duties")(duties_command)


@answers
def duties_command(
    context: typer.Context,
    *,
    gaps: Annotated[bool, typer.Option("--gaps", help="Only those with a gap.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Show every duty of the regulation with today's evidence; a gap exits with 1."""
    found = rows(settings_of(context), "/duties", "duties")
    shown = [row for row in found if not (gaps and row["is_green"])]
    if as_json:
        print_json(shown)
    else:
        print_table("Duties", COLUMNS, [_cells_of(row) for row in shown])
    if not all(row["is_green"] for row in found):
        raise typer.Exit(1)


def _cells_of(row: dict[str, object]) -> tuple[object, ...]:
    troubles, tests = row["troubles"], row["tests"]
    state = ", ".join(map(str, troubles)) if isinstance(troubles, list) else ""
    proof = ", ".join(map(str, tests)) if isinstance(tests, list) else ""
    newest = row["newest_iso"] or "-"
    return row["clause"], row["duty"], state or "green", row["day_count"], newest, proof
