import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.filter.automaton import SMALL_LIST_MAX, Charwise, Trie, matcher_of

SMALL_ALPHABET = st.text(alphabet="ab中", min_size=1, max_size=4)


def by_force(patterns, text):
    return sorted(
        (at, at + len(pattern), number)
        for number, pattern in enumerate(patterns)
        for at in range(len(text))
        if text.startswith(pattern, at)
    )


@pytest.mark.parametrize("engine", [Charwise, Trie])
@given(st.lists(SMALL_ALPHABET, min_size=1, max_size=8), st.text(alphabet="ab中", max_size=30))
def test_engines_find_what_brute_force_finds(engine, patterns, text):
    assert sorted(map(tuple, engine(patterns).find(text))) == by_force(patterns, text)


def test_nothing_is_found_by_a_trie_of_nothing():
    assert list(Trie([]).find("anything")) == []


def test_packed_matcher_finds_the_same():
    matcher = Charwise(["赌博", "博彩", "a"])

    assert Charwise.unpacked(matcher.packed()).find("赌博彩a") == matcher.find("赌博彩a")


def test_size_chooses_the_engine():
    assert isinstance(matcher_of(["a"] * SMALL_LIST_MAX), Trie)
    assert isinstance(matcher_of(["a"] * (SMALL_LIST_MAX + 1)), Charwise)


def test_offsets_are_code_points():
    text = json.loads('"\U0001f409\U0001f409ab"')

    assert [tuple(place) for place in Charwise(["ab"]).find(text)] == [(2, 4, 0)]
