"""Proposals of powers and reports in rooms, each with what became of it."""

from dataclasses import dataclass

from danmaku.domain.facts import ReportFiled
from danmaku.domain.ids import Millis, Seq
from danmaku.domain.keeping_facts import PowersProposed, ProposalSettled, ReportAnswered


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal as the record holds it, with its words."""

    seq: Seq
    at_ms: Millis
    fact: PowersProposed
    login: str  # of who would hold the powers
    name: str
    settled: ProposalSettled | None  # None: it waits


@dataclass(frozen=True, slots=True)
class RoomReport:
    """A report about a room or a comment in it, and what was said to it."""

    seq: Seq
    at_ms: Millis
    fact: ReportFiled
    answer: ReportAnswered | None
    answered_ms: Millis | None
