"""Who keeps order in a run: comments recalled and restored, rooms paused, at an even pace."""

import asyncio
from typing import Self

import httpx

from bench.scenario import Enforce
from bench.stage import Stage, repeat

_PAUSED_S = 0.1  # how long a switched room stays paused
_PATIENCE_S = 5.0


async def keep_order(stage: Stage, enforce: Enforce, at_ns: int) -> None:
    """A moderator recalls and restores, the operator pauses and opens again."""
    until_ns = at_ns + round(enforce.for_s * 1e9)
    async with _Keeper(stage) as keeper, asyncio.TaskGroup() as group:
        for verb, per_s in (
            (keeper.recall, enforce.recalls_per_s),
            (keeper.restore, enforce.restores_per_s),
            (keeper.switch, enforce.switches_per_s),
        ):
            if per_s > 0:
                group.create_task(repeat(verb, per_s, at_ns, until_ns))


class _Keeper:
    """Who keeps order in the first room, over the API and at the operator's desk."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._room = stage.rooms[0]
        self._recalled: list[int] = []
        self._api = httpx.AsyncClient(
            base_url=f"http://{stage.address}/api/rooms/{self._room}",
            headers={"Authorization": f"Bearer {stage.moderator}"},
            trust_env=False,
            timeout=_PATIENCE_S,
        )
        desk = httpx.AsyncHTTPTransport(uds=stage.desk)
        self._desk = httpx.AsyncClient(transport=desk, base_url="http://desk", timeout=_PATIENCE_S)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._api.aclose()
        await self._desk.aclose()

    async def recall(self, due_ns: int) -> None:
        """Take any published comment out."""
        standing = self._published().difference(self._recalled)
        if standing:
            number = self._stage.random.choice(sorted(standing))
            seq = await self._ask(self._api, f"/comments/{number}/recall")
            self._stage.recalls_ns[seq] = due_ns
            self._recalled.append(number)
            self._stage.counts["recalls"] += 1

    async def restore(self, _due_ns: int) -> None:
        """Let the comment back that was taken out first."""
        if self._recalled:
            await self._ask(self._api, f"/comments/{self._recalled.pop(0)}/restore")
            self._stage.counts["restores"] += 1

    async def switch(self, _due_ns: int) -> None:
        """Pause the room for a moment."""
        path = f"/rooms/{self._room}/status"
        await self._ask(self._desk, path, status="paused")
        await asyncio.sleep(_PAUSED_S)
        await self._ask(self._desk, path, status="open")
        self._stage.counts["switches"] += 1

    def _published(self) -> set[int]:
        answers = (send.published for send in self._stage.honest.sends.values())
        return {answer.number for answer in answers if answer and answer.number}

    async def _ask(self, client: httpx.AsyncClient, path: str, **fields: str) -> int:
        """Seq of the entry that came of it."""
        answer = await client.post(path, json=fields or None)
        return int(answer.raise_for_status().json()["seq"])
