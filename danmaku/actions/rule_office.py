"""The verbs of rules with a life, and of what is done to many comments, joined for all doors."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from danmaku.actions.back_scans import BackScans
from danmaku.actions.bulk_recalls import BulkRecalls
from danmaku.actions.bulk_work import BulkWork, Sifts
from danmaku.actions.case_book import CaseBook
from danmaku.actions.decisions import Freshen
from danmaku.actions.drawn import new_secret
from danmaku.actions.live_rules import LiveRules
from danmaku.actions.rule_book import RuleBook
from danmaku.actions.rule_lives import RuleLives
from danmaku.actions.rules import Rules
from danmaku.actions.shadow import Shadow
from danmaku.actions.urgent_rules import UrgentRules
from danmaku.ports import Accounts, Clock, Reader, Record
from danmaku.telemetry import Telemetry


class RuleStore(Reader, Accounts, CaseBook, Protocol):
    """The read sides of a record that these verbs ask."""

    @property
    def rule_lives(self) -> RuleLives:
        """Rule sets, urgent rules and back-scans."""


@dataclass(frozen=True, slots=True)
class RuleOffice:
    """See the module."""

    shadow: Shadow
    book: RuleBook
    urgent: UrgentRules
    scans: BackScans
    recalls: BulkRecalls
    works: tuple[BulkWork, ...]  # so that a recall waits for no back-scan
    live: LiveRules

    @classmethod
    def over(  # noqa: PLR0913 -- each is one of the house's parts
        cls,
        record: Record,
        store: RuleStore,
        *,
        rules: Rules,
        sifter: Sifts,
        freshen: Freshen,
        clock: Clock,
        telemetry: Telemetry,
        micros_max: int,
        build_s: float,
        node: str,
        nodes_count: Callable[[], int],
        report_ms: int,
    ) -> "RuleOffice":
        """Join them.

        Args:
            record: For writing.
            store: The same, for reading.
            rules: Those in force.
            sifter: Judges the record again.
            freshen: Gives the standing of now.
            clock: Wall time.
            telemetry: Where to count.
            micros_max: As `Shadow`.
            build_s: As `RuleBook`.
            node: As `LiveRules`.
            nodes_count: As `UrgentRules`.
            report_ms: As `BulkWork`.
        """
        lives = store.rule_lives
        shadow = Shadow(clock=clock, micros_max=micros_max, telemetry=telemetry)
        book = RuleBook(
            record,
            lives,
            rules=rules,
            shadow=shadow,
            freshen=freshen,
            clock=clock,
            build_s=build_s,
        )
        urgent = UrgentRules(record, lives, freshen=freshen, clock=clock, nodes_count=nodes_count)
        scans = BackScans(
            record, book, rules, sifter, freshen=freshen, clock=clock, new_secret=new_secret
        )
        recalls = BulkRecalls(
            *(record, store, store, lives, rules, sifter), cases=store, freshen=freshen, clock=clock
        )
        works = tuple(
            BulkWork(
                *(record, store, lives, plans, sifter, store), clock=clock, report_ms=report_ms
            )
            for plans in (scans, recalls)
        )
        live = LiveRules(record, book, rules, node=node, clock=clock, telemetry=telemetry)
        return cls(shadow, book, urgent, scans, recalls, works, live)
