"""The command line of the bench: `python -m bench`, or `danmaku bench` in a source tree.

It ends with 0 when all is well, with 1 when a law was broken, a goal missed or a figure got worse,
with 2 when it was called wrongly, and with 130 when it was interrupted.
"""

import typer

from bench.commands.contests import register as register_contests
from bench.commands.measuring import register as register_measuring
from bench.commands.reading import register as register_reading

app = typer.Typer(
    help="Measure the server from outside, and hold what came of it against goals and baselines.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
register_measuring(app)
register_contests(app)
register_reading(app)


def main() -> None:
    """Run the command line."""
    app(prog_name="danmaku bench")
