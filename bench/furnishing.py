"""What a run needs in the house before it begins: rooms and accounts, by the thousand."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import TypeVar

import httpx

from bench.acts import Person

_T = TypeVar("_T")

ACCOUNTS_MAX = 50  # of senders; with more of them an account has several sockets
AT_ONCE = 32  # so that the record can write many in one commit
_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Furniture:
    """What is there now.

    Attributes:
        tokens: Of the senders, one for each; several may be one account's.
        moderator: Of an account that may recall and restore in the first room.
        attackers: Of the accounts that flood.
        subjects: Whom acts are about.
    """

    tokens: list[str]
    moderator: str
    attackers: list[str]
    subjects: list[Person]


def furnish(
    desk: Path, rooms: Sequence[str], *, senders: int, attackers: int = 0, subjects: int = 0
) -> Furniture:
    """Open rooms and make accounts, at the operator's desk.

    Raises:
        httpx.HTTPStatusError: If the server does not do it.
    """
    return asyncio.run(
        _furnish(desk, rooms, senders=senders, attackers=attackers, subjects=subjects)
    )


async def _furnish(
    desk: Path, rooms: Sequence[str], *, senders: int, attackers: int = 0, subjects: int = 0
) -> Furniture:
    transport = httpx.AsyncHTTPTransport(uds=str(desk))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://desk", timeout=_PATIENCE_S
    ) as client:

        async def ask(path: str, **fields: str) -> dict[str, object]:
            answer = await client.post(path, json=fields)
            found: dict[str, object] = answer.raise_for_status().json()
            return found

        async def open_room(room: str) -> None:
            await ask("/rooms", room=room, title="Bench")

        async def account(login: str) -> str:
            await ask("/accounts", login=login, name=login)
            return str((await ask("/tokens", login=login, label="bench"))["secret"])

        await _each(open_room, rooms)
        sending = [f"sender{n}" for n in range(min(senders, ACCOUNTS_MAX))]
        tokens = await _each(account, sending)
        attacking = await _each(account, (f"attacker{n}" for n in range(attackers)))
        named = [f"subject{n}" for n in range(subjects)]
        about = [Person(*both) for both in zip(named, await _each(account, named), strict=True)]
        moderator = await account("moderator")
        await ask("/grants", login="moderator", bundle="moderator", room=rooms[0])
    return Furniture([*islice(cycle(tokens), senders)], moderator, attacking, about)


async def _each(act: Callable[[str], Awaitable[_T]], names: Iterable[str]) -> list[_T]:
    """Do it for each, a bounded number at a time; what came of each, in order."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def within(name: str) -> _T:
        async with gate:
            return await act(name)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(within(name)) for name in names]
    return [task.result() for task in tasks]
