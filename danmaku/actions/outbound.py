"""Messages to places that somebody else named, so that none of them leads into our own network.

The name is looked up, every address it stands for is judged, and the connection goes to the address
that was judged: a name that means something else a moment later changes nothing. No answer is
followed anywhere, and none is read beyond a bound.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import httpcore

from danmaku.domain.addresses import Place, Reach, allowed_of, place_of
from danmaku.errors import BadMessage

ANSWER_BYTES_MAX: Final = 64 * 1024
LOOK_UPS_MAX: Final = 4  # of names at one time: a resolver that hangs holds up nobody else
_OK: Final = 200
_NO_LONGER_OK: Final = 300
_GONE: Final = 410

LookUp = Callable[[str, int], Awaitable[list[str]]]
"""The addresses that a name stands for; may raise OSError."""


class Outcome(StrEnum):
    """What became of one try."""

    DELIVERED = "delivered"
    ANSWERED_NO = "answered_no"  # any answer but a yes, one that leads elsewhere included
    GONE = "gone"
    LATE = "late"
    UNREACHABLE = "unreachable"
    FORBIDDEN = "forbidden"  # its name stands for an address that nothing is sent to


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one try."""

    outcome: Outcome
    status: int | None = None
    asked_ms: int | None = None  # for how long the receiver asked to be left alone


class ForbiddenError(Exception):
    """Nothing is sent there."""


class Resolver:
    """Names looked up in threads of their own."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(LOOK_UPS_MAX, thread_name_prefix="look-up")

    async def __call__(self, host: str, port: int) -> list[str]:
        """As `LookUp`."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return list(dict.fromkeys(str(address[0]) for *_, address in found))

    def close(self) -> None:
        """Wait for no look-up that is still on its way."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class _Judged(httpcore.AsyncNetworkBackend):
    """Connects to addresses that were judged, and to nothing else."""

    def __init__(self, reach: Reach, look_up: LookUp, *, seconds_max: float) -> None:
        self._reach = reach
        self._look_up = look_up
        self._seconds_max = seconds_max
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- as the library calls it
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Judge, then connect to the first that takes it."""
        async with asyncio.timeout(self._seconds_max):
            addresses = allowed_of(await self._look_up(host, port), self._reach)
            if not addresses:
                raise ForbiddenError
            for address in addresses[:-1]:
                try:
                    return await self._inner.connect_tcp(
                        address, port, timeout, local_address, socket_options
                    )
                except httpcore.ConnectError:
                    continue
            return await self._inner.connect_tcp(
                addresses[-1], port, timeout, local_address, socket_options
            )


class Post:
    """The way to one place for a few messages: connections do not outlive it.

    Args:
        url: Where they go; one that nothing is sent to makes every answer a forbidden one.
        reach: What may be reached.
        look_up: Who knows names.
        trust: Whose certificates count.
        connect_s: Seconds to a connection.
        answer_s: Seconds to the end of an answer.
        parallel_max: Connections at one time.
    """

    def __init__(  # noqa: PLR0913 -- each is a bound, or a part of the house
        self,
        url: str,
        *,
        reach: Reach,
        look_up: LookUp,
        trust: ssl.SSLContext,
        connect_s: float,
        answer_s: float,
        parallel_max: int,
    ) -> None:
        self._place = _place_or_none(url, reach)
        self._answer_s = answer_s
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trust,
            max_connections=parallel_max,
            network_backend=_Judged(reach, look_up, seconds_max=connect_s),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._pool.aclose()

    async def send(self, body: bytes, headers: list[tuple[bytes, bytes]]) -> Answer:
        """Send one message, and wait no longer than its time."""
        if self._place is None:
            return Answer(Outcome.FORBIDDEN)
        try:
            async with asyncio.timeout(self._answer_s):
                return await self._send(self._place, body, headers)
        except ForbiddenError:
            return Answer(Outcome.FORBIDDEN)
        except TimeoutError:
            return Answer(Outcome.LATE)
        except (OSError, httpcore.NetworkError, httpcore.ProtocolError, UnicodeError):
            return Answer(Outcome.UNREACHABLE)

    async def _send(self, place: Place, body: bytes, headers: list[tuple[bytes, bytes]]) -> Answer:
        url = httpcore.URL(
            scheme=place.scheme, host=place.host, port=place.port, target=place.target
        )
        sent = [
            (b"host", place.authority.encode()),
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"accept-encoding", b"identity"),  # a short answer may not grow in our hands
            (b"user-agent", b"danmaku-webhooks"),
            *headers,
        ]
        async with self._pool.stream("POST", url, headers=sent, content=body) as response:
            await _read_past(response)
        return Answer(_outcome_of(response.status), response.status, _asked_ms(response.headers))


def _place_or_none(url: str, reach: Reach) -> Place | None:
    try:
        return place_of(url, reach)
    except BadMessage:
        return None  # what settings allowed once they may forbid later


async def _read_past(response: httpcore.Response) -> None:
    """Read an answer to its end, so that its connection can be used again; or leave a long one."""
    read_bytes = 0
    async for chunk in response.aiter_stream():
        read_bytes += len(chunk)
        if read_bytes > ANSWER_BYTES_MAX:
            return


def _outcome_of(status: int) -> Outcome:
    if _OK <= status < _NO_LONGER_OK:
        return Outcome.DELIVERED
    return Outcome.GONE if status == _GONE else Outcome.ANSWERED_NO


def _asked_ms(headers: list[tuple[bytes, bytes]]) -> int | None:
    asked = next((value for name, value in headers if name.lower() == b"retry-after"), b"")
    return int(asked) * 1000 if asked.isdigit() and len(asked) < 8 else None  # noqa: PLR2004 -- no date, no absurd number


def trust_of(ca_file: Path | None) -> ssl.SSLContext:
    """The public certificates, and those of a file.

    Raises:
        OSError: The file cannot be read, or holds none.
    """
    trust = httpcore.default_ssl_context()
    if ca_file is not None:
        trust.load_verify_locations(ca_file)
    return trust
