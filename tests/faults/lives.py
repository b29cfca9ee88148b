"""One server that ends again and again under load, its visitors, and a verdict in the end."""

import asyncio
from collections.abc import Callable, Sequence
from random import Random

from bench.checker import Run, Send, check
from bench.client import Door
from bench.messages import KINDS
from bench.record import read_record
from bench.server import Server
from tests.contract.soundness import findings_in
from tests.faults.visitors import SETTINGS, Sender, Watcher, until_published, until_reached
from tests.patience import PATIENCE_S

ROOM = "room"
SENDERS = 4

End = Callable[[Server], None]


async def live_through(
    folder, chance: Random, end: End, rounds: int, *, settled_s: float = PATIENCE_S
) -> Sequence[Send]:
    """Let the server end so often; judge all that visitors saw and were told.

    Args:
        folder: Where its record lies.
        chance: When it ends.
        end: How.
        rounds: How often.
        settled_s: How long all may take to the top, when nothing is sent any more.

    Returns:
        All that was sent.
    """
    with Server(folder, SETTINGS) as server:
        server.open_room(ROOM)
        tokens = [server.account(f"sender{n}") for n in range(SENDERS)]
        watchers = [Watcher([Door(server.address, ROOM, kind)]) for kind in KINDS.values()]
        senders = [
            Sender([Door(server.address, ROOM, token=token)], f"s{n}", retries=n % 2 == 0)
            for n, token in enumerate(tokens)
        ]
        over, left = asyncio.Event(), asyncio.Event()
        watching = [asyncio.create_task(watcher.watch(left)) for watcher in watchers]
        sending = [
            asyncio.create_task(sender.comment(Random(chance.random()), over))  # noqa: S311
            for sender in senders
        ]
        for sender in senders:  # who is not there yet makes no load
            await until_published([sender], 1)
        await _end_again_and_again(server, chance, end, rounds)
        over.set()
        await asyncio.gather(*sending)
        record = await read_record(server.address, ROOM)
        await until_reached(watchers, max(record.entries), settled_s)
        left.set()
        await asyncio.gather(*watching)
    sends = [send for sender in senders for send in sender.sends.values()]
    events = {f"w{n}": watcher.events for n, watcher in enumerate(watchers)}
    assert check(Run(record, events, sends)) == []
    assert len({epoch for watcher in watchers for epoch in watcher.epochs}) == 1
    assert sum(send.published is not None for send in sends) > rounds
    return sends


async def _end_again_and_again(server: Server, chance: Random, end: End, rounds: int) -> None:
    for _ in range(rounds):
        await asyncio.sleep(chance.uniform(0.1, 0.6))
        await asyncio.to_thread(end, server)
        assert findings_in(server.data_dir) == []
        await asyncio.to_thread(server.start)
