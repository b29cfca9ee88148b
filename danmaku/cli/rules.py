"""`danmaku filter status` and `back`: which rules decide, and those before them."""

import typer

from danmaku.cli.desk import Fields, ask
from danmaku.cli.shell import JsonFlag, answers, done, out, print_json, settings_of


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("status")(status)
    app.command("back")(back)


@answers
def status(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """Say which rules are in force, and which one can go back to."""
    told = ask(settings_of(context), "GET", "/rules")
    if as_json:
        print_json(told)
        return
    out.print(f"in force {told['version']}, before {_former(told)}", soft_wrap=True)


@answers
def back(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """Let the rules before these decide again, until a rule file changes."""
    told = ask(settings_of(context), "POST", "/rules/back")
    if as_json:
        print_json(told)
        return
    done(f"in force {told['version']}, before {_former(told)}")


def _former(told: Fields) -> str:
    former = told["former"]
    return ", ".join(map(str, former)) if isinstance(former, list) and former else "none"
