import time

import pytest

from danmaku.filter.patterns import PATTERN_CODE_POINTS_MAX, Patterns, fault_of


def test_patterns_are_found_with_their_numbers_and_code_points():
    assert list(Patterns(["abc\\d+", "群\\s*\\d{6}"]).find("🐉进群123456 abc1")) == [
        (0, 10, 14),
        (1, 2, 9),
    ]
    assert list(Patterns(["x"]).find("abc")) == []
    assert list(Patterns([]).find("abc")) == []


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        "a{100000}",
        "(?=a)",
        "(a)\\1",
        "x" * (PATTERN_CODE_POINTS_MAX + 1),
        "a*",
        "",
        "\\b",
        "\\B",
        "\ud83d",
    ],
)
def test_patterns_that_cannot_be_used_are_told(pattern):
    assert fault_of(pattern) is not None


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+b", "(.*a){12}b", "(x+x+)+y"])
def test_evil_patterns_are_harmless(pattern):
    assert fault_of(pattern) is None
    patterns = Patterns([pattern])
    began = time.thread_time()

    list(patterns.find("a" * 10_000 + "!"))

    assert time.thread_time() - began < 2


def test_case_does_not_matter():
    assert list(Patterns(["QQ"]).find("qq")) == [(0, 0, 2)]
