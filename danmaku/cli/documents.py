"""`danmaku document`: the texts of the house, issued in versions."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from danmaku.actions.sample_texts import sample_words
from danmaku.cli.desk import Fields, ask, rows
from danmaku.cli.shell import JsonFlag, answers, done, print_bytes, print_rows, settings_of, text_of
from danmaku.domain.documents import DocumentKind
from danmaku.domain.times import at_ms_of
from danmaku.formats.document_file import file_of

app = typer.Typer(help="Agreement, notice, rules and the other texts.", no_args_is_help=True)

Kind = Annotated[DocumentKind, typer.Argument(help="Which text.")]


@app.command()
@answers
def issue(
    context: typer.Context,
    kind: Kind,
    file: Annotated[
        Path,
        typer.Argument(help="Chinese, a line ---, English; each begins: # Title.", exists=True),
    ],
    *,
    mandatory: Annotated[
        bool, typer.Option("--mandatory", help="Nobody comments before accepting it.")
    ] = False,
    effective: Annotated[
        datetime | None, typer.Option("--from", help="Binds from then on, UTC; else from now.")
    ] = None,
) -> None:
    """Bring out the next version."""
    fields: Fields = {
        "kind": kind.value,
        "text": text_of(file),
        "mandatory": mandatory,
    }
    if effective is not None:
        fields["effective_ms"] = at_ms_of(effective)
    answer = ask(settings_of(context), "POST", "/documents", fields)
    done(f"Version {answer['version']} of {kind.value} is out.")


@app.command("list")
@answers
def list_documents(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """Show every version of every text."""
    found = rows(settings_of(context), "/documents", "documents")
    columns = ("kind", "version", "effective_ms", "mandatory", "in_force")
    print_rows("Documents", columns, found, as_json=as_json)


@app.command()
@answers
def show(
    context: typer.Context,
    kind: Kind,
    *,
    version: Annotated[int | None, typer.Option(min=1, help="Else the one in force.")] = None,
) -> None:
    """Print a version, as a file to go on from."""
    query = "" if version is None else f"?version={version}"
    answer = ask(settings_of(context), "GET", f"/documents/{kind.value}{query}")
    print_bytes(f"{answer['text']}\n".encode())


@app.command()
@answers
def sample(kind: Kind) -> None:
    """Print the sample that comes with the software, to write one's own from."""
    print_bytes(f"{file_of(sample_words(kind))}\n".encode())
