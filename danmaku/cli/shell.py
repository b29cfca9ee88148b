"""What all commands share: the settings, how they speak to people and to scripts, how they fail."""

import contextlib
import errno
import functools
import io
import json
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, BinaryIO, NoReturn, ParamSpec, TypeVar

import orjson
import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    track,
)
from rich.text import Text

from danmaku import __version__
from danmaku.cli.layout import heading_of, set_out, visible, words_of
from danmaku.cli.loading import Commands
from danmaku.config import CONFIG_VARIABLE, Settings, settings_from
from danmaku.domain.ids import Millis, RoomId, room_id_of
from danmaku.domain.times import at_ms_of
from danmaku.errors import Code, DanmakuError
from danmaku.logs import configure_logging

P = ParamSpec("P")
Thing = TypeVar("Thing")

EXIT_REFUSED = 1  # the answer is no
EXIT_UNSOUND = 3  # the record is damaged, or would be: starting again changes nothing
EXIT_USAGE = 2  # the command line or the configuration is wrong
EXIT_UNREAD = 128 + signal.SIGPIPE  # as of a program that a closed pipe has ended

app = typer.Typer(
    cls=Commands,
    help="Real-time bullet comments with a durable, provable record.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


class Plain(Console):
    """Shows what people wrote as they wrote it: neither markup nor codes of emoji mean anything.

    Nor does it hand a terminal the orders that may stand in a text.
    """

    def __init__(self, **chosen: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **chosen)

    def on_broken_pipe(self) -> NoReturn:
        """As rich has it: `answers` ends the command."""
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))

    def render_str(self, text: str, **chosen: Any) -> Text:
        """As rich has it."""
        return super().render_str(visible(text), **chosen)


out, err = Plain(), Plain(stderr=True)

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


@contextlib.contextmanager
def voice() -> Iterator[None]:
    """Standard output and standard error for the time of a command.

    No command fails for want of a letter: what the terminal's encoding lacks is replaced. What
    nobody takes at the end is dropped; the command's exit status has said so.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    try:
        yield
    finally:
        for stream in filter(None, (sys.__stdout__, sys.__stderr__)):
            try:
                stream.flush()
            except OSError:  # the interpreter would try once more, and complain
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was said before the verb."""

    config: Path | None
    data_dir: Path | None


def _print_version(asked: bool) -> None:  # noqa: FBT001 -- called by typer
    if asked:
        out.print(__version__)
        raise typer.Exit


def _directory_typed(name: str) -> Path:
    if not name:  # a script's variable without a value would mean wherever one stands
        raise typer.BadParameter("names no directory")
    return Path(name)


@app.callback()
def choose(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(envvar=CONFIG_VARIABLE, help="Settings file (TOML).", exists=True),
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            parser=_directory_typed,
            metavar="<path>",
            help="Directory of the record; overrides the settings.",
        ),
    ] = None,
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Real-time bullet comments with a durable, provable record."""
    configure_logging("warning")  # `serve` says more, by its settings
    context.obj = Chosen(config, data_dir)


def settings_of(context: typer.Context) -> Settings:
    """The settings for this command; ends it with a clear line if they are wrong."""
    chosen: Chosen = context.obj
    try:
        settings = settings_from(chosen.config)
    except ValueError as error:
        fail(f"The settings are wrong:\n{error}", exit_code=EXIT_USAGE)
    if chosen.data_dir is None:
        return settings
    store = settings.store.model_copy(update={"data_dir": chosen.data_dir})
    return settings.model_copy(update={"store": store})


def fail(text: str, *, exit_code: int = EXIT_REFUSED) -> NoReturn:
    """Say what is wrong and end."""
    err.print(Text.assemble(("error:", "bold red"), " ", visible(text)), soft_wrap=True)
    raise typer.Exit(exit_code)


def answers(command: Callable[P, None]) -> Callable[P, None]:
    """Give a command's refusals as one clear line instead of a trace."""

    @functools.wraps(command)
    def spoken(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except DanmakuError as error:
            fail(f"{error} ({error.code.value})")
        except BrokenPipeError:
            raise typer.Exit(EXIT_UNREAD) from None
        except OSError as error:
            named = error.filename is not None and error.strerror is not None
            fail(f"{error.filename}: {error.strerror}" if named else str(error))
        except ValueError as error:
            fail(str(error))
        except Exception as error:
            if not _is_of_the_database(error):
                raise
            why = getattr(error, "orig", None) or error  # without the statement
            fail(f"The record gives no answer: {why} ({Code.STORE_UNAVAILABLE.value})")

    return spoken


def _is_of_the_database(error: Exception) -> bool:
    """Its library is not loaded for this: most commands speak to a server and do without it."""
    library = sys.modules.get("sqlalchemy.exc")
    return library is not None and isinstance(error, library.SQLAlchemyError)


@contextlib.contextmanager
def sink(to: Path | None) -> Iterator[BinaryIO]:
    """What a command writes a file into; None: standard output.

    The file is there when it is whole, the old one until then: it grows beside, and whatever breaks
    it off leaves what was there before.
    """
    if to is None:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()  # a program may wait for it
        return
    if to.exists() and not to.is_file():  # a pipe or a device: it is written as it comes
        with to.open("wb") as file:
            yield file
        return
    to = to.resolve()  # through a link: it stays one
    growing = to.with_name(f".{to.name}.{os.getpid()}.part")
    try:
        with growing.open("xb") as file:
            yield file
        growing.replace(to)
    finally:
        growing.unlink(missing_ok=True)


def text_of(file: Path) -> str:
    """What a text file says, without the mark that some editors put before it.

    Raises:
        ValueError: It is not UTF-8; the line is told.
    """
    content = file.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValueError(f"{file}: line {line}: this is not UTF-8.") from None


def print_json(fields: object) -> None:
    """One JSON value on one line of standard output, in UTF-8 and at once."""
    try:
        line = orjson.dumps(fields)
    except TypeError:  # half a pair of surrogates stands in it: no UTF-8 says that
        line = json.dumps(fields).encode()
    print_bytes(line + b"\n")


def print_bytes(content: bytes) -> None:
    """What programs read, or files hold: the encoding of people's terminals is nothing to it."""
    with sink(None) as file:
        file.write(content)


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Rows for people; the title stands over them by itself, for a narrow table would wrap it."""
    if not rows:
        out.print(f"{title}: none", soft_wrap=True)
        return
    out.print(title, style="table.title", soft_wrap=True)
    words = [list(map(words_of, columns, row)) for row in rows]
    headings = list(map(heading_of, columns))
    out.print(set_out(headings, words, out.width if out.is_terminal else None), crop=False)


def print_rows(
    title: str, columns: tuple[str, ...], rows: Sequence[Mapping[str, object]], *, as_json: bool
) -> None:
    """A list as the desk gave it: whole for scripts, `columns` of it for people."""
    if as_json:
        print_json(rows)
        return
    print_table(title, columns, [tuple(row[column] for column in columns) for row in rows])


def print_rest(rows: Sequence[Mapping[str, object]], page: int, option: str, field: str) -> None:
    """Say how to go on with a list of which this page is full."""
    if len(rows) == page:
        out.print(f"For more: {option} '{rows[-1][field]}'", soft_wrap=True)


def millis_typed(moment: datetime | None) -> Millis | None:
    """A moment that was typed; one without a zone is meant in UTC."""
    return None if moment is None else at_ms_of(moment)


def room_typed(room: str | None) -> RoomId | None:
    """The one room that was named.

    Raises:
        BadMessage: It is no name of a room.
    """
    return None if room is None else room_id_of(room)


def progress_bars() -> Progress:
    """On standard error, so that standard output stays clean for pipes; none where nobody looks."""
    return Progress(
        TextColumn("{task.description}", markup=False),  # the name of a chain may be damaged
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=err,
        disable=not err.is_terminal,
    )


def tracked(things: Iterable[Thing], verb: str, total: int) -> Iterable[Thing]:
    """Things one after the other, with a bar that goes when they end."""
    hidden = not err.is_terminal
    return track(things, verb, total=total, console=err, transient=True, disable=hidden)


def done(text: str) -> None:
    """Say that something is done."""
    mark = "ok:" if out.options.ascii_only else "✓"  # which GBK has not, either
    out.print(Text.assemble((mark, "green"), " ", visible(text)), soft_wrap=True)
