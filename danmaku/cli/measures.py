"""`danmaku measure` and `danmaku control`: the ladder, and the emergency brake."""

from typing import Annotated

import typer

from danmaku.cli.desk import Fields, ask, at, rows
from danmaku.cli.shell import (
    JsonFlag,
    answers,
    done,
    print_json,
    print_rows,
    room_typed,
    settings_of,
)
from danmaku.domain.measures import Function, Step
from danmaku.domain.room import ReviewMode
from danmaku.domain.times import MINUTE_MS

app = typer.Typer(help="Measures against accounts and rooms.", no_args_is_help=True)
controls = typer.Typer(help="Emergency controls: review first, or close.", no_args_is_help=True)


MeasureId = Annotated[str, typer.Argument(help="Id of the measure, as the list shows it.")]
Reason = Annotated[str, typer.Option(help="Why; sealed.")]
By = Annotated[
    str | None, typer.Option("--as", help="Sign-in name of who takes it; else the operator.")
]
InRoom = Annotated[str | None, typer.Option(help="In this room only; else everywhere.")]


@app.command()
@answers
def take(  # noqa: PLR0913 -- options of a command line
    context: typer.Context,
    step: Annotated[Step, typer.Argument(help="Which step.")],
    *,
    category: Annotated[str, typer.Option(help="Why.")],
    basis: Annotated[str, typer.Option(help="Which rule it rests on.")],
    note: Annotated[str, typer.Option(help="To the person; sealed.")] = "",
    login: Annotated[str | None, typer.Option(help="Against this account.")] = None,
    room: InRoom = None,
    number: Annotated[
        int | None, typer.Option(min=1, help="About this comment of the room, and its author.")
    ] = None,
    minutes: Annotated[int | None, typer.Option(min=1, help="How long; else for good.")] = None,
    function: Annotated[list[Function] | None, typer.Option(help="What a limit takes.")] = None,
    by: By = None,
) -> None:
    """Take a step; it is felt at once."""
    fields: Fields = {
        "step": step.value,
        "category": category,
        "basis": basis,
        "note": note,
        "login": login,
        "room": room_typed(room),
        "number": number,
        "lasts_ms": None if minutes is None else minutes * MINUTE_MS,
        "functions": [one.value for one in function or ()],
        "by": by,
    }
    answer = ask(settings_of(context), "POST", "/measures", fields)
    done(f"Taken: {answer['measure_id']}.")


@app.command()
@answers
def reverse(
    context: typer.Context, measure_id: MeasureId, *, reason: Reason, by: By = None
) -> None:
    """Undo a step, and what it did."""
    path = at("measures", measure_id, "reverse")
    ask(settings_of(context), "POST", path, {"reason": reason, "by": by})
    done("Undone.")


@app.command("list")
@answers
def list_measures(
    context: typer.Context,
    *,
    login: Annotated[str | None, typer.Option(help="Against this account only.")] = None,
    room: Annotated[str | None, typer.Option(help="Of this room only.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Show measures, newest first."""
    asked = {"login": login, "room": room_typed(room)}
    found = rows(settings_of(context), "/measures", "measures", asked)
    columns = ("measure_id", "step", "category", "basis", "room", "until_ms", "is_reversed")
    print_rows("Measures", columns, found, as_json=as_json)


@app.command()
@answers
def evidence(context: typer.Context, measure_id: MeasureId) -> None:
    """Show what a measure stood on: text, time, account, rule set, who took it."""
    print_json(ask(settings_of(context), "GET", at("measures", measure_id)))


@controls.command("set")
@answers
def set_control(
    context: typer.Context,
    mode: Annotated[ReviewMode, typer.Argument(help="'delayed', 'every' or 'closed'.")],
    *,
    minutes: Annotated[int, typer.Option(min=1, help="How long; it ends by itself.")],
    reason: Reason,
    room: InRoom = None,
) -> None:
    """Lay a stricter mode over a room, or over all of them."""
    fields: Fields = {
        "room": room_typed(room),
        "mode": mode.value,
        "lasts_ms": minutes * MINUTE_MS,
        "reason": reason,
    }
    ask(settings_of(context), "POST", "/controls", fields)
    done(f"Comments are '{mode.value}' for {minutes} minutes.")


@controls.command()
@answers
def lift(context: typer.Context, *, reason: Reason, room: InRoom = None) -> None:
    """End a control before its time."""
    fields: Fields = {"room": room_typed(room), "reason": reason}
    ask(settings_of(context), "POST", "/controls/lift", fields)
    done("Lifted.")


@controls.command("list")
@answers
def list_controls(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """Show the controls in force."""
    found = rows(settings_of(context), "/controls", "controls")
    columns = ("room", "mode", "until_ms", "reference")
    print_rows("Controls", columns, found, as_json=as_json)
