"""`danmaku chain` and `danmaku verifier`: the record for others to check."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine, select

from danmaku import verifier
from danmaku.cli.shell import answers, print_bytes, progress_bars, settings_of, sink
from danmaku.domain.ids import PLATFORM, room_id_of
from danmaku.formats.chain_copy import Signer
from danmaku.store import schema
from danmaku.store.copies import copy_lines
from danmaku.store.heads import public_hex
from danmaku.store.keys import existing_head_key
from danmaku.store.opening import look


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("chain")(chain)
    app.command("verifier")(give_verifier)


@answers
def chain(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The room; @platform for the platform's chain.")],
    *,
    to: Annotated[
        Path | None, typer.Option("--to", help="File to write; without: standard output.")
    ] = None,
) -> None:
    """Write a chain for everybody to check: every leaf and link, only public entries opened.

    Reads beside a running server.
    """
    settings = settings_of(context).store
    wanted = PLATFORM if name == PLATFORM else room_id_of(name)
    key = public_hex(existing_head_key(settings.data_dir))

    def write(engine: Engine) -> None:
        with ExitStack() as stack:
            connection = stack.enter_context(engine.connect())
            meta = select(schema.meta.c.value).where(schema.meta.c.name == "epoch")
            signer = Signer(connection.scalar(meta) or "", key)
            lines = copy_lines(connection, signer, wanted)
            first = next(lines)  # a chain that is not there leaves no file behind
            file = stack.enter_context(sink(to))
            progress = stack.enter_context(progress_bars())
            task = progress.add_task("copying", total=None)
            file.write(first)
            for chunk in lines:
                file.write(chunk)
                progress.advance(task, chunk.count(b"\n"))

    look(settings, write)


@answers
def give_verifier() -> None:
    """Print the program that checks chains and bundles without this server.

    For a file: danmaku verifier > verify.py
    """
    print_bytes(Path(verifier.__file__).read_bytes())
