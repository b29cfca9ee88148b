"""`danmaku credit`: whether levels are what the ledger leads to, and what another one would do."""

from pathlib import Path
from typing import Annotated

import typer

from danmaku.cli.desk import Desk, Fields, at_desk
from danmaku.cli.shell import (
    EXIT_REFUSED,
    JsonFlag,
    answers,
    done,
    print_json,
    print_table,
    progress_bars,
    settings_of,
    text_of,
)

app = typer.Typer(help="Levels, reckoned from the ledger.", no_args_is_help=True)

COLUMNS = ("login", "level", "score", "becomes")
MOVES_MAX = 1000  # shown; all are counted


@app.command()
@answers
def recompute(
    context: typer.Context,
    *,
    settle: Annotated[bool, typer.Option(help="Enter the levels that differ.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Reckon everybody anew; exit 1 if a level differs from the one that stands."""
    survey = _surveyed(context, "/credit/recompute", {"settle": settle})
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
    survey = _surveyed(context, "/credit/what-if", {"text": text_of(formula)})
    _show(survey, "Would change", as_json=as_json)


def _surveyed(context: typer.Context, path: str, fields: Fields) -> Fields:
    """Ask part by part, so that nobody waits for an answer about all, and tell how far it is."""

    async def work(desk: Desk) -> Fields:
        accounts, moved, moves = 0, 0, list[object]()
        after: object = 0
        with progress_bars() as bars:
            task = bars.add_task("accounts", total=None)
            while isinstance(after, int):
                part = await desk.ask("POST", path, fields | {"after": after})
                accounts += _count(part["accounts"])
                moved += _count(part["moved"])
                found = part["moves"]
                moves += found if isinstance(found, list) else []
                after = part["after"]
                bars.update(task, completed=accounts)
        return {"accounts": accounts, "moved": moved, "moves": moves[:MOVES_MAX]}

    return at_desk(settings_of(context), work)


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


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
