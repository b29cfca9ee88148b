"""What rooms with lists of their own cost: a look, making a list ready, and keeping it."""

import gc
from collections.abc import Sequence
from random import Random
from time import perf_counter_ns

import psutil

from bench.filter.material import ruleset_of, words
from bench.filter.ratios import Ratio
from bench.filter.slices import microseconds
from danmaku.domain.ids import Seq
from danmaku.domain.room_words import RoomWords
from danmaku.filter.normalize import scanned_of
from danmaku.filter.screen import Screen
from danmaku.filter.small_screen import SmallScreen

ROOMS, WORDS = 5000, 50
HOUSE_WORDS, FREE = 100_000, 5000
POOL = 20_000  # words that streamers choose from
PASSES = 9

_fresh = scanned_of.__wrapped__  # both sides see each text, and either has to make it ready


def ratios(said: Sequence[str], seed: int) -> list[Ratio]:
    """Deal comments over rooms, each with a list, and look at them as the server does."""
    house = Screen(ruleset_of(words(HOUSE_WORDS, seed=seed), free=FREE, contacts=True))
    lists = lists_of(seed)
    before = psutil.Process().memory_info().rss
    began_ns = perf_counter_ns()
    screens = [one.screen(Seq(1)) for one in lists]
    build_us = (perf_counter_ns() - began_ns) / 1000 / ROOMS
    gc.collect()
    kept_kb = (psutil.Process().memory_info().rss - before) / 1000 / ROOMS
    texts = dealt(said, seed)
    own = dict(zip(texts, screens, strict=False))
    took = microseconds(
        {
            "none": (lambda text: house.findings(_fresh(text)), texts),
            "lists": (lambda text: _look(house, own[text], text), texts),
        },
        passes=PASSES,
    )
    told = f"{took['lists']:.2f} us, {took['none']:.2f} us"
    made = f"{build_us:.0f} us, {kept_kb:.1f} kB"
    return [
        Ratio(
            f"{ROOMS:,} rooms with lists of {WORDS} / none", took["lists"] / took["none"], 2, told
        ),
        Ratio("making a room's list ready / a look", build_us / took["none"], None, made),
    ]


def lists_of(seed: int) -> list[RoomWords]:
    """A list for each room; no two rooms share a string, as none do that were read from disk."""
    random = Random(seed)
    pool = words(POOL, seed=seed + 1)
    return [
        RoomWords(tuple("".join(word) for word in random.sample(pool, WORDS))) for _ in range(ROOMS)
    ]


def dealt(said: Sequence[str], seed: int) -> list[str]:
    """Comments in the order in which rooms get them: one each, as far as there are enough."""
    every = sorted({text for text in said if text})
    return Random(seed).sample(every, min(ROOMS, len(every)))


def _look(house: Screen, own: SmallScreen, text: str) -> object:
    scanned = _fresh(text)
    return own.tighten(house.findings(scanned), scanned)
