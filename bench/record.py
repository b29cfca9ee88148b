"""The record as anybody may read it, for the checker."""

import asyncio
from collections.abc import Sequence

import httpx

from bench.checker import Fields, Record

PAGE = 1000
PATIENCE_S = 60.0
READS_MAX = 8


async def read_record(address: str, room: str) -> Record:
    """Read every public entry of a room through the API.

    Raises:
        httpx.HTTPStatusError: If the server does not give it.
    """
    return (await read_records(address, [room]))[room]


async def read_records(address: str, rooms: Sequence[str]) -> dict[str, Record]:
    """The same for many rooms.

    Raises:
        httpx.HTTPStatusError: If the server does not give one.
    """
    records: dict[str, Record] = {}
    left = iter(rooms)

    async def read_on(api: httpx.AsyncClient) -> None:
        for room in left:
            records[room] = Record.of(await _entries_of(api, room))

    async with (
        httpx.AsyncClient(base_url=f"http://{address}", trust_env=False, timeout=PATIENCE_S) as api,
        asyncio.TaskGroup() as group,
    ):
        for _ in range(READS_MAX):
            group.create_task(read_on(api))
    return records


async def _entries_of(api: httpx.AsyncClient, room: str) -> list[Fields]:
    entries: list[Fields] = []
    after = 0
    while True:
        got = await _when_it_can(api, room, after)
        page = got.raise_for_status().json()
        entries += page["entries"]
        if page["upto"] <= after:
            return entries
        after = page["upto"]


async def _when_it_can(api: httpx.AsyncClient, room: str, after: int) -> httpx.Response:
    """A page; a server that does without reading for its load is asked again when it says."""
    until_s = asyncio.get_running_loop().time() + PATIENCE_S
    while True:
        got = await api.get(f"/api/rooms/{room}/entries", params={"after": after, "limit": PAGE})
        is_late = asyncio.get_running_loop().time() >= until_s
        if got.status_code != httpx.codes.SERVICE_UNAVAILABLE or is_late:
            return got
        await asyncio.sleep(float(got.headers.get("Retry-After", "1")))
