"""What can be wrong with a rule file, and where: for the linter and for whoever edits it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple


class FaultCode(StrEnum):
    """Stable words for what is wrong; scripts may rely on them."""

    NOT_READABLE = "not_readable"
    UNKNOWN_KEY = "unknown_key"
    BAD_VALUE = "bad_value"
    BAD_WORD = "bad_word"
    BAD_PATTERN = "bad_pattern"
    TWICE = "twice"
    RESERVED = "reserved"
    EMPTY = "empty"
    TOO_MANY = "too_many"


class Fault(NamedTuple):
    """One thing that is wrong.

    Attributes:
        line: Where it stands, from 1.
        where: The rule or row, in words for whoever edits the file; may be empty.
    """

    line: int
    code: FaultCode
    where: str
    what: str

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"line {self.line}: {place}{self.what} ({self.code})"


class RuleFileError(ValueError):
    """A rule file does not say what it must; nothing of it is used.

    Args:
        faults: All that is wrong with it, at least one, by line.
        name: The file, if there is one.
    """

    def __init__(self, faults: Sequence[Fault], name: str = "") -> None:
        self.faults = tuple(sorted(faults))
        prefix = f"{name}: " if name else ""
        super().__init__("\n".join(f"{prefix}{fault}" for fault in self.faults))
