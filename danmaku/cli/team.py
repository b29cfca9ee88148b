"""`danmaku training` and `danmaku roster`: what the staff are asked, and who is on duty."""

from pathlib import Path
from typing import Annotated

import typer

from danmaku.actions.sample_texts import sample_question_file
from danmaku.cli.desk import Fields, ask, rows
from danmaku.cli.shell import JsonFlag, answers, done, print_bytes, print_rows, settings_of, text_of

app = typer.Typer(help="The test of those who decide cases.", no_args_is_help=True)

COLUMNS = (
    "login", "on_duty_until_ms", "trained_until_ms", "claimed", "decided_today", "decided",
    "median_ms", "overturned",
)  # fmt: skip


def register(root: typer.Typer) -> None:
    """Add the command that is no group."""
    root.command("roster")(show_roster)


@app.command()
@answers
def issue(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Questions in TOML; see `sample`.", exists=True)],
) -> None:
    """Bring the next version of the test out; from the first one on, claiming asks for it."""
    fields: Fields = {"text": text_of(file)}
    answer = ask(settings_of(context), "POST", "/training/questions", fields)
    done(f"Version {answer['version']} of the test is out.")


@app.command()
@answers
def sample() -> None:
    """Print questions to begin with, as a file."""
    print_bytes(sample_question_file().encode())


@answers
def show_roster(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """Show who is on duty, until when each is trained, and what each has decided."""
    found = rows(settings_of(context), "/roster", "staff")
    print_rows("Roster", COLUMNS, found, as_json=as_json)
