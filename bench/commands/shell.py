"""What the commands share: how they speak, how they fail, how they have the machine alone."""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from os.path import relpath
from pathlib import Path
from subprocess import SubprocessError
from time import monotonic, sleep
from types import FrameType
from typing import Annotated, NoReturn

import msgspec
import typer
from filelock import FileLock, Timeout
from rich.console import Console

from bench.outcome import Outcome, write
from bench.probes import children
from bench.show import tables_of
from bench.verdict import is_good, missed

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130

ALONE = Path(tempfile.gettempdir()) / "danmaku-bench.lock"
"""Two benches on one machine would measure each other: the second one waits."""

GOODBYE_S = 1.0  # their records lie in folders that go too
KILLED_S = 20.0  # who waits for a slow disk ends only after it
_LOOK_S = 0.05
_INTERRUPTS = (signal.SIGINT, signal.SIGTERM)

PIPE_COLUMNS = 160
TOLD_MAX = 8  # lines of one sort, of one outcome

out = Console() if sys.stdout.isatty() else Console(width=PIPE_COLUMNS)
err = Console(stderr=True)

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
Seed = Annotated[int, typer.Option(help="Of everything that is drawn by lot.")]


def fail(text: str, *, exit_code: int = EXIT_FAILED) -> NoReturn:
    """Say what is wrong and end."""
    err.print("[bold red]error:[/] ", end="")
    err.print(text, markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(exit_code)


@contextmanager
def alone() -> Iterator[None]:
    """Measure with no other bench beside this one, and leave nothing running.

    Ctrl-C and SIGTERM end it alike; every process that was started meanwhile is ended with it.
    """
    before = _descendants()

    def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
        # Ended before anything unwinds: what is killed says nothing of pipes that have gone.
        _end(_descendants() - before)
        raise KeyboardInterrupt

    former = {number: signal.signal(number, interrupt) for number in _INTERRUPTS}
    try:
        with _only_bench():
            yield
    except KeyboardInterrupt:
        err.print("interrupted: what was not finished is not kept")
        raise typer.Exit(EXIT_INTERRUPTED) from None
    except typer.Exit:
        raise  # a RuntimeError of its own kind
    except (OSError, RuntimeError, SubprocessError) as error:
        fail(str(error))
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
        started = _descendants() - before
        _end(started)
        _collect(started)


@contextmanager
def _only_bench() -> Iterator[None]:
    lock = FileLock(ALONE)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        err.print("another bench is running: waiting for its end")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _descendants() -> set[int]:
    """Everything that this process has started, and what that has started, as it is now."""
    found = children(os.getpid())
    for pid in found:
        found += children(pid)
    return set(found)


def _end(pids: set[int]) -> None:
    for number, patience_s in ((signal.SIGTERM, GOODBYE_S), (signal.SIGKILL, KILLED_S)):
        for pid in filter(_runs, pids):
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        until_s = monotonic() + patience_s
        while any(map(_runs, pids)) and monotonic() < until_s:
            sleep(_LOOK_S)


def _collect(pids: set[int]) -> None:
    """Take away those that ended before anybody here knew of them: nobody else would."""
    for pid in pids:
        with suppress(ChildProcessError):  # another's child, or collected already
            os.waitpid(pid, os.WNOHANG)


def _runs(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def keep(outcome: Outcome) -> Outcome:
    """Write an outcome and say where it is and what is wrong with it."""
    err.print(f"{outcome.name}: {relpath(write(outcome))}", highlight=False, soft_wrap=True)
    _tell([*outcome.failures, *missed(outcome)], "red")
    _tell(outcome.findings, "red")
    _tell(outcome.notes, "dim")
    return outcome


def _tell(texts: Sequence[str], style: str) -> None:
    """The first ones; the file has all."""
    for text in texts[:TOLD_MAX]:
        err.print(f"  {text}", style=style, markup=False, highlight=False, soft_wrap=True)
    if len(texts) > TOLD_MAX:
        err.print(f"  and {len(texts) - TOLD_MAX} more", style=style)


def conclude(outcomes: Sequence[Outcome], *, as_json: bool, brief: bool = False) -> None:
    """Print what was measured; `brief` as in `tables_of`.

    Raises:
        typer.Exit: With 1 if any of it does not count.
    """
    if as_json:
        print_json(outcomes)
    else:
        for table in tables_of(outcomes, brief=brief):
            out.print(table)
    if not all(map(is_good, outcomes)):
        raise typer.Exit(EXIT_FAILED)


def print_json(value: object) -> None:
    """One JSON value on one line of standard output."""
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
    sys.stdout.buffer.flush()
