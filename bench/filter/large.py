"""A list of a million words: built aside as the server does it, and looked for."""

import asyncio
import gc
import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.filter.material import ruleset_of, words
from bench.filter.ratios import Ratio
from bench.filter.slices import microseconds
from bench.probes import memory_bytes
from danmaku.actions.rule_builds import build
from danmaku.filter.screen import Screen

MANY, FEW = 1_000_000, 1000
BUILD_S_MAX = 300.0  # the default of `filter.build_s`
MEMORY_MAX = 1 << 30
TEXTS = 600


def ratios(said: Sequence[str], seed: int) -> list[Ratio]:
    """Build, load and look."""
    listed = words(MANY, seed=seed)
    few = Screen(ruleset_of(listed[:FEW]))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "million.txt"
        path.write_text("\n".join(listed), "utf-8")
        del listed
        gc.collect()
        before, began_s = memory_bytes(os.getpid()), perf_counter()
        screen = asyncio.run(build(path, seconds_max=BUILD_S_MAX))
        took_s = perf_counter() - began_s
    gc.collect()
    held = memory_bytes(os.getpid()) - before
    texts = said[:TEXTS]
    took = microseconds({"many": (screen.inspect, texts), "few": (few.inspect, texts)})
    return [
        Ratio(
            f"{MANY:,} words: build / what a build may take",
            took_s / BUILD_S_MAX,
            1,
            f"{took_s:.0f} s in the helper, tried word by word",
        ),
        Ratio(
            f"{MANY:,} words: memory held / 1 GB",
            held / MEMORY_MAX,
            1,
            f"{held >> 20} MB, {held / MANY:.0f} bytes a word",
        ),
        Ratio(
            f"{MANY:,} words: a look / with {FEW:,}",
            took["many"] / took["few"],
            None,
            f"{took['many']:.2f} us, {took['few']:.2f} us",
        ),
    ]
