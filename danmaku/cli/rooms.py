"""`danmaku room`: create, list, open, pause, close; what kind it is; its own words."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from danmaku.cli.desk import Fields, ask, rows
from danmaku.cli.shell import (
    EXIT_USAGE,
    JsonFlag,
    answers,
    done,
    fail,
    print_json,
    print_rows,
    print_table,
    settings_of,
    text_of,
)
from danmaku.domain.ids import room_id_of
from danmaku.domain.room import MediaType, RoomKind, Status

app = typer.Typer(help="Rooms.", no_args_is_help=True)

RoomName = Annotated[str, typer.Argument(help="Id of the room, as in /rooms/ID.")]


@app.command()
@answers
def create(  # noqa: PLR0913 -- options of a command line
    context: typer.Context,
    room: RoomName,
    *,
    title: Annotated[str, typer.Option(help="What people read above the player.")] = "",
    media_url: Annotated[
        str, typer.Option(help="Address of the video file or HLS playlist; empty: no picture.")
    ] = "",
    hls: Annotated[bool, typer.Option(help="The address is an HLS playlist.")] = False,
    live: Annotated[bool, typer.Option(help="A room for broadcasts.")] = False,
    owner: Annotated[str | None, typer.Option(help="Sign-in name of the streamer.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Open a new room."""
    playlist = hls or media_url.partition("?")[0].endswith(".m3u8")
    fields: Fields = {
        "room": room_id_of(room),
        "title": title or room,
        "kind": (RoomKind.LIVE if live else RoomKind.VIDEO).value,
        "media_url": media_url,
        "media_type": (MediaType.HLS if playlist else MediaType.FILE).value,
        "owner": owner,
    }
    answer = ask(settings_of(context), "POST", "/rooms", fields)
    if as_json:
        print_json(answer)
    else:
        done(f"Room {room} is open at /rooms/{room}.")


@app.command("list")
@answers
def list_rooms(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """Show every room."""
    found = rows(settings_of(context), "/rooms", "rooms")
    columns = ("room", "title", "kind", "status", "mode", "comments_count", "viewers_count")
    print_rows("Rooms", columns, found, as_json=as_json)


def _set_status(context: typer.Context, room: str, status: Status) -> None:
    ask(settings_of(context), "POST", f"/rooms/{room_id_of(room)}/status", {"status": status.value})
    done(f"Room {room} is {status.value}.")


@app.command("open")
@answers
def open_room(context: typer.Context, room: RoomName) -> None:
    """Let comments in again."""
    _set_status(context, room, Status.OPEN)


@app.command()
@answers
def pause(context: typer.Context, room: RoomName) -> None:
    """Take no comments for now; the list stays readable."""
    _set_status(context, room, Status.PAUSED)


@app.command()
@answers
def close(
    context: typer.Context,
    room: RoomName,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Close a room for good; its record stays readable."""
    if not yes:
        typer.confirm(f"Close {room} for good? It cannot be opened again.", abort=True)
    _set_status(context, room, Status.CLOSED)


@app.command()
@answers
def mark(
    context: typer.Context,
    room: RoomName,
    *,
    news: Annotated[
        bool | None, typer.Option("--news/--no-news", help="A person approves each comment.")
    ] = None,
    commerce: Annotated[
        bool | None, typer.Option("--commerce/--no-commerce", help="Goods are sold in it.")
    ] = None,
    minor_safe: Annotated[
        bool | None, typer.Option("--minor-safe/--no-minor-safe", help="It is fit for minors.")
    ] = None,
) -> None:
    """Say what kind of room it is; no streamer can."""
    marks: Fields = {"news": news, "commerce": commerce, "minor_safe": minor_safe}
    given = {key: value for key, value in marks.items() if value is not None}
    if not given:
        fail("Say at least one: --news, --commerce, --minor-safe.", exit_code=EXIT_USAGE)
    ask(settings_of(context), "PATCH", f"/rooms/{room_id_of(room)}/marks", given)
    done(f"Room {room}: " + ", ".join(f"{key} {value}" for key, value in given.items()) + ".")


@app.command()
@answers
def words(  # noqa: PLR0913 -- options of a command line
    context: typer.Context,
    room: RoomName,
    *,
    file: Annotated[
        Path | None,
        typer.Option("--set", help="Replace the list by a file's: a word a line.", exists=True),
    ] = None,
    add: Annotated[list[str] | None, typer.Option(help="A word more; may be repeated.")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="A word fewer; may be repeated.")] = None,
    action: Annotated[
        Literal["mask", "hold", "refuse"] | None,
        typer.Option(help="What becomes of a comment."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Show a room's own words, or change them; they only add to the rules."""
    if file is not None and (add or remove):
        fail("--set replaces the list: say neither --add nor --remove.", exit_code=EXIT_USAGE)
    settings, path = settings_of(context), f"/rooms/{room_id_of(room)}/words"
    edit: Fields = {
        "text": None if file is None else text_of(file),
        "add": add,
        "remove": remove,
        "action": action,
    }
    if given := {key: value for key, value in edit.items() if value is not None}:
        ask(settings, "PATCH", path, given)
    now = ask(settings, "GET", path)
    if as_json:
        print_json(now)
        return
    listed = now["words"]
    assert isinstance(listed, list)  # noqa: S101 -- the desk's own shape
    print_table(f"Words of {room} ({now['action']})", ("word",), [(word,) for word in listed])
