"""`danmaku migrate`: the record carried over to another database."""

import re
from pathlib import Path
from typing import Annotated

import typer

from danmaku.cli.shell import (
    EXIT_USAGE,
    JsonFlag,
    answers,
    done,
    fail,
    print_json,
    progress_bars,
    settings_of,
)
from danmaku.cli.way import Way
from danmaku.config import StoreSettings
from danmaku.store.closed import move
from danmaku.store.database import DATABASE_FILE

_PLACE = "postgresql://user:password@host/name, or a data directory (sqlite:///directory)"
_SQLITE = "sqlite:///"  # what follows is a path, absolute ones with a slash of their own
_SCHEME = re.compile(r"[a-z0-9+]+:")


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("migrate")(migrate_command)


@answers
def migrate_command(
    context: typer.Context,
    *,
    origin: Annotated[
        str | None,
        typer.Option("--from", help=f"Where it lies: {_PLACE}; without: as the settings say."),
    ] = None,
    target: Annotated[str, typer.Option("--to", help=f"Where it shall lie: {_PLACE}.")],
    as_json: JsonFlag = False,
) -> None:
    """Carry the whole record over to an empty database, and prove every chain there.

    Nobody may have either open. Should anything fail, the target is left as it was.
    """
    settings = settings_of(context).store
    source = settings if origin is None else _at(origin, settings)
    with progress_bars() as bars:
        way = Way(bars)
        move(source, destination := _at(target, settings), way.tell)
    if as_json:
        print_json({"rows": way.rows_count, "chains": way.chains_count})
        return
    done(f"{way.rows_count} rows in {way.chains_count} chains have moved, every chain is sound.")
    done(f"The key of the record is in {destination.data_dir}: every node needs it.")
    done("Never serve the old record again: its viewers would see two courses of events.")


def _at(place: str, settings: StoreSettings) -> StoreSettings:
    place = _directory_of(place)
    is_address = place.startswith("postgresql://")
    if not place or (not is_address and _SCHEME.match(place)):
        # A directory of that name would be made, with the key in it. The place may hold a password.
        fail(f"That is no place of a record: {_PLACE}.", exit_code=EXIT_USAGE)
    where = {"url": place} if is_address else {"url": "", "data_dir": Path(place)}
    return StoreSettings.model_validate(settings.model_dump() | where)


def _directory_of(place: str) -> str:
    """The directory that an address of SQLite means, be it given or the file in it."""
    path = place.removeprefix(_SQLITE)
    if not path or path == place:
        return place
    return str(Path(path).parent if Path(path).name == DATABASE_FILE else Path(path))
