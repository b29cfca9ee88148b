"""Work that goes on beside all visits, for as long as the server stands.

A row that cannot be read, or a defect of ours, is no reason to send everybody away: the work it
struck is told in the log, counted, and begun again; all other work and the rooms go on.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from danmaku.telemetry import Telemetry

PAUSE_S = 5.0  # before work that failed is begun again, doubled each time
PAUSE_S_MAX = 300.0
SETTLED_S = 600.0  # what went on for so long did not fail at its beginning

Work = Callable[[], Awaitable[None]]

log = structlog.get_logger(__name__)


async def keep_at(kind: str, work: Work, telemetry: Telemetry) -> None:
    """Do that work until cancelled, or until it says by itself that it is done.

    Args:
        kind: Which, one word or two; a label of the count.
        work: Begins it; called again where it failed.
        telemetry: Counts its failures.
    """
    loop, failures = asyncio.get_running_loop(), 0
    while True:
        began_s = loop.time()
        try:
            return await work()
        except Exception:
            log.exception("timer_failed", kind=kind)
            telemetry.timer_failures.labels(kind).inc()
        failures = 0 if loop.time() - began_s >= SETTLED_S else failures
        await asyncio.sleep(min(PAUSE_S * 2**failures, PAUSE_S_MAX))
        failures = min(failures + 1, 16)
