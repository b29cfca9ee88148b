"""`danmaku feature`: what the house offers beyond comments, once it is assessed."""

from typing import Annotated

import typer

from danmaku.cli.desk import ask, rows
from danmaku.cli.shell import JsonFlag, answers, done, print_rows, settings_of
from danmaku.domain.features import Feature

app = typer.Typer(help="Features, off until assessed.", no_args_is_help=True)

COLUMNS = ("feature", "runs", "approved", "on", "reference")

Which = Annotated[Feature, typer.Argument(help="Which feature.")]


@app.command("list")
@answers
def list_features(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """Show how each feature stands."""
    found = rows(settings_of(context), "/features", "features")
    print_rows("Features", COLUMNS, found, as_json=as_json)


@app.command()
@answers
def on(context: typer.Context, feature: Which) -> None:
    """Let people have a feature; refused while no approval stands."""
    ask(settings_of(context), "POST", f"/features/{feature.value}", {"on": True})
    done(f"{feature.value} is on.")


@app.command()
@answers
def off(context: typer.Context, feature: Which) -> None:
    """Take a feature away; what was recorded of it stays."""
    ask(settings_of(context), "POST", f"/features/{feature.value}", {"on": False})
    done(f"{feature.value} is off.")
