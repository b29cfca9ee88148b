"""The record on this disk: one lone comment, many together, and what the disk itself allows.

The plain limit is a loop that writes as many bytes as a group's commit did, over and over into one
file of fixed size, and syncs each time: what no record could beat that is to outlive a power cut.
"""

import asyncio
import itertools
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from statistics import median
from time import monotonic, process_time_ns, time_ns
from typing import Self

from bench.backing import AbsentError, postgres
from bench.micro.samples import texts
from bench.outcome import Figure
from danmaku.config import StoreSettings
from danmaku.domain.comment import Content, Style
from danmaku.domain.facts import AccountRegistered, CommentPublished, RoomOpened, Verdict
from danmaku.domain.ids import PLATFORM, AccountId, ClientId, Millis, RoomId
from danmaku.domain.room import RoomState
from danmaku.ports import Append
from danmaku.store.opening import open_store

ROUNDS = 5
LONE = 100
GROUPS = (10, 100, 512)
ENTRIES_PER_S_MIN = 10_000.0
GROUP_WITH_GOAL = 512  # as many as the server takes unless it is told otherwise
SHARED_ENTRIES_PER_S_MIN = 5_000.0
SHARED_ENTRIES = 8 * GROUP_WITH_GOAL
SENDERS = 20
_NEVER_MS = 3_600_000
_ENTRIES_A_ROUND = 1_000
_FILE_BYTES = 4 << 20
_PAGE = 4096
_SYNCS = 200
_IN_MEMORY = frozenset({"tmpfs", "ramfs"})
_ROOM = RoomId("bench")
_VERDICT = Verdict(ruleset="bench", action="pass", category=None, micros=2)


def figures(seed: int) -> dict[str, Figure]:
    """Commits of one comment and of groups, in a new record in the folder for temporary files."""
    said = Random(seed).sample(texts(), k=len(texts()))
    with tempfile.TemporaryDirectory(prefix="danmaku-bench-") as folder:
        found = _raw_syncs(Path(folder))
        found |= asyncio.run(_lone(_Bench(Path(folder, "lone"), said, gather=1)))
        for size in GROUPS:
            bench = _Bench(Path(folder, str(size)), said, gather=size)
            found |= asyncio.run(_group(bench, size))
    return found


def shared_figures(seed: int) -> dict[str, Figure]:
    """Commits of full groups by one server through PostgreSQL; nothing where there is none."""
    said = Random(seed).sample(texts(), k=len(texts()))
    name = f"record in PostgreSQL / groups of {GROUP_WITH_GOAL}"
    with tempfile.TemporaryDirectory(prefix="danmaku-bench-") as folder, suppress(AbsentError):
        with postgres() as cluster, cluster.database() as url:
            bench = _Bench(Path(folder), said, gather=GROUP_WITH_GOAL, url=url)
            rates, cpus = asyncio.run(_rates(bench, SHARED_ENTRIES))
        return {
            name: Figure(rates, "entries/s", better="higher", goal=SHARED_ENTRIES_PER_S_MIN),
            f"{name}, processor of the server": Figure(cpus, "us an entry"),
        }
    return {}


async def _rates(bench: "_Bench", count: int) -> tuple[list[float], list[float]]:
    """Entries a second, and what each costs in microseconds, round by round."""
    rates: list[float] = []
    cpus: list[float] = []
    async with asyncio.timeout(120), bench:
        await bench.commit(count)
        for _ in range(ROUNDS):
            began_s, began_ns = monotonic(), process_time_ns()
            await bench.commit(count)
            cpus.append((process_time_ns() - began_ns) / count / 1000)
            rates.append(count / (monotonic() - began_s))
    return rates, cpus


def notes() -> list[str]:
    """What must be known of the disk."""
    mounts = (line.split() for line in Path("/proc/mounts").read_text("utf-8").splitlines())
    kinds = {Path(mount[1]): mount[2] for mount in mounts}
    folder = Path(tempfile.gettempdir()).resolve()
    kind = next(kinds[at] for at in (folder, *folder.parents) if at in kinds)
    if kind in _IN_MEMORY:
        return [f"{folder} is in memory ({kind}): nothing is synced, set TMPDIR to a disk"]
    return []


# --- the record


async def _lone(bench: "_Bench") -> dict[str, Figure]:
    """One comment at a time, as in a quiet room: nobody to share the sync with."""
    walls: list[float] = []
    cpus: list[float] = []
    async with asyncio.timeout(60), bench:
        await bench.commit(LONE)
        for _ in range(ROUNDS):
            began_s, began_ns = monotonic(), process_time_ns()
            for _ in range(LONE):
                await bench.commit(1)
            cpus.append((process_time_ns() - began_ns) / LONE / 1000)
            walls.append((monotonic() - began_s) / LONE * 1000)
    return {
        "record / one alone": Figure(walls, "ms"),
        "record / one alone, processor": Figure(cpus, "us"),
    }


async def _group(bench: "_Bench", size: int) -> dict[str, Figure]:
    """More comments than one transaction takes, so that each is full."""
    rates: list[float] = []
    cpus: list[float] = []
    limits: list[float] = []
    count = max(_ENTRIES_A_ROUND, 4 * size) // size * size
    async with asyncio.timeout(120), bench:
        await bench.commit(count)
        for _ in range(ROUNDS):
            began_bytes = _written_bytes()
            began_s, began_ns = monotonic(), process_time_ns()
            await bench.commit(count)
            cpus.append((process_time_ns() - began_ns) / count / 1000)
            rates.append(count / (monotonic() - began_s))
            a_group = (_written_bytes() - began_bytes) * size // count
            limits.append(
                size / await asyncio.to_thread(_plain_s, bench.folder, a_group, count // size)
            )
    return {
        f"record / groups of {size}": Figure(
            rates,
            "entries/s",
            better="higher",
            goal=ENTRIES_PER_S_MIN if size == GROUP_WITH_GOAL else None,
        ),
        f"record / groups of {size}, processor": Figure(cpus, "us an entry"),
        f"record / groups of {size}, plain limit": Figure(limits, "entries/s", better="higher"),
        f"record / groups of {size}, share of the limit": Figure(
            [rate / limit for rate, limit in zip(rates, limits, strict=True)],
            "ratio",
            better="higher",
        ),
    }


class _Bench:
    """A new record with one room, and senders that do not tire.

    Args:
        folder: Where the record comes to lie.
        said: What the comments say, one after the other.
        gather: Entries that one transaction takes at most.
        url: Of a database that servers share; empty: the record lies in the folder.
    """

    def __init__(self, folder: Path, said: Sequence[str], *, gather: int, url: str = "") -> None:
        self.folder = folder
        self._settings = StoreSettings(
            data_dir=folder,
            url=url,
            gather_entries_max=gather,
            queue_entries_max=1_000_000,
            queue_ms_max=_NEVER_MS,
            queue_calm_ms=_NEVER_MS,
        )
        self._texts = itertools.cycle(said)
        self._places = itertools.count(1)

    async def __aenter__(self) -> Self:
        self._store = await open_store(self._settings, _now_ms)
        for n in range(SENDERS):
            fact = AccountRegistered(login=f"sender{n}", name=f"Sender {n}", password_hash=None)
            await self._store.commit(Append(PLATFORM, fact))
        await self._store.commit(Append(_ROOM, RoomOpened(None, None, RoomState("Bench"))))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._store.close()

    async def commit(self, count: int) -> None:
        """Send so many comments at once, each for itself, and wait for all of them."""
        await asyncio.gather(*(self._store.commit(self._append()) for _ in range(count)))

    def _append(self) -> Append:
        n = next(self._places)
        sender = AccountId(n % SENDERS + 1)
        content = Content(next(self._texts), Style(), position_ms=37 * n, name="Sender")
        fact = CommentPublished(
            actor=sender,
            author=sender,
            client_id=ClientId(f"b-{n}"),
            at_ms=_now_ms(),
            content=content,
            verdict=_VERDICT,
        )
        return Append(_ROOM, fact)


def _now_ms() -> Millis:
    return Millis(time_ns() // 1_000_000)


def _written_bytes() -> int:
    """What this process has handed to the kernel to be written."""
    lines = Path("/proc/self/io").read_text(encoding="ascii").splitlines()
    [written] = [line.split()[1] for line in lines if line.startswith("wchar:")]
    return int(written)


# --- the disk


def _plain_s(folder: Path, size: int, times: int) -> float:
    """Seconds that one write of `size` bytes and its sync take."""
    with _preallocated(folder) as file:
        began_s = monotonic()
        for place in _places(size, times):
            os.pwrite(file, bytes(size), place)
            os.fdatasync(file)
        return (monotonic() - began_s) / times


def _raw_syncs(folder: Path) -> dict[str, Figure]:
    took_ms: list[float] = []
    with _preallocated(folder) as file:
        for place in _places(_PAGE, _SYNCS):
            began_s = monotonic()
            os.pwrite(file, bytes(_PAGE), place)
            os.fdatasync(file)
            took_ms.append((monotonic() - began_s) * 1000)
    a_round = _SYNCS // ROUNDS
    rounds = [took_ms[first : first + a_round] for first in range(0, _SYNCS, a_round)]
    return {
        "disk / write and sync of one page": Figure([median(each) for each in rounds], "ms"),
        "disk / the same, slowest": Figure([max(each) for each in rounds], "ms"),
    }


@contextmanager
def _preallocated(folder: Path) -> Iterator[int]:
    """A file whose blocks are all there, as those of a log that is written anew."""
    path = folder / "plain"
    path.write_bytes(bytes(_FILE_BYTES))
    file = os.open(path, os.O_WRONLY)
    try:
        os.fsync(file)
        yield file
    finally:
        os.close(file)
        path.unlink()


def _places(size: int, times: int) -> Iterator[int]:
    return itertools.islice(itertools.cycle(range(0, max(1, _FILE_BYTES - size), size)), times)
