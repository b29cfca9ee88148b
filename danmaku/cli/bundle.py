"""`danmaku bundle`: a stretch of the record with its proofs, for the department."""

import shutil
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from danmaku.cli.desk import ask
from danmaku.cli.shell import (
    JsonFlag,
    answers,
    done,
    millis_typed,
    print_json,
    progress_bars,
    room_typed,
    settings_of,
)
from danmaku.clock import now_ms
from danmaku.config import Settings
from danmaku.domain.ids import Millis
from danmaku.domain.inspection import Made, Period
from danmaku.store.bundles import make_bundle


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("bundle")(bundle)


@answers
def bundle(
    context: typer.Context,
    since: Annotated[datetime, typer.Option("--from", help="Entries from then on, UTC.")],
    until: Annotated[datetime, typer.Option("--to", help="And before that, UTC.")],
    *,
    out: Annotated[
        Path, typer.Option("--out", help="A folder to be made; or a file that ends with .zip.")
    ],
    room: Annotated[str | None, typer.Option(help="This room alone.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Make the statutory bundle: data, manifest, digests, an index, and what verifies them.

    Nobody's name is in it. Reads beside a running server; that it was made is entered.
    """
    settings = settings_of(context)
    period = Period(
        millis_typed(since) or Millis(0),
        millis_typed(until) or Millis(0),
        room_typed(room),
    )
    with progress_bars() as progress:
        task = progress.add_task("bundling", total=None)
        made = make_bundle(
            settings.store,
            period,
            out,
            made_ms=now_ms(),
            on_step=lambda done, total: progress.update(task, completed=done, total=total),
        )
    try:
        _note(settings, period, made)
    except BaseException:  # a full disk, or Ctrl-C: what is not entered is not given away
        _remove(out)
        raise
    if as_json:
        print_json({"manifest": made.digest, "entries": made.entries_count})
    else:
        done(f"{made.entries_count} entries in {out}; the manifest's digest is {made.digest}.")


def _note(settings: Settings, period: Period, made: Made) -> None:
    fields: dict[str, object] = {
        "from_ms": period.from_ms,
        "to_ms": period.to_ms,
        "room": period.room,
        "digest": made.digest,
        "entries": made.entries_count,
    }
    ask(settings, "POST", "/bundles", fields)


def _remove(out: Path) -> None:
    if out.is_dir():
        shutil.rmtree(out)
    else:
        out.unlink(missing_ok=True)
