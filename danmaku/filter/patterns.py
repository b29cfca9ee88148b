"""Regular expressions from people: linear in the text whatever they write, for RE2 runs them.

They see the text as `normalize.plain_of` gives it: width, case, style and script are folded, marks
stay; offsets are those of the original. One `Set` tells which can match at all, so a text that none
concerns costs one call.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import re2

PATTERN_CODE_POINTS_MAX: Final = 260
PATTERN_BYTES_MAX: Final = 1 << 20
"""Memory that one compiled pattern may take."""

_WORDS = "aa 1"
"""Edges and insides of words: a pattern that takes no letter of these takes none anywhere."""


def _options() -> re2.Options:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = PATTERN_BYTES_MAX
    return options


def fault_of(pattern: str) -> str | None:
    """Why a pattern cannot be used; None if it can."""
    if len(pattern) > PATTERN_CODE_POINTS_MAX:
        return f"longer than {PATTERN_CODE_POINTS_MAX} characters"
    try:
        compiled = re2.compile(pattern, _options())
    except re2.error as error:
        return f"no pattern of RE2: {error.args[0]}".replace("b'", "'")
    except UnicodeEncodeError:
        return "a lone surrogate"
    is_anywhere = any(found.start() == found.end() for found in compiled.finditer(_WORDS))
    return "matching the empty text, so everything" if is_anywhere else None


class Patterns:
    """All patterns of a rule set, compiled.

    Args:
        patterns: Each without fault (`fault_of`).
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._compiled = [re2.compile(pattern, _options()) for pattern in patterns]
        self._gate = re2.Set.SearchSet(_options())
        for pattern in patterns:
            self._gate.Add(pattern)
        if patterns:
            self._gate.Compile()

    def find(self, plain: str) -> Iterator[tuple[int, int, int]]:
        """All places (number of the pattern, start, end), per pattern from left to right."""
        if not self._compiled:
            return
        for number in sorted(self._gate.Match(plain) or ()):
            for match in self._compiled[number].finditer(plain):
                yield number, match.start(), match.end()
