"""`danmaku load`: what the house does without under load, and levels held by hand."""

from typing import Annotated

import typer

from danmaku.cli.desk import ask
from danmaku.cli.shell import answers, done, settings_of
from danmaku.domain.brownout import HIGHEST, LASTS_MAX_MS
from danmaku.domain.times import MINUTE_MS

app = typer.Typer(help="The load, and what is done without.", no_args_is_help=True)


@app.command()
@answers
def show(context: typer.Context) -> None:
    """Show the level and the delays behind it."""
    done(_words_of(ask(settings_of(context), "GET", "/load")))


@app.command()
@answers
def hold(
    context: typer.Context,
    level: Annotated[int, typer.Argument(min=0, max=HIGHEST, help="Which level.")],
    minutes: Annotated[
        int, typer.Option(min=1, max=LASTS_MAX_MS // MINUTE_MS, help="For how long.")
    ] = 10,
) -> None:
    """Hold a level on all nodes, whatever the load; it ends by itself."""
    wanted: dict[str, object] = {"level": level, "lasts_ms": minutes * MINUTE_MS}
    done(_words_of(ask(settings_of(context), "POST", "/load/hold", wanted)))


@app.command("let-go")
@answers
def let_go(context: typer.Context) -> None:
    """Let the settings, or the load, decide again."""
    done(_words_of(ask(settings_of(context), "POST", "/load/let-go")))


def _words_of(load: dict[str, object]) -> str:
    why = "the load decides" if load["forced_level"] is None else "held"
    delays, memory = load["delays_ms"], load["memory_pct"]
    return f"Level {load['level']}, {why}. Delays in ms: {delays}. Memory: {memory} %."
