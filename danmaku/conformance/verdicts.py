"""A check, what came of it, and how that is told: to people, to scripts, to builds."""

import inspect
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar
from xml.etree import ElementTree as ET

T_contra = TypeVar("T_contra", contravariant=True)


class Outcome(StrEnum):
    """What came of a check."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class Failed(Exception):  # noqa: N818 -- an outcome, told by its name
    """The protocol is not kept; the text says how."""


class Skipped(Exception):  # noqa: N818 -- an outcome, told by its name
    """The check could not be made; the text says why."""


@dataclass(frozen=True, slots=True)
class Check(Generic[T_contra]):
    """One question that a server or a client is asked.

    Attributes:
        name: Stable: scripts go by it.
        rests_on: Words of docs/protocol.md, as they stand there.
        run: Asks; returns if all is well. Its docstring is the question.
        limit_s: After which it has failed.

    Raises:
        Failed: By `run`, where the answer is wrong.
        Skipped: By `run`, where the question cannot be asked.
    """

    name: str
    rests_on: str
    run: Callable[[T_contra], Awaitable[None]]
    limit_s: float = 30.0

    @property
    def asks(self) -> str:
        """The question, in one sentence."""
        return (inspect.getdoc(self.run) or "").partition("\n")[0]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one check.

    Attributes:
        dialect: In which the question was asked.
        why: Empty for what passed.
        took_ms: Milliseconds.
    """

    check: str
    dialect: str
    asks: str
    rests_on: str
    outcome: Outcome
    why: str
    took_ms: int

    def line(self) -> str:
        """One line for people; what failed also tells the protocol's words."""
        told = f"{self.outcome:<7}  {self.check:<22}  {self.dialect:<18}  {self.why or self.asks}"
        if self.outcome is Outcome.FAILED:
            told += f'\n{"":51}protocol.md: "{self.rests_on}"'
        return told

    def fields(self) -> dict[str, object]:
        """For scripts."""
        return {
            "check": self.check,
            "dialect": self.dialect,
            "asks": self.asks,
            "rests_on": self.rests_on,
            "outcome": self.outcome.value,
            "why": self.why,
            "took_ms": self.took_ms,
        }


def chosen(checks: Sequence[Check[T_contra]], only: Collection[str]) -> list[Check[T_contra]]:
    """Those of these names; all, where there are no names."""
    return [check for check in checks if not only or check.name in only]


def count_of(results: Sequence[Result], outcome: Outcome) -> int:
    """How many came out so."""
    return sum(result.outcome is outcome for result in results)


def junit(results: Sequence[Result], of: str) -> bytes:
    """A JUnit report, which most builds read.

    Args:
        results: What came of the checks.
        of: Whom they were about, `server` or `client`.
    """
    suite = ET.Element(
        "testsuite",
        name=f"danmaku.v1 {of}",
        tests=str(len(results)),
        failures=str(count_of(results, Outcome.FAILED)),
        skipped=str(count_of(results, Outcome.SKIPPED)),
    )
    for result in results:
        case = ET.SubElement(
            suite,
            "testcase",
            classname=result.dialect or of,
            name=result.check,
            time=f"{result.took_ms / 1000:.3f}",
        )
        if result.outcome is Outcome.FAILED:
            ET.SubElement(case, "failure", message=_printable(result.why)).text = result.rests_on
        elif result.outcome is Outcome.SKIPPED:
            ET.SubElement(case, "skipped", message=_printable(result.why))
    told: bytes = ET.tostring(suite, encoding="utf-8", xml_declaration=True)
    return told


def _printable(text: str) -> str:
    """Of what somebody else's program said, only what XML can hold."""
    return "".join(character if character.isprintable() else " " for character in text)
