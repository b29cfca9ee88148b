"""`danmaku feed`, `export`, `import` and `verify`: comments in and out of the record."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from danmaku.cli.desk import Desk, Fields, at_desk, refusal_of
from danmaku.cli.shell import (
    EXIT_REFUSED,
    JsonFlag,
    answers,
    done,
    fail,
    print_json,
    print_table,
    progress_bars,
    settings_of,
    sink,
)
from danmaku.cli.way import Way
from danmaku.domain.ids import room_id_of
from danmaku.errors import Coded, Unknown
from danmaku.formats.exports import ExportName
from danmaku.formats.imports import ImportName, import_name_of
from danmaku.formats.jsonl import Line, line_of
from danmaku.store.verify import Finding, Sound, verify
from danmaku.store.verify import Progress as Walked

FEED_IN_FLIGHT_MAX = 64
RECORDED = {"published", "held", "refused"}  # the rules' word is an outcome; a code is none
IMPORT_BYTES = 65_536  # sent at a time


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("feed")(feed)
    app.command("export")(export)
    app.command("import")(import_file)
    app.command("verify")(verify_command)


FileIn = Annotated[Path, typer.Argument(help="Of comments.", exists=True, dir_okay=False)]
RoomName = Annotated[str, typer.Option("--room", help="The room.")]


# --- feed


@dataclass(slots=True)
class _Feed:
    """One file on its way into a room."""

    desk: Desk
    room: str
    speed: float
    logins: Iterator[str]
    outcomes: Counter[str]
    progress: Progress

    async def play(self, lines: list[Line]) -> None:
        """Send each line at its media time, counted from the first one's, `speed` times as fast."""
        task = self.progress.add_task("feeding", total=len(lines))
        loop = asyncio.get_running_loop()
        gate = asyncio.Semaphore(FEED_IN_FLIGHT_MAX)
        began = loop.time()
        first_ms = lines[0].draft.position_ms
        async with asyncio.TaskGroup() as tasks:
            for line in lines:
                due = began + (line.draft.position_ms - first_ms) / 1000 / self.speed
                await asyncio.sleep(max(0.0, due - loop.time()))
                await gate.acquire()
                sending = tasks.create_task(self._send(line))
                sending.add_done_callback(lambda _: gate.release())
                sending.add_done_callback(lambda _: self.progress.advance(task))

    async def _send(self, line: Line) -> None:
        draft = line.draft
        fields: Fields = {
            "login": next(self.logins),
            "id": draft.client_id,
            "text": draft.text,
            "position_ms": draft.position_ms,
            "mode": draft.style.mode.value,
            "color": draft.style.color,
            "size": draft.style.size,
        }
        try:
            answer = await self.desk.ask("POST", f"/rooms/{self.room}/comments", fields)
        except (Coded, Unknown) as refused:
            self.outcomes[refused.code.value] += 1
        else:
            self.outcomes[str(answer["outcome"])] += 1


@answers
def feed(  # noqa: PLR0913 -- options of a command line
    context: typer.Context,
    file: FileIn,
    *,
    room: RoomName,
    speed: Annotated[float, typer.Option(min=0.01, help="Times real time.")] = 1.0,
    video: Annotated[
        int | None, typer.Option(help="Of a file with several videos: which; without: the first.")
    ] = None,
    accounts: Annotated[
        int, typer.Option(min=1, max=1000, help="Accounts that take turns as senders.")
    ] = 32,
    as_json: JsonFlag = False,
) -> None:
    """Play a file of comments into a room as live traffic; exit 1 if none came to its record."""
    room_id = room_id_of(room)
    lines = _one_video(_lines(file), video)
    logins = [f"feed{index + 1:04}" for index in range(accounts)]
    outcomes: Counter[str] = Counter()

    async def work(desk: Desk) -> None:
        for login in logins:
            await _ensure_account(desk, login)
        with progress_bars() as progress:
            turns = itertools.cycle(logins)
            await _Feed(desk, room_id, speed, turns, outcomes, progress).play(lines)

    at_desk(settings_of(context), work)
    if as_json:
        print_json(dict(outcomes))
    else:
        print_table("Outcome", ("what", "comments"), list(outcomes.most_common()))
    if not outcomes.keys() & RECORDED:
        raise typer.Exit(EXIT_REFUSED)


def _lines(file: Path) -> Iterable[Line]:
    with file.open("rb") as raw:
        for place, one in enumerate(raw, start=1):
            if (line := line_of(one, place=place)) is not None:
                yield line


def _one_video(lines: Iterable[Line], video: int | None) -> list[Line]:
    wanted = video
    kept: list[Line] = []
    for line in lines:
        wanted = line.video if wanted is None else wanted
        if line.video == wanted:
            kept.append(line)
    if not kept:
        fail("The file holds no comments of that video.")
    return sorted(kept, key=lambda line: line.draft.position_ms)


async def _ensure_account(desk: Desk, login: str) -> None:
    try:
        await desk.ask("POST", "/accounts", {"login": login, "name": login, "password": None})
    except Coded as refused:
        if refused.code != "duplicate":
            raise


# --- export and import


@answers
def export(
    context: typer.Context,
    room: Annotated[str, typer.Argument(help="The room.")],
    *,
    to: Annotated[
        Path | None, typer.Option("--to", help="File to write; without: standard output.")
    ] = None,
    name: Annotated[
        ExportName, typer.Option("--format", help="For whom it is written.")
    ] = ExportName.JSONL,
) -> None:
    """Write a room's comments; without a format as JSON lines, with markers, in order of number."""
    room_id = room_id_of(room)

    count = at_desk(settings_of(context), lambda desk: _write_export(desk, room_id, name, to))
    if to is not None:
        done(f"{count} comments in {to}.")


async def _write_export(desk: Desk, room: str, name: ExportName, to: Path | None) -> int:
    asked = {"format": name.value}
    unpacked = {"Accept-Encoding": "identity"}
    path = f"/export/{room}"
    async with desk.client.stream("GET", path, params=asked, headers=unpacked) as response:
        if response.is_error:
            await response.aread()
            raise refusal_of(response)
        # Not before: what is refused empties no file that is there already.
        with ExitStack() as stack:
            file = stack.enter_context(sink(to))
            progress = stack.enter_context(progress_bars())
            task = progress.add_task("exporting", total=int(response.headers["content-length"]))
            async for chunk in response.aiter_bytes():
                file.write(chunk)
                progress.advance(task, len(chunk))
    return int(response.headers["record-comments"])


@answers
def import_file(
    context: typer.Context,
    file: FileIn,
    *,
    room: RoomName,
    importer: Annotated[str, typer.Option("--as", help="Sign-in name of the importer.")],
    name: Annotated[
        ImportName | None,
        typer.Option("--format", help="Without: .xml is XML, .so and .pb protobuf, else lines."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Bring a file of comments into a room: through the filter, marked as imported.

    The same file brought in twice records once.
    """
    room_id = room_id_of(room)

    async def work(desk: Desk) -> Fields:
        with progress_bars() as progress:
            task = progress.add_task("importing", total=file.stat().st_size)

            async def body() -> AsyncIterator[bytes]:
                with file.open("rb") as raw:
                    while chunk := raw.read(IMPORT_BYTES):
                        yield chunk
                        progress.advance(task, len(chunk))

            path = f"/import/{room_id}"
            response = await desk.client.post(
                path,
                params={"login": importer, "format": (name or import_name_of(file.name)).value},
                content=body(),
                timeout=None,
            )
        if response.is_error:
            raise refusal_of(response)
        answer: Fields = response.json()
        return answer

    answer = at_desk(settings_of(context), work)
    if as_json:
        print_json(answer)
        return
    errors = answer.pop("errors")
    print_table("Outcome", ("what", "lines"), list(answer.items()))
    if errors:
        print_table("Refused", ("line",), [(one,) for one in _listed(errors)])


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


# --- verify


@answers
def verify_command(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """Check every chain of the record; name the first bad entry of each.

    Reads beside a running server. Ends with 1 if anything is wrong.
    """
    ends: list[Sound | Finding] = []
    with progress_bars() as bars:
        way = Way(bars)

        def tell(step: Walked | Sound | Finding) -> None:
            if not isinstance(step, Finding):
                way.tell(step)
            if not isinstance(step, Walked):
                ends.append(step)

        verify(settings_of(context).store, tell)
    rows = [_end_fields(end) for end in ends]
    if as_json:
        print_json(rows)
    else:
        columns = ("chain", "entries", "erased", "heads", "state")
        print_table("Chains", columns, [tuple(row.values()) for row in rows])
    if any(isinstance(end, Finding) for end in ends):
        raise typer.Exit(EXIT_REFUSED)


def _end_fields(end: Sound | Finding) -> Fields:
    if isinstance(end, Sound):
        counts: Fields = {"entries": end.entries_count, "erased": end.erased_count}
        return {"chain": end.chain, **counts, "heads": end.heads_count, "state": "sound"}
    unknown: Fields = {"entries": None, "erased": None, "heads": None}
    return {"chain": end.chain, **unknown, "state": f"entry {end.seq}: {end.what}"}
