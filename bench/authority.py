"""Who keeps order in a run, at an even pace: over comments and rooms, and over people."""

import asyncio
from collections import deque
from itertools import cycle
from time import monotonic_ns
from typing import Self

import httpx

from bench.acts import Desk
from bench.client import Door
from bench.crowd import Seat
from bench.scenario import Act, Enforce, Measures
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


async def take_measures(stage: Stage, measures: Measures, at_ns: int) -> None:
    """The operator acts upon one person or the first room after the other."""
    people = deque(stage.subjects[: measures.people])
    seats = {person.login: await _seated(stage, person.token, measures) for person in people}
    acts = cycle(measures.acts)
    async with Desk(stage.desk, stage.rooms[0], stage.ears, stage.felts) as desk:
        await desk.look_up(people)

        async def act_next(due_ns: int) -> None:
            act, person = next(acts), people.popleft()
            await desk.act(act, person, seats[person.login], due_ns)
            stage.counts[act] += 1
            if act is not Act.CLOSE:
                people.append(person)

        until_ns = at_ns + round(measures.for_s * 1e9)
        await repeat(act_next, measures.per_s, max(at_ns, monotonic_ns()), until_ns)
    stage.wrongs += stage.felts.numb


async def _seated(stage: Stage, token: str, measures: Measures) -> list[Seat]:
    door = Door(stage.address, stage.rooms[0], token=token)
    return [await stage.crowd.take_seat(door, may_be_lost=True) for _ in range(measures.sockets)]


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
            await self._ask(self._api, f"/comments/{self._recalled[0]}/restore")
            self._recalled.pop(0)  # not before: until then there is nothing to recall
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
