"""`danmaku conform`: whether a server, or a client, keeps the room protocol."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

import typer

from danmaku.cli.shell import EXIT_REFUSED, JsonFlag, answers, done, fail, out, print_json, sink
from danmaku.conformance.client import played
from danmaku.conformance.encodings import Dialect
from danmaku.conformance.scenes import SCENES
from danmaku.conformance.server import CHECKS, asked
from danmaku.conformance.verdicts import Check, Outcome, Result, count_of, junit

S = TypeVar("S")

PORT_MAX = 65_535

app = typer.Typer(help="Try a server or a client by the room protocol.", no_args_is_help=True)

Limit = Annotated[
    float | None,
    typer.Option(min=0.1, max=600, help="Seconds for each check, instead of its own limit."),
]
Only = Annotated[list[str] | None, typer.Option(help="Only checks of these names.")]
JunitFile = Annotated[Path | None, typer.Option(help="Write a JUnit report there.")]


@app.command("server")
@answers
def server_command(  # noqa: PLR0913 -- one for each word of the command line
    url: Annotated[str, typer.Argument(help="ws://… or wss://…/rooms/ID/live; it is only read.")],
    *,
    token: Annotated[
        str | None,
        typer.Option(
            envvar="DANMAKU_CONFORM_TOKEN",
            help="Bearer token of somebody who may open rooms: one is opened, written in, closed.",
        ),
    ] = None,
    here: Annotated[
        bool, typer.Option("--here", help="Write in the room of the address instead.")
    ] = False,
    dialect: Annotated[
        list[Dialect] | None, typer.Option(help="Only these; all without it.")
    ] = None,
    only: Only = None,
    limit: Limit = None,
    junit_file: JunitFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Ask a server everything that the protocol promises of it."""
    if urlsplit(url).scheme not in {"ws", "wss"}:
        raise typer.BadParameter("begins with ws:// or wss://", param_hint="URL")
    if here and token is None:
        raise typer.BadParameter("needs --token", param_hint="--here")
    results = asked(
        url,
        token,
        dialects=dialect or tuple(Dialect),
        is_given=here,
        only=_known(only, CHECKS),
        limit_s=limit,
    )
    _tell(results, of="server", junit_file=junit_file, as_json=as_json)


@app.command("client")
@answers
def client_command(
    *,
    listen: Annotated[str, typer.Option(help="HOST:PORT to listen on.")] = "127.0.0.1:9100",
    wait: Annotated[
        float, typer.Option(min=0.1, max=600, help="Seconds that the client may take to come.")
    ] = 30.0,
    only: Only = None,
    limit: Limit = None,
    junit_file: JunitFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Play a server to a client that comes, and judge what it does."""
    host, _, port = listen.rpartition(":")
    if not port.isdecimal() or int(port) > PORT_MAX or not host:
        raise typer.BadParameter(f"is HOST:PORT, {PORT_MAX} at most", param_hint="--listen")
    scenes = _known(only, SCENES)
    results = played(host, int(port), only=scenes, limit_s=limit, wait_s=wait, tell=_whisper)
    _tell(results, of="client", junit_file=junit_file, as_json=as_json)


def _known(only: list[str] | None, checks: Sequence[Check[S]]) -> list[str]:
    """The names as given, if there are such checks."""
    names = {check.name for check in checks}
    if unknown := set(only or ()) - names:
        told = f"has no {', '.join(sorted(unknown))}; there are {', '.join(sorted(names))}"
        raise typer.BadParameter(told, param_hint="--only")
    return only or []


def _whisper(text: str) -> None:
    """Beside the results, which may be read by a program."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _tell(
    results: AsyncGenerator[Result, None], *, of: str, junit_file: Path | None, as_json: bool
) -> None:
    """Say each result as it comes, then all of them; ends the command with 1 if any failed."""
    if junit_file is not None and not junit_file.absolute().parent.is_dir():  # said before hours go
        raise typer.BadParameter("is in no folder that is there", param_hint="--junit-file")
    heard = asyncio.run(_heard(results, as_json=as_json))
    counts = {outcome: count_of(heard, outcome) for outcome in Outcome}
    if as_json:
        checks = [result.fields() for result in heard]
        print_json({"of": of, **{o.value: n for o, n in counts.items()}, "checks": checks})
    if junit_file is not None:  # told by now, should it fail
        with sink(junit_file) as file:
            file.write(junit(heard, of))
    told = ", ".join(f"{n} {outcome.value}" for outcome, n in counts.items())
    if counts[Outcome.FAILED]:
        fail(told, exit_code=EXIT_REFUSED)
    if not as_json:
        done(told)


async def _heard(results: AsyncGenerator[Result, None], *, as_json: bool) -> list[Result]:
    heard = []
    async with contextlib.aclosing(results) as coming:
        async for result in coming:
            heard.append(result)
            if not as_json:
                out.print(result.line(), soft_wrap=True)
    return heard
