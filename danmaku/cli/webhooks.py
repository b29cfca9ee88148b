"""`danmaku webhook`: who outside is told what happens."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from danmaku.actions.outbound import Outcome
from danmaku.cli.desk import Fields, ask, at, rows
from danmaku.cli.shell import (
    EXIT_REFUSED,
    JsonFlag,
    answers,
    done,
    out,
    print_json,
    print_rows,
    settings_of,
)
from danmaku.domain.ids import room_id_of

app = typer.Typer(help="Webhooks: who outside is told what happens.", no_args_is_help=True)

COLUMNS = ("webhook_id", "state", "label", "url", "events", "room", "behind", "tries")
TRY_COLUMNS = ("at_ms", "event", "chain", "seq", "outcome", "status", "took_ms", "message_id")

Id = Annotated[str, typer.Argument(help="Id of the endpoint, as the list shows it.")]


@app.command("list")
@answers
def list_webhooks(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """Show the endpoints and how they do."""
    found = rows(settings_of(context), "/webhooks", "webhooks")
    print_rows("Webhooks", COLUMNS, found, as_json=as_json)


@app.command()
@answers
def add(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="Where messages go; https.")],
    *,
    label: Annotated[str, typer.Option(help="What it is called in lists.")] = "",
    event: Annotated[
        list[str] | None, typer.Option(help="A type of event, as comment.published; none: all.")
    ] = None,
    room: Annotated[str | None, typer.Option(help="What is about this room alone.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Tell one more endpoint, and print its secret, this once."""
    fields: Fields = {
        "url": url,
        "label": label,
        "events": event or [],
        "room": None if room is None else room_id_of(room),
    }
    _print_secret(ask(settings_of(context), "POST", "/webhooks", fields), as_json=as_json)


@app.command()
@answers
def pause(context: typer.Context, webhook_id: Id) -> None:
    """Tell it nothing until it is resumed; nothing is lost meanwhile."""
    ask(settings_of(context), "POST", at("webhooks", webhook_id, "pause"))
    done("Paused.")


@app.command()
@answers
def resume(context: typer.Context, webhook_id: Id) -> None:
    """Tell it again from where it was left off, also one that ended by itself."""
    ask(settings_of(context), "POST", at("webhooks", webhook_id, "resume"))
    done("Resumed.")


@app.command()
@answers
def remove(context: typer.Context, webhook_id: Id) -> None:
    """Tell it nothing any more, and destroy its secret."""
    ask(settings_of(context), "DELETE", at("webhooks", webhook_id))
    done("Removed.")


@app.command()
@answers
def rotate(context: typer.Context, webhook_id: Id, *, as_json: JsonFlag = False) -> None:
    """Print another secret; the one before it signs for a day, too."""
    answer = ask(settings_of(context), "POST", at("webhooks", webhook_id, "rotate"))
    _print_secret(answer, as_json=as_json)


@app.command("test")
@answers
def send_test(context: typer.Context, webhook_id: Id, *, as_json: JsonFlag = False) -> None:
    """Send a message that means nothing, and show what came of it; exit 1 if it did not arrive."""
    answer = ask(settings_of(context), "POST", at("webhooks", webhook_id, "test"))
    print_rows("Test", TRY_COLUMNS, [answer], as_json=as_json)
    if answer["outcome"] != Outcome.DELIVERED:
        raise typer.Exit(EXIT_REFUSED)


@app.command("log")
@answers
def show_log(context: typer.Context, webhook_id: Id, *, as_json: JsonFlag = False) -> None:
    """Show its last tries, newest first."""
    found = rows(settings_of(context), at("webhooks", webhook_id, "log"), "tries")
    print_rows("Tries", TRY_COLUMNS, found, as_json=as_json)


@app.command()
@answers
def replay(
    context: typer.Context,
    webhook_id: Id,
    *,
    since: Annotated[
        datetime,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="Day or moment in UTC, within 30 days."
        ),
    ],
) -> None:
    """Tell it once more what happened since then, under the same ids."""
    since_ms = int(since.replace(tzinfo=UTC).timestamp() * 1000)
    path = at("webhooks", webhook_id, "replay")
    answer = ask(settings_of(context), "POST", path, {"since_ms": since_ms})
    done(f"Told again: {answer['chains']} chains.")


def _print_secret(answer: Fields, *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
        return
    done(f"Endpoint {answer['webhook_id']}. Its secret, shown this once:")
    out.print(str(answer["secret"]), soft_wrap=True)
