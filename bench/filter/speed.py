"""What a look costs, as ratios to its floor: one `translate` and one scan by the automaton."""

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from threading import Event, Thread
from time import perf_counter_ns

import ahocorasick
import psutil

from bench.filter.material import ruleset_of, with_hits, words
from bench.filter.slices import microseconds
from danmaku.filter.automaton import Matcher
from danmaku.filter.normalize import fold, key_of, skeleton_of
from danmaku.filter.packing import pack, unpack
from danmaku.filter.screen import Screen
from danmaku.filter.tables import tables

MANY, FEW, FREE = 100_000, 1000, 5000
TEXTS = 600
RELOADS = 50
LONG = 100


@dataclass(frozen=True, slots=True)
class Ratio:
    """One goal, and what was measured.

    Attributes:
        value: How many times the other side.
        most: What the goal allows.
        told: Both sides, in words.
    """

    name: str
    value: float
    most: float | None
    told: str


def ratios(said: Sequence[str], *, seed: int) -> list[Ratio]:
    """Measure everything; takes about half a minute."""
    listed = words(MANY, seed=seed)
    whole = Screen(ruleset_of(listed, free=FREE, contacts=True))
    large, small = Screen(ruleset_of(listed)), Screen(ruleset_of(listed[:FEW]))
    clean = _clean(said, whole, seed)
    return [
        *_looks(clean, listed, (whole, large, small), seed),
        *_reloads(large, listed),
    ]


def _clean(said: Sequence[str], screen: Screen, seed: int) -> list[str]:
    shuffled = Random(seed).sample(list(said), len(said))
    clean = [text for text in shuffled if text and not screen.hits(text)]
    return (clean * (TEXTS // len(clean) + 1))[:TEXTS]


def _looks(
    clean: list[str], listed: Sequence[str], screens: tuple[Screen, Screen, Screen], seed: int
) -> list[Ratio]:
    whole, large, small = screens
    hits = [text for text in with_hits(clean, listed[:FREE], seed=seed) if whole.hits(text)]
    long = ["".join(clean[at : at + 30])[:LONG] for at in range(0, TEXTS, 30)] * 10
    plain, scan = _floor(large.lexicon.matcher), _scan(large.lexicon.matcher)
    took = microseconds(
        {
            "floor": (plain, clean),
            "fold and scan": (scan, clean),
            "whole, 100,000": (large.inspect, clean),
            "whole, 1,000": (small.inspect, clean),
            "whole": (whole.inspect, clean),
            "floor of hits": (plain, hits),
            "hits": (whole.inspect, hits),
            "long": (whole.inspect, long),
        }
    )
    told = {name: f"{us:.2f} us" for name, us in took.items()}
    floor = took["floor"]
    return [
        Ratio("fold and scan / floor", took["fold and scan"] / floor, 1.5, told["fold and scan"]),
        Ratio("clean comment, all stages / floor", took["whole"] / floor, 5, told["whole"]),
        Ratio("comment with a hit / floor", took["hits"] / took["floor of hits"], 20, told["hits"]),
        Ratio(
            "100,000 words / 1,000 words",
            took["whole, 100,000"] / took["whole, 1,000"],
            1.5,
            f"{told['whole, 100,000']}, {told['whole, 1,000']}",
        ),
        Ratio(f"{LONG} characters / floor", took["long"] / floor, None, told["long"]),
    ]


def _floor(matcher: Matcher) -> Callable[[str], object]:
    find, folding = matcher.find, tables().folded
    return lambda text: find(text.translate(folding))


def _scan(matcher: Matcher) -> Callable[[str], object]:
    find, folding = matcher.find, tables().folded
    return lambda text: find(key_of(skeleton_of(text.translate(folding))))


def _reloads(screen: Screen, listed: Sequence[str]) -> list[Ratio]:
    packed = pack(screen)
    stall = longest_stall_ms(lambda: unpack(packed))
    other = longest_stall_ms(lambda: _trie_of(listed))
    process = psutil.Process()
    unpack(packed)
    gc.collect()
    before = process.memory_info().rss
    for _ in range(RELOADS):
        unpack(packed)
    gc.collect()
    after = process.memory_info().rss
    return [
        Ratio(
            "stall of a reload / of building pyahocorasick",
            stall / other,
            0.1,
            f"{stall:.1f} ms, {other:.1f} ms",
        ),
        Ratio(
            f"memory after {RELOADS} reloads / before",
            after / before,
            1.05,
            f"{after >> 20} MB, {before >> 20} MB",
        ),
    ]


def _trie_of(listed: Sequence[str]) -> object:
    trie = ahocorasick.Automaton()
    for number, word in enumerate(listed):
        trie.add_word(fold(word).skeleton, number)
    trie.make_automaton()
    return trie


def longest_stall_ms(work: Callable[[], object]) -> float:
    """How long a loop stands still at the longest while another thread works."""
    done = Event()

    def run() -> None:
        work()
        done.set()

    thread = Thread(target=run)
    longest_ns, last_ns = 0, perf_counter_ns()
    thread.start()
    while not done.is_set():
        done.wait(0.0005)
        now_ns = perf_counter_ns()
        longest_ns, last_ns = max(longest_ns, now_ns - last_ns), now_ns
    thread.join()
    return longest_ns / 1e6
