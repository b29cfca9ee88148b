"""What a change of rules costs those who comment meanwhile, done the way the server does it.

The helper process builds, the bytes are loaded, the change is recorded, the rules take over. The
same loop looks at a comment every two milliseconds, and what it notices is told: the longest it
stood still, and how long looks took. For comparison a pyahocorasick trie of the same words is built
in a thread beside it.
"""

import asyncio
import gc
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter_ns, time_ns

import ahocorasick

from bench.filter.material import ruleset_of, words
from bench.filter.ratios import Ratio
from bench.probes import memory_bytes
from danmaku.actions.rule_builds import build
from danmaku.actions.rules import Rules
from danmaku.config import StoreSettings
from danmaku.domain.ids import Millis
from danmaku.filter.normalize import fold, key_of
from danmaku.filter.screen import Screen
from danmaku.store.sqlite import SqliteStore
from danmaku.telemetry import Telemetry

MANY, FEW = 100_000, 5000
CHANGES = 4  # the first rules are forgotten only then, and that takes time as well
CHANGES_OF_FEW = 50
SETTLING = 25  # changes until the allocator has what it needs for one while others are kept
QUIET_S = 5.0
EVERY_S = 0.002
BUILD_S_MAX = 120.0
MICROS_MAX = 1_000_000  # a look that is late is to be measured, not judged


@dataclass(slots=True)
class Noticed:
    """What a loop went through.

    Attributes:
        longest_ns: The longest that it came late to a comment.
        looks_ns: How long each look took, on the wall.
    """

    longest_ns: int = 0
    looks_ns: list[int] = field(default_factory=list)

    def p99_us(self) -> float:
        """The time that one look in a hundred exceeds."""
        rising = sorted(self.looks_ns)
        return rising[ceil(0.99 * len(rising)) - 1] / 1000


def ratios(said: Sequence[str], seed: int) -> list[Ratio]:
    """Measure changes of a long list, and the memory that many changes of a short one leave."""
    with TemporaryDirectory() as folder:
        return asyncio.run(_measured(said, seed, Path(folder)))


async def _measured(said: Sequence[str], seed: int, folder: Path) -> list[Ratio]:
    listed = words(MANY, seed=seed)
    store = await SqliteStore.open(StoreSettings(data_dir=folder), _now)
    try:
        rules = Rules(
            Screen(ruleset_of(listed[:1])),
            record=store,
            clock=_now,
            micros_max=MICROS_MAX,
            telemetry=Telemetry(),
        )
        await _change(rules, folder, listed)
        quiet = await _beside(lambda: asyncio.sleep(QUIET_S), rules, said)
        changing = await _beside(lambda: _changes(rules, folder, listed, CHANGES), rules, said)
        trie = await _beside(lambda: asyncio.to_thread(_trie_of, listed), rules, said)
        before, after = await _memory(rules, folder, listed[:FEW])
    finally:
        await store.close()
    return [*_stalls(quiet, changing, trie), _kept(before, after)]


def _now() -> Millis:
    return Millis(time_ns() // 1_000_000)


def _stalls(quiet: Noticed, changing: Noticed, trie: Noticed) -> list[Ratio]:
    stall_ms, trie_ms = changing.longest_ns / 1e6, trie.longest_ns / 1e6
    return [
        Ratio(
            "stall of a reload / of building pyahocorasick",
            stall_ms / trie_ms,
            0.1,
            f"{stall_ms:.1f} ms, {trie_ms:.1f} ms; neither: {quiet.longest_ns / 1e6:.1f} ms",
        ),
        Ratio(
            "p99 of looks during a reload / without",
            changing.p99_us() / quiet.p99_us(),
            2,
            f"{changing.p99_us():.1f} us, {quiet.p99_us():.1f} us",
        ),
    ]


def _kept(before: int, after: int) -> Ratio:
    return Ratio(
        f"memory after {CHANGES_OF_FEW} reloads / before",
        after / before,
        1.05,
        f"{after / 2**20:.1f} MB, {before / 2**20:.1f} MB",
    )


async def _beside(
    work: Callable[[], Awaitable[object]], rules: Rules, said: Sequence[str]
) -> Noticed:
    """Look at comments until the work is done."""
    noticed, texts = Noticed(), cycle(said)
    gc.collect()
    task = asyncio.ensure_future(work())
    due_ns = perf_counter_ns()
    while not task.done():
        due_ns += int(EVERY_S * 1e9)
        await asyncio.sleep((due_ns - perf_counter_ns()) / 1e9)
        began_ns = perf_counter_ns()
        rules.look(next(texts))
        ended_ns = perf_counter_ns()
        noticed.looks_ns.append(ended_ns - began_ns)
        noticed.longest_ns = max(noticed.longest_ns, began_ns - due_ns)
        due_ns = max(due_ns, ended_ns)
    await task
    return noticed


async def _changes(rules: Rules, folder: Path, listed: Sequence[str], times: int) -> None:
    for number in range(times):
        await _change(rules, folder, listed[number + 1 :])


async def _change(rules: Rules, folder: Path, listed: Sequence[str]) -> None:
    path = folder / "list.txt"
    await asyncio.to_thread(path.write_text, "\n".join(listed), "utf-8")
    await rules.activate(None, large=await build(path, seconds_max=BUILD_S_MAX))


async def _memory(rules: Rules, folder: Path, listed: Sequence[str]) -> tuple[int, int]:
    """Resident bytes once the process has settled, and after many changes more."""
    await _changes(rules, folder, listed, SETTLING)
    gc.collect()
    before = memory_bytes(os.getpid())
    await _changes(rules, folder, listed, CHANGES_OF_FEW)
    gc.collect()
    return before, memory_bytes(os.getpid())


def _trie_of(listed: Sequence[str]) -> object:
    trie = ahocorasick.Automaton()
    for number, word in enumerate(listed):
        trie.add_word(key_of(fold(word).skeleton), number)
    trie.make_automaton()
    return trie
