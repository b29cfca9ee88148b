"""`danmaku filter evenness`: whether one text was always judged alike by one rule set."""

from contextlib import closing
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from danmaku.cli.backscan import SHOWN_MAX
from danmaku.cli.shell import (
    EXIT_REFUSED,
    JsonFlag,
    answers,
    done,
    millis_typed,
    print_json,
    print_table,
    room_typed,
    settings_of,
    tracked,
)
from danmaku.store.evenness import Difference, Walk
from danmaku.store.verdicts import Stretch, scan_judged


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("evenness")(evenness)


@answers
def evenness(
    context: typer.Context,
    *,
    room: Annotated[str | None, typer.Option(help="This room alone.")] = None,
    since: Annotated[
        datetime | None, typer.Option(help="Comments received from then on, UTC.")
    ] = None,
    show: Annotated[
        int, typer.Option(min=0, max=SHOWN_MAX, help="List so many differences, by entry.")
    ] = 20,
    as_json: JsonFlag = False,
) -> None:
    """Walk the record, and say where one rule set has judged one text in two ways.

    Accounts, rooms and times must make no difference. What rooms' own lists, a model or the
    classifier added is left out. Nothing is written; reads beside a running server. Exits with 1
    where there is a difference.
    """
    shown: list[Difference] = []
    found = 0
    with TemporaryDirectory() as folder, closing(Walk(Path(folder))) as walk:

        def scan(stretch: Stretch) -> None:
            nonlocal found
            comments = tracked(stretch.comments, "comparing", stretch.count)
            for difference in walk.differences(comments):
                found += 1
                if len(shown) < show:
                    shown.append(difference)

        scan_judged(
            settings_of(context).store,
            scan,
            room=room_typed(room),
            since_ms=millis_typed(since),
        )
        counts = {
            "comments": walk.compared_count,
            "texts": walk.texts_count,
            "left_out": walk.left_out_count,
            "differences": found,
        }
    if as_json:
        print_json(counts | {"found": [_row_of(one) for one in shown]})
    else:
        print_table("Compared", ("what", "count"), list(counts.items()))
        if shown:
            rows = [_row_of(one) for one in shown]
            print_table("Of these", tuple(rows[0]), [tuple(row.values()) for row in rows])
        done("One text, one verdict." if not found else f"{found} comments were judged otherwise.")
    if found:
        raise typer.Exit(EXIT_REFUSED)


def _row_of(one: Difference) -> dict[str, object]:
    return {
        "rules": one.ruleset,
        "room": one.other.room,
        "entry": one.other.origin,
        "said": one.other.said,
        "first_room": one.first.room,
        "first_entry": one.first.origin,
        "first_said": one.first.said,
    }
