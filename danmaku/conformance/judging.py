"""One check after the other, each within its time."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import TypeVar, cast

import httpx
from websockets.exceptions import WebSocketException

from danmaku.conformance.verdicts import Check, Failed, Outcome, Result, Skipped

S = TypeVar("S")

_LINES = (OSError, WebSocketException, httpx.HTTPError)
_UNREADABLE = (*_LINES, ValueError, LookupError, TypeError, AttributeError)
_limit: ContextVar[asyncio.Timeout] = ContextVar("limit")  # of the check that is being made


@contextmanager
def beside_the_limit() -> Iterator[None]:
    """What a check does within has a time of its own, and takes none of the check's."""
    limit, loop = _limit.get(), asyncio.get_running_loop()
    left_s = cast("float", limit.when()) - loop.time()
    limit.reschedule(None)
    try:
        yield
    finally:
        limit.reschedule(loop.time() + left_s)


async def judged(
    checks: Sequence[Check[S]], subject: S, dialect: str, limit_s: float | None
) -> AsyncIterator[Result]:
    """What comes of each, as soon as it is known.

    Args:
        checks: The questions.
        subject: Whom they are asked.
        dialect: In which; it only stands in the results.
        limit_s: For each check; None: its own.
    """
    for check in checks:
        began_s = monotonic()
        outcome, why = await _asked(check, subject, limit_s or check.limit_s)
        took_ms = round((monotonic() - began_s) * 1000)
        yield Result(check.name, dialect, check.asks, check.rests_on, outcome, why, took_ms)


async def _asked(check: Check[S], subject: S, limit_s: float) -> tuple[Outcome, str]:
    try:
        async with asyncio.timeout(limit_s) as limit:
            _limit.set(limit)
            await check.run(subject)
    except Skipped as reason:
        return Outcome.SKIPPED, str(reason)
    except Failed as fault:
        return Outcome.FAILED, str(fault)
    except TimeoutError:
        return Outcome.FAILED, f"It did not come within {limit_s:g} s."
    except _UNREADABLE as error:
        # Whatever a peer says that cannot be read is the peer's fault, and no end of the run.
        return Outcome.FAILED, f"{type(error).__name__}: {error}"
    return Outcome.PASSED, ""
