"""Asks a server everything, in one dialect after the other."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from danmaku.conformance.encodings import Dialect
from danmaku.conformance.judging import judged
from danmaku.conformance.premises import premises
from danmaku.conformance.reading import LAST, ONCE, READING
from danmaku.conformance.verdicts import Result, chosen
from danmaku.conformance.writing import WRITING

CHECKS = (*ONCE, *READING, *WRITING, *LAST)
"""All that a server is asked."""


async def asked(
    url: str,
    token: str | None = None,
    *,
    dialects: Sequence[Dialect] = tuple(Dialect),
    is_given: bool = False,
    only: Collection[str] = (),
    limit_s: float | None = None,
) -> AsyncGenerator[Result, None]:
    """What comes of each check, as soon as it is known.

    Args:
        url: Of a room's socket; the room is only read.
        token: Of somebody who may open rooms and comment: a room is opened, and closed in the end.
        dialects: In which the server is asked.
        is_given: Whether to write in the room of the address instead.
        only: Names of checks; none: all of them.
        limit_s: For each check; None: its own.

    Raises:
        OSError: Nobody listens there.
    """
    await _knock(url)
    async with premises(url, token, is_given=is_given) as found:
        for dialect in dialects:
            others = tuple(other for other in dialects if other is not dialect)
            subject = replace(found, dialect=dialect, others=others, misfits=[])
            once = ONCE if dialect is dialects[0] else ()
            checks = chosen((*once, *READING, *WRITING, *LAST), only)
            async for result in judged(checks, subject, dialect.value, limit_s):
                yield result


async def _knock(url: str) -> None:
    """Fail once, rather than in every check, where nobody listens."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "wss" else 80)
    _, writer = await asyncio.open_connection(parts.hostname, port)
    writer.close()
    await writer.wait_closed()
