"""`danmaku credit`: whether levels are what the ledger leads to, and what another one would do."""

from pathlib import Path
from typing import Annotated

import typer

from danmaku.cli.desk import Fields, ask
from danmaku.cli.shell import (
    EXIT_REFUSED,
    JsonFlag,
    answers,
    done,
    print_json,
    print_table,
    settings_of,
)

app = typer.Typer(help="Levels, reckoned from the ledger.", no_args_is_help=True)

COLUMNS = ("login", "level", "score", "becomes")


@app.command()
@answers
def recompute(
    context: typer.Context,
    *,
    settle: Annotated[bool, typer.Option(help="Enter the levels that differ.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Reckon everybody anew; exit 1 if a level differs from the one that stands."""
    survey = ask(settings_of(context), "POST", "/credit/recompute", {"settle": settle})
    _show(survey, "Differ", as_json=as_json)
    if survey["moved"] and not settle:
        raise typer.Exit(EXIT_REFUSED)


@app.command("what-if")
@answers
def what_if(
    context: typer.Context,
    formula: Annotated[Path, typer.Argument(help="A formula (TOML).", exists=True, dir_okay=False)],
    *,
    as_json: JsonFlag = False,
) -> None:
    """Show whose level would be another by another formula; nothing changes."""
    fields: Fields = {"text": formula.read_text(encoding="utf-8")}
    survey = ask(settings_of(context), "POST", "/credit/what-if", fields)
    _show(survey, "Would change", as_json=as_json)


def _show(survey: Fields, title: str, *, as_json: bool) -> None:
    if as_json:
        print_json(survey)
        return
    moves = survey["moves"]
    rows = (
        [tuple(move[name] for name in COLUMNS) for move in moves] if isinstance(moves, list) else []
    )
    print_table(title, COLUMNS, rows)
    done(f"{survey['accounts']} accounts, {survey['moved']} differ.")
