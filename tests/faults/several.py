"""Two server processes on one record, a room with visitors at both, and a verdict in the end."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx

from bench.checker import Run, check
from bench.client import Door
from bench.messages import KINDS
from bench.record import read_record
from bench.server import Server
from danmaku.store.keys import KEY_FILE
from tests.contract.soundness import findings_in
from tests.faults.visitors import SETTINGS, Sender, Watcher, until_published, until_reached
from tests.patience import PATIENCE_S

ROOM = "room"
SENDERS = 4  # the first half of them gives up what is open, the others retry

Trouble = Callable[["Pair"], Awaitable[None]]


@dataclass
class Pair:
    """Both nodes; `store` is the address of the record, past any proxy."""

    nodes: list[Server]
    store: str

    def door(self, node: int, **more) -> Door:
        return Door(self.nodes[node].address, ROOM, **more)

    def doors(self, first: int, **more) -> list[Door]:
        """Of both nodes, beginning with one of them."""
        return [self.door(first, **more), self.door(1 - first, **more)]

    async def start(self, node: int) -> None:
        await asyncio.to_thread(self.nodes[node].start)

    async def stop(self, node: int) -> None:
        await asyncio.to_thread(self.nodes[node].stop)

    async def is_ready(self, node: int) -> bool:
        with contextlib.suppress(httpx.TransportError):
            async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
                answer = await client.get(f"http://{self.nodes[node].address}/readyz")
                return answer.is_success
        return False

    async def until_ready(self, *nodes: int, within_s: float = PATIENCE_S) -> None:
        async with asyncio.timeout(within_s):
            for node in nodes:
                while not await self.is_ready(node):  # noqa: ASYNC110 -- it is another process
                    await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def paired(
    folder: Path,
    store: str,
    bus: str,
    *,
    both: dict[str, str] | None = None,
    second: dict[str, str] | None = None,
) -> AsyncIterator[Pair]:
    """Two nodes with one key and one room.

    Args:
        folder: Of theirs.
        store, bus: Addresses.
        both: What both see otherwise than the rest, by the name of its setting.
        second: What the second node sees otherwise, by the name of its setting.
    """
    shared = SETTINGS | {"STORE__URL": store, "NODES__BUS": bus} | (both or {})
    homes = [folder / "one", folder / "two"]
    nodes = [Server(homes[0], shared), Server(homes[1], shared | (second or {}))]
    for node in nodes:
        node.data_dir.mkdir(parents=True)
    async with contextlib.AsyncExitStack() as stack:
        for node in nodes:
            if node is not nodes[0]:
                shutil.copy(nodes[0].data_dir / KEY_FILE, node.data_dir)
            await asyncio.to_thread(node.start)
            stack.push_async_callback(asyncio.to_thread, node.stop)
        await asyncio.to_thread(nodes[0].open_room, ROOM)
        yield Pair(nodes, store)


async def play(
    pair: Pair, chance: Random, trouble: Trouble, *, answered_s: float | None = None
) -> list[Watcher]:
    """Let visitors of both nodes live through trouble; judge all that they saw and were told.

    Args:
        pair, chance, trouble: Where, when and what.
        answered_s: Each send has its first answer by then; None: it is cut off from its answer.
    """
    tokens = [await asyncio.to_thread(pair.nodes[0].account, f"sender{n}") for n in range(SENDERS)]
    watchers = [
        *(Watcher([pair.door(node, kind=kind)]) for node in (0, 1) for kind in KINDS.values()),
        *(Watcher(pair.doors(first)) for first in (0, 1)),
    ]
    senders = [
        Sender(pair.doors(n % 2, token=token), f"s{n}", retries=n >= SENDERS // 2)
        for n, token in enumerate(tokens)
    ]
    over, left = asyncio.Event(), asyncio.Event()
    watching = [asyncio.create_task(watcher.watch(left)) for watcher in watchers]
    sending = [
        asyncio.create_task(sender.comment(Random(chance.random()), over))  # noqa: S311
        for sender in senders
    ]
    await until_reached(watchers, 1)  # who is not there yet could not tell what was seen
    for sender in senders:  # nor could who was told nothing
        await until_published([sender], 1)
    await asyncio.sleep(0.5)
    await trouble(pair)
    over.set()
    await asyncio.gather(*sending)
    await pair.until_ready(0, 1)
    record = await read_record(pair.nodes[0].address, ROOM)
    await until_reached(watchers, max(record.entries))
    left.set()
    await asyncio.gather(*watching)
    judge(record, watchers, senders, answered_s)
    assert await asyncio.to_thread(findings_in, pair.nodes[0].data_dir, pair.store) == []
    return watchers


def judge(record, watchers, senders, answered_s: float | None) -> None:
    sends = [send for sender in senders for send in sender.sends.values()]
    run = Run(
        record,
        {f"w{n}": watcher.events for n, watcher in enumerate(watchers)},
        sends,
        answer_ns_max=None if answered_s is None else int(answered_s * 1e9),
    )
    broken = check(run)
    assert not broken, broken[:10]
    told = {s.name: sum(send.published is not None for send in s.sends.values()) for s in senders}
    assert all(told.values()), told
