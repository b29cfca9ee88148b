"""What a look costs, as ratios to its floor: one `translate` and one scan by the automaton."""

from collections.abc import Callable, Sequence
from random import Random

import ahocorasick

from bench.filter.material import ruleset_of, with_hits, words
from bench.filter.ratios import Ratio
from bench.filter.slices import microseconds
from danmaku.filter.automaton import Matcher
from danmaku.filter.normalize import fold, key_of, skeleton_of
from danmaku.filter.screen import Screen
from danmaku.filter.tables import tables

MANY, FEW, FREE = 100_000, 1000, 5000
TEXTS = 600
LONG = 100


def ratios(said: Sequence[str], seed: int) -> list[Ratio]:
    """Measure looks of every kind."""
    listed = words(MANY, seed=seed)
    whole = Screen(ruleset_of(listed, free=FREE, contacts=True))
    large, small = Screen(ruleset_of(listed)), Screen(ruleset_of(listed[:FEW]))
    clean = _clean(said, whole, seed)
    return [_peer(clean, listed, large), *_looks(clean, listed, (whole, large, small), seed)]


def _peer(clean: list[str], listed: Sequence[str], large: Screen) -> Ratio:
    """The same words in the engine that people reach for first, over the same keys."""
    took = microseconds(
        {
            "floor": (_floor(large.lexicon.matcher), clean),
            "ours": (_scan(large.lexicon.matcher), clean),
            "theirs": (_scan_of_trie(listed), clean),
        }
    )
    return Ratio(
        "fold and scan / with pyahocorasick",
        took["ours"] / took["theirs"],
        1 / 8,
        f"{took['ours']:.2f} us, {took['theirs']:.2f} us; floor {took['floor']:.2f} us",
    )


def _scan_of_trie(listed: Sequence[str]) -> Callable[[str], object]:
    trie, folding = ahocorasick.Automaton(), tables().folded
    for number, word in enumerate(listed):
        trie.add_word(key_of(fold(word).skeleton), number)
    trie.make_automaton()
    return lambda text: [*trie.iter(key_of(skeleton_of(text.translate(folding))))]


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
