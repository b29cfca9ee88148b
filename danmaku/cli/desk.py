"""The desk: the operator's verbs, at the running server or, where none runs, at the record itself.

Both are the same HTTP application; only the transport differs, so a verb cannot mean two things.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from typing import TypeVar
from urllib.parse import quote, urlencode

import httpx

from danmaku.admin_socket import ADMIN_SOCKET, path_within_reach
from danmaku.config import Settings
from danmaku.errors import Code, Coded, NotFound, Unknown

T = TypeVar("T")
Fields = dict[str, object]
WAIT_S = 60.0
HOST = "http://desk"
_NAMELESS = {"", ".", ".."}  # in a path they would mean another


class Desk:
    """One conversation with the desk."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def ask(self, method: str, path: str, fields: Fields | None = None) -> Fields:
        """Ask for one thing.

        Raises:
            Coded: The desk said no; with its code and words.
            Unknown: It said nothing.
        """
        with _heard():
            response = await self.client.request(method, path, json=fields)
        if response.is_error:
            raise refusal_of(response)
        answer: Fields = response.json()
        return answer


def refusal_of(response: httpx.Response) -> Coded:
    """The desk's no, as the error it was there."""
    try:
        fields = response.json()
        return Coded(Code(fields["code"]), fields["text"])
    except (ValueError, KeyError, TypeError):
        return Coded(Code.INTERNAL, f"The server answered {response.status_code}.")


@contextlib.contextmanager
def _heard() -> Iterator[None]:
    """Tell a silence from a no."""
    try:
        yield
    except httpx.TransportError as error:
        raise Unknown("The server gave no answer; it may have done it all the same.") from error


@contextlib.asynccontextmanager
async def desk(settings: Settings) -> AsyncIterator[Desk]:
    """Open the desk: at the server that holds the record, else at the record.

    Raises:
        Unknown: A server holds the record but does not answer, or no longer.
    """
    path = settings.store.data_dir / ADMIN_SOCKET
    if path.exists():
        transport = httpx.AsyncHTTPTransport(uds=path_within_reach(path))
        async with httpx.AsyncClient(transport=transport, base_url=HOST, timeout=WAIT_S) as client:
            with _heard():
                if await _is_there(client):
                    yield Desk(client)
                    return
    from danmaku.cli.record_desk import at_the_record  # noqa: PLC0415 -- the house, which takes long

    async with at_the_record(settings) as client:
        yield Desk(client)


def is_open(settings: Settings) -> bool:
    """Whether a server of this data directory is there to be asked."""
    path = settings.store.data_dir / ADMIN_SOCKET
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path_within_reach(path))
        except OSError:
            return False
    return True


async def _is_there(client: httpx.AsyncClient) -> bool:
    """Whether anybody listens: a server that was killed leaves its socket behind."""
    try:
        await client.get("/healthz")
    except httpx.ConnectError:
        return False
    return True


def at_desk(settings: Settings, work: Callable[[Desk], Awaitable[T]]) -> T:
    """Do one piece of work at the desk, from a command that is not asynchronous."""

    async def run() -> T:
        async with desk(settings) as open_desk:
            return await work(open_desk)

    return asyncio.run(run())


def ask(settings: Settings, method: str, path: str, fields: Fields | None = None) -> Fields:
    """Ask the desk for one thing."""
    return at_desk(settings, lambda open_desk: open_desk.ask(method, path, fields))


def at(*words: str) -> str:
    """The path of something that somebody named.

    Raises:
        NotFound: One of the words can name nothing.
    """
    if not set(words).isdisjoint(_NAMELESS):
        raise NotFound("That names nothing.")
    return "/" + "/".join(quote(word, safe="") for word in words)


def rows(
    settings: Settings, path: str, key: str, asked: Mapping[str, object] | None = None
) -> list[Fields]:
    """Ask the desk for a list.

    Args:
        settings: Where the desk is.
        path: Of the list.
        key: What the answer calls it.
        asked: What narrows it; a None in it narrows nothing.

    Raises:
        Coded: The desk said no, or its answer has no such list.
    """
    query = urlencode({name: value for name, value in (asked or {}).items() if value is not None})
    found = ask(settings, "GET", f"{path}?{query}").get(key)
    if not isinstance(found, list):
        raise Coded(Code.INTERNAL, f"The server's answer has no {key}.")
    return found
