"""`danmaku serve`, `config` and `doctor`: running the server, and knowing how it will run."""

import asyncio
import contextlib
import gc
import re
import resource
import socket
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop
from pydantic import BaseModel

from danmaku.actions.learned import model_in
from danmaku.app import UnsafeStartError, serve, unsafe_demo
from danmaku.cli.shell import (
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
from danmaku.config import Settings
from danmaku.demo.rooms import DEMO, FILM, PASSWORD, STAFF
from danmaku.doors import Berth, Ports, berth_of
from danmaku.filter.builds import screen_from
from danmaku.filter.faults import RuleFileError
from danmaku.filter.model_file import ModelError
from danmaku.gateway import scatter
from danmaku.store.sqlite import IN_MEMORY, StoreLocked
from danmaku.telemetry import configure_logging

SWITCH_S = 0.0001
PASSWORD_IN_ADDRESS = re.compile(r"(?<=://)([^/@:\s]*):\S*@")
DESCRIPTORS_BESIDE_SOCKETS = 500  # files, the record, HTTP requests


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("serve")(serve_command)
    app.command("config")(config_command)
    app.command("doctor")(doctor_command)


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
    status = asyncio.run(
        workers.run(lambda: _welcome(server.public_url or ports.address, settings))
    )
    raise typer.Exit(status)


def _work(settings: Settings, berth: Berth) -> None:
    """Serve as one of several workers, and tell whoever keeps them when the doors are open."""
    with berth.line:
        opened = serve(settings, on_ready=lambda _: _tell(berth.line), berth=berth)
        give_process_to(opened, settings)


def _tell(line: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it is gone, and that is heard on the same line
        line.send(b"\n")


def _serve(settings: Settings) -> None:
    try:
        give_process_to(serve(settings, on_ready=lambda url: _welcome(url, settings)), settings)
    except UnsafeStartError as error:
        fail(str(error), exit_code=EXIT_USAGE)
    except StoreLocked as error:
        fail(str(error))


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


def _welcome(url: str, settings: Settings) -> None:
    done(f"danmaku is at {url}")
    if settings.store.url == IN_MEMORY:
        out.print(
            "  [bold yellow]MEMORY[/]: nothing is kept; the record ends with this process.",
            soft_wrap=True,
        )
    if settings.demo:
        names = ", ".join(login for login, _, _ in STAFF)
        out.print(f"  a broadcast   {url}/rooms/{DEMO}", highlight=False, soft_wrap=True)
        out.print(f"  a short film  {url}/rooms/{FILM}", highlight=False, soft_wrap=True)
        out.print(f"  sign in       {names}; password {PASSWORD}", highlight=False, soft_wrap=True)
        out.print(
            "  [bold yellow]DEMO[/]: accounts with published passwords, for this machine alone.",
            soft_wrap=True,
        )


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


# --- doctor


@answers
def doctor_command(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """Look at what would keep the server from starting, or put people at risk."""
    settings = settings_of(context)
    checks = [
        ("data directory", *_data_dir(settings.store.data_dir)),
        ("rule file", *_rules(settings.filter.rules_file)),
        ("urgent rules", *_urgent_rules(settings.filter.urgent_file)),
        ("learned model", *_model(settings.filter.model_file)),
        ("descriptors", *_descriptors(settings.gateway.connections_max)),
        ("address", *_address(settings.server.host, settings.server.port)),
        ("fan-out", *_fan_out()),
        ("demo", *_demo(settings)),
        ("public address", *_public(settings)),
    ]
    if as_json:
        print_json([dict(zip(("check", "ok", "text"), check, strict=True)) for check in checks])
    else:
        rows = [(name, "ok" if ok else "MEND", text) for name, ok, text in checks]
        print_table("Doctor", ("check", "state", "what"), rows)
    if not all(ok for _, ok, _ in checks):
        raise typer.Exit(1)


def _data_dir(path: Path) -> tuple[bool, str]:
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = path / ".doctor"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return False, f"{path} cannot be written: {error.strerror}."
    if path.stat().st_mode & 0o077:
        return False, f"{path} is readable by others: chmod 700."
    return True, f"{path} can be written."


def _rules(path: Path | None) -> tuple[bool, str]:
    if path is None:
        return True, "The sample rules decide; write your own before people come."
    return _tried(path)


def _urgent_rules(path: Path | None) -> tuple[bool, str]:
    return (True, "None.") if path is None else _tried(path)


def _tried(path: Path) -> tuple[bool, str]:
    try:
        ruleset = screen_from(path.read_bytes(), str(path)).ruleset
    except (OSError, RuleFileError) as error:
        return False, str(error)
    return True, f"{len(ruleset.rules)} rules, version {ruleset.version}."


def _model(path: Path | None) -> tuple[bool, str]:
    if path is None:
        return True, "None."
    try:
        return True, f"Version {model_in(path).version}."
    except (OSError, ModelError) as error:
        return False, str(error)


def _descriptors(connections_max: int) -> tuple[bool, str]:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = connections_max + DESCRIPTORS_BESIDE_SOCKETS
    if hard != resource.RLIM_INFINITY and hard < needed:
        return False, f"{hard} allowed, {needed} needed: raise it or lower connections_max."
    return True, f"{needed} needed."


def _fan_out() -> tuple[bool, str]:
    if scatter.IS_COMPILED:
        return True, "Compiled."
    return True, "Not compiled: it works, but each viewer costs more. Install with a C compiler."


def _address(host: str, port: int) -> tuple[bool, str]:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        return False, f"{host}:{port}: {error.strerror}."
    return True, f"{host}:{port} is free."


def _demo(settings: Settings) -> tuple[bool, str]:
    reason = unsafe_demo(settings)
    if reason is not None:
        return False, reason
    return True, "On, for this machine alone." if settings.demo else "Off."


def _public(settings: Settings) -> tuple[bool, str]:
    url = settings.server.public_url
    if url.startswith("http://"):
        return False, "public_url is not https: sessions could be read on the way."
    return True, url or "None: cookies are not bound to TLS, which suits this machine alone."
