"""A room's comments as files: read from a record on disk and written in each format."""

import asyncio
import tempfile
import tracemalloc
from itertools import cycle
from pathlib import Path
from random import Random
from time import process_time, time_ns

from bench.micro.samples import texts
from bench.outcome import Figure
from danmaku.config import StoreSettings
from danmaku.domain.comment import Content, Style
from danmaku.domain.facts import AccountRegistered, CommentPublished, RoomOpened, Verdict
from danmaku.domain.ids import PLATFORM, AccountId, ClientId, Millis, RoomId
from danmaku.domain.room import RoomState
from danmaku.formats.exports import LAYOUTS, ExportName
from danmaku.formats.layout import Layout, Writing
from danmaku.ports import Append
from danmaku.store.opening import open_store
from danmaku.store.store import Store

COMMENTS = 40_000
ROUNDS = 5
GOALS = {ExportName.JSONL: 200_000.0, ExportName.XML: 100_000.0}  # comments a second of one core
_GROUP = 500
_ROOM = RoomId("bench")
_VERDICT = Verdict(ruleset="bench", action="pass", category=None, micros=2)


def figures(seed: int) -> dict[str, Figure]:
    """Comments a second of processor time, threads that read the record counted in; and memory."""
    with tempfile.TemporaryDirectory(prefix="danmaku-bench-") as folder:
        return asyncio.run(_measured(StoreSettings(data_dir=Path(folder)), seed))


async def _measured(settings: StoreSettings, seed: int) -> dict[str, Figure]:
    store = await open_store(settings, lambda: Millis(time_ns() // 1_000_000))
    try:
        await _fill(store, Random(seed).sample(texts(), k=len(texts())))
        found: dict[str, Figure] = {}
        for name, layout in LAYOUTS.items():
            rates = [await _rate(store, layout) for _ in range(ROUNDS)]
            goal = GOALS.get(name)
            found[f"export / {name}"] = Figure(rates, "comments/s", better="higher", goal=goal)
        found["export / memory held while xml is written"] = await _memory(store)
        return found
    finally:
        await store.close()


async def _fill(store: Store, said: list[str]) -> None:
    registered = AccountRegistered(login="ann", name="Ann", password_hash=None)
    await store.commit(Append(PLATFORM, registered))
    await store.commit(Append(_ROOM, RoomOpened(actor=None, owner=None, state=RoomState("Bench"))))
    words = cycle(said)
    for first in range(0, COMMENTS, _GROUP):
        facts = [_published(at, next(words)) for at in range(first, first + _GROUP)]
        await store.commit(*(Append(_ROOM, fact) for fact in facts))


def _published(at: int, text: str) -> CommentPublished:
    ann = AccountId(1)
    content = Content(text=text, style=Style(), position_ms=at * 7919 % 7_200_000, name="Ann")
    return CommentPublished(
        actor=ann,
        author=ann,
        client_id=ClientId(f"c{at}"),
        at_ms=Millis(1_790_000_000_000 + at),
        content=content,
        verdict=_VERDICT,
    )


async def _rate(store: Store, layout: Layout) -> float:
    began = process_time()
    await _write(store, layout)
    return COMMENTS / (process_time() - began)


async def _write(store: Store, layout: Layout) -> None:
    writing = Writing(layout)
    read = store.exports.by_position if layout.by_position else store.exports.by_number
    async for page in read(_ROOM):
        writing.part(page)
    if writing.count != COMMENTS:
        raise RuntimeError(f"{writing.count} of {COMMENTS} comments were written.")


async def _memory(store: Store) -> Figure:
    tracemalloc.start()
    try:
        await _write(store, LAYOUTS[ExportName.XML])
        return Figure([float(tracemalloc.get_traced_memory()[1])], "bytes")
    finally:
        tracemalloc.stop()
