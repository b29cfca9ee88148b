"""The desk where no server runs: the whole house is put up here for the time of a command."""

import contextlib
from collections.abc import AsyncIterator

import httpx

from danmaku.app import house_of
from danmaku.cli.desk import HOST, WAIT_S
from danmaku.config import IN_MEMORY, Settings
from danmaku.core import opened
from danmaku.errors import Code, Coded, Unknown
from danmaku.store.sqlite import StoreLocked
from danmaku.web.admin import create_admin_app


@contextlib.asynccontextmanager
async def at_the_record(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """Open the record, and the desk upon it.

    Raises:
        Coded: A record in memory is nowhere but in its server.
        Unknown: A server holds the record.
    """
    if settings.store.url == IN_MEMORY:
        raise Coded(Code.NOT_FOUND, "No server runs, and a record in memory is nowhere else.")
    try:
        async with opened(settings) as core:
            house = house_of(core, viewers=lambda _: 0, hindrance=lambda: None)
            transport = httpx.ASGITransport(create_admin_app(house))
            async with httpx.AsyncClient(
                transport=transport, base_url=HOST, timeout=WAIT_S
            ) as client:
                yield client
    except StoreLocked as error:
        raise Unknown(f"A server holds {settings.store.data_dir} but does not answer.") from error
