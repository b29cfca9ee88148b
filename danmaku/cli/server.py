"""`danmaku serve` and `config`: running the server, and knowing how it will run."""

import asyncio
import contextlib
import faulthandler
import gc
import re
import resource
import socket
import sys
from collections.abc import Coroutine
from functools import partial
from typing import Annotated, Any

import typer
import uvloop
from pydantic import BaseModel
from rich.text import Text

from danmaku.app import UnsafeStartError, serve, unsafe_demo
from danmaku.cli.shell import (
    EXIT_UNSOUND,
    EXIT_USAGE,
    JsonFlag,
    answers,
    done,
    fail,
    out,
    print_json,
    print_table,
    settings_of,
)
from danmaku.cli.workers import Workers, own_command, unfit
from danmaku.config import IN_MEMORY, Settings
from danmaku.demo.rooms import DEMO, FILM, PASSWORD, STAFF
from danmaku.doors import HTTP_GOODBYE_S, Berth, Ports, berth_of
from danmaku.errors import Broken
from danmaku.gateway.server import CLOSE_WAIT_S
from danmaku.logs import configure_logging
from danmaku.store.links import CLOSE_S
from danmaku.store.postgres_link import CUT_S
from danmaku.store.sqlite import StoreLocked

SWITCH_S = 0.0001
STOP_S = 2 * CLOSE_WAIT_S + HTTP_GOODBYE_S + CLOSE_S + CUT_S
"""So long a stop may take beside the drain: closes, requests, the record."""

HANG_S = 10.0  # beyond what a stop may take, for a machine that is slow to end a process
PASSWORD_IN_ADDRESS = re.compile(r"(?<=://)([^/@:\s]*):\S*@")


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("serve")(serve_command)
    app.command("config")(config_command)


@answers
def serve_command(  # noqa: PLR0913 -- as many as there are options
    context: typer.Context,
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; 0: a free one.")] = None,
    store: Annotated[
        str | None,
        typer.Option(
            help="The record, as postgresql://user:password@host/name; memory: nothing is kept."
        ),
    ] = None,
    bus: Annotated[str | None, typer.Option(help="Where nodes meet, as redis://host.")] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes that serve the port.")
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Ready accounts and rooms; on this machine alone.")
    ] = False,
    berth: Annotated[str | None, typer.Option(hidden=True)] = None,
) -> None:
    """Run the server until it is told to stop (SIGTERM, Ctrl-C).

    With several workers, SIGHUP replaces one after another, and nobody has to wait for it.
    """
    settings = settings_of(context)
    parts = {
        "server": _with(settings.server, host=host, port=port),
        "store": _with(settings.store, url=store),
        "nodes": _with(settings.nodes, bus=bus, workers=workers),
    }
    settings = settings.model_copy(update={**parts, "demo": demo or settings.demo})
    if (reason := unsafe_demo(settings) or unfit(settings)) is not None:
        fail(reason, exit_code=EXIT_USAGE)
    if berth is not None:
        _work(settings, berth_of(berth))
    elif settings.nodes.workers > 1:
        _keep_workers(settings)
    else:
        _serve(settings)


def _keep_workers(settings: Settings) -> None:
    configure_logging(settings.log_level)
    _raise_descriptor_limit()
    server = settings.server
    ports = Ports(server.host, server.port, server.ops_port)
    workers = Workers(own_command(), settings.nodes.workers, ports)
    status = asyncio.run(workers.run(lambda: _greet(server.public_url or ports.address, settings)))
    raise typer.Exit(status)


def _work(settings: Settings, berth: Berth) -> None:
    """Serve as one of several workers, and tell whoever keeps them when the doors are open."""
    with berth.line:
        serving = serve(
            settings,
            on_ready=lambda _: _tell(berth.line),
            on_stopping=partial(_end_in_time, settings),
            berth=berth,
        )
        try:
            give_process_to(serving, settings)
        except UnsafeStartError as error:
            fail(str(error), exit_code=EXIT_USAGE)


def _tell(line: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it is gone, and that is heard on the same line
        line.send(b"\n")


def _serve(settings: Settings) -> None:
    serving = serve(
        settings,
        on_ready=lambda url: _greet(url, settings),
        on_stopping=partial(_end_in_time, settings),
    )
    try:
        give_process_to(serving, settings)
    except UnsafeStartError as error:
        fail(str(error), exit_code=EXIT_USAGE)
    except StoreLocked as error:
        fail(str(error))
    except Broken as error:
        fail(str(error), exit_code=EXIT_UNSOUND)


def _end_in_time(settings: Settings) -> None:
    """End this process should its stop hang; stderr says where it does.

    That costs what a kill costs: nothing that anybody saw or was told.
    """
    ends_s = settings.server.drain_ms / 1000 + STOP_S + HANG_S
    faulthandler.dump_traceback_later(ends_s, exit=True)


def give_process_to(serving: Coroutine[Any, Any, None], settings: Settings) -> None:
    """Let a server run to its end in a process that is set up for it and does nothing else."""
    configure_logging(settings.log_level)
    _raise_descriptor_limit()
    # The writer and the loop hand the interpreter to each other many times a commit: with the usual
    # 5 ms a busy loop would make one commit wait for several of them.
    sys.setswitchinterval(SWITCH_S)
    # What is loaded by now lives to the end: the collector need not look at it again.
    gc.freeze()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serving)


def _with(part: BaseModel, **said: object) -> BaseModel:
    """The part with what the command line says instead; None says nothing.

    Raises:
        ValueError: A value is out of range.
    """
    changes = {key: value for key, value in said.items() if value is not None}
    return part.model_validate(part.model_dump() | changes)


def _greet(url: str, settings: Settings) -> None:
    with contextlib.suppress(BrokenPipeError):  # who has read the address may go
        _welcome(url, settings)


def _welcome(url: str, settings: Settings) -> None:
    done(f"danmaku is at {url}")
    if settings.store.url == IN_MEMORY:
        _warn("MEMORY", "nothing is kept; the record ends with this process.")
    if settings.demo:
        names = ", ".join(login for login, _, _ in STAFF)
        out.print(f"  a broadcast   {url}/rooms/{DEMO}", soft_wrap=True)
        out.print(f"  a short film  {url}/rooms/{FILM}", soft_wrap=True)
        out.print(f"  sign in       {names}; password {PASSWORD}", soft_wrap=True)
        _warn("DEMO", "accounts with published passwords, for this machine alone.")


def _warn(about: str, text: str) -> None:
    out.print(Text.assemble("  ", (about, "bold yellow"), f": {text}"), soft_wrap=True)


def _raise_descriptor_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


# --- config


@answers
def config_command(
    context: typer.Context,
    *,
    explain: Annotated[
        bool, typer.Option("--explain", help="With the sentence behind each setting.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Print the settings in force."""
    settings = settings_of(context)
    if as_json:
        fields = settings.model_dump(mode="json")
        fields["store"]["url"] = without_password(settings.store.url)
        fields["nodes"]["bus"] = without_password(settings.nodes.bus)
        print_json(fields)
        return
    rows = [row for row in _rows(settings) if explain or row[1] != row[2]]
    columns = ("setting", "value", "default") + (("meaning",) if explain else ())
    print_table(
        "Settings" if explain else "Settings that differ from their defaults",
        columns,
        [row[: len(columns)] for row in rows],
    )


def without_password(text: str) -> str:
    """An address as it may be shown; any other text as it is."""
    return PASSWORD_IN_ADDRESS.sub(r"\1:***@", text)


def _rows(part: BaseModel, prefix: str = "") -> list[tuple[str, str, str, str]]:
    rows: list[tuple[str, str, str, str]] = []
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        if isinstance(value, BaseModel):
            rows += _rows(value, f"{prefix}{name}.")
        else:
            shown = without_password(str(value))
            rows.append((prefix + name, shown, str(field.default), field.description or ""))
    return rows
