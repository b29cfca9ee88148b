"""The record as anybody may read it, for the checker."""

import httpx

from bench.checker import Fields, Record

PAGE = 1000
PATIENCE_S = 60.0


async def read_record(address: str, room: str) -> Record:
    """Read every public entry of a room through the API.

    Raises:
        httpx.HTTPStatusError: If the server does not give it.
    """
    async with httpx.AsyncClient(
        base_url=f"http://{address}", trust_env=False, timeout=PATIENCE_S
    ) as api:
        entries: list[Fields] = []
        after = 0
        while True:
            got = await api.get(
                f"/api/rooms/{room}/entries", params={"after": after, "limit": PAGE}
            )
            page = got.raise_for_status().json()
            entries += page["entries"]
            if page["upto"] <= after:
                return Record.of(entries)
            after = page["upto"]
