"""Plays every scene to a client that comes."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection
from dataclasses import replace

from danmaku.conformance.judging import judged
from danmaku.conformance.play import Play
from danmaku.conformance.scenes import SCENES
from danmaku.conformance.stage import ORDERS, opened
from danmaku.conformance.verdicts import Result, chosen


async def played(
    host: str,
    port: int,
    *,
    only: Collection[str] = (),
    limit_s: float | None = None,
    wait_s: float = 30.0,
    tell: Callable[[str], None] = lambda _: None,
) -> AsyncGenerator[Result, None]:
    """What comes of each scene, as soon as it is known.

    Args:
        host: Where to listen.
        port: 0: any that is free.
        only: Names of scenes; none: all of them.
        limit_s: For each scene; None: its own.
        wait_s: How long the client may take to come, the first time and each time after.
        tell: Takes sentences for whoever brings the client.

    Raises:
        TimeoutError: Nobody comes.
    """
    async with opened(host, port) as stage:
        tell(f"Orders: ws://{stage.address}{ORDERS}")
        try:
            async with asyncio.timeout(wait_s):
                await stage.somebody.wait()
        except TimeoutError:
            raise TimeoutError(f"Nobody came within {wait_s:g} s.") from None
        for scene in chosen(SCENES, only):
            play = Play(stage, scene.name.replace(".", "-"), wait_s)
            if not stage.has_driver:
                tell(f"Now: ws://{stage.address}/rooms/{play.room}/live")
            async for result in judged([scene], play, "", limit_s):
                yield replace(result, dialect=play.dialect)
            await play.end()
