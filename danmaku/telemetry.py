"""The numbers that the house tells its keepers, for Prometheus.

None may carry what people wrote or who they are: labels come from fixed sets only.

Owned by `app.py`; counted on the event loop and in the store's threads (the library locks).
"""

from collections import deque
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

_MICROS = (5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 5e-3, 2e-2)
_WAITS = (5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.25, 0.5, 1.0, 5.0)
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
_NEWEST_MAX: Final = 5


class Newest:
    """The last few delays of a stage, for whoever judges the load of now.

    Noted on the loop and on the store's thread; a deque that is bounded needs no lock.

    Args:
        now_s: A clock that is never set back, seconds.
    """

    def __init__(self, now_s: Callable[[], float] = monotonic) -> None:
        self._now_s = now_s
        self._noted: deque[tuple[float, float]] = deque(maxlen=_NEWEST_MAX)

    def note(self, seconds: float) -> None:
        """Take one that has just ended."""
        self._noted.append((self._now_s(), seconds))

    def since(self, from_s: float) -> list[float]:
        """Those that ended after a moment of that clock, milliseconds each."""
        return [seconds * 1000 for at_s, seconds in tuple(self._noted) if at_s >= from_s]


class Telemetry:
    """Every metric, declared once. Each instance has its own registry.

    Args:
        histogram: What histograms are made of; whoever measures hands in one that keeps more.
    """

    def __init__(self, histogram: type[Histogram] = Histogram) -> None:
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        counter, gauge = partial(Counter, registry=registry), partial(Gauge, registry=registry)
        timed = partial(histogram, registry=registry, buckets=_WAITS)
        self.comments = counter("danmaku_comments", "Comments judged, by outcome.", ["outcome"])
        self.refusals = counter("danmaku_refusals", "Answers other than yes, by code.", ["code"])
        self._declare_filter(histogram)
        self._declare_cases()
        self._declare_nodes(histogram)
        self._declare_webhooks(histogram)
        self._declare_load(histogram)
        self.deliveries = counter("danmaku_deliveries", "Batches to sockets.")
        self.skips = counter(
            "danmaku_skips", "Ranges that slow viewers were told to read in the list."
        )
        self.left_out = counter(
            "danmaku_left_out", "Comments that live batches left out while there was a brown-out."
        )
        self.connections = gauge("danmaku_connections", "Open sockets.")
        self.viewers = gauge("danmaku_viewers", "Sockets that have joined a room.")
        self.rooms_live = gauge("danmaku_rooms_live", "Rooms with viewers.")
        self.requests = counter(
            "danmaku_http_requests",
            "HTTP requests, by route template.",
            ["method", "route", "status"],
        )
        self.request_seconds = timed(
            "danmaku_http_request_seconds",
            "From an HTTP request to the end of its answer.",
            ["route"],
        )
        self.backup_made_seconds = gauge(
            "danmaku_backup_made_seconds",
            "When the newest backup of the embedded record was made, seconds since 1970; 0: never; "
            "NaN: the record lies elsewhere.",
        )

        self.record_proved_seconds = gauge(
            "danmaku_record_proved_seconds",
            "When every chain was last walked to its end, seconds since 1970; 0: not since the "
            "start.",
        )
        self.record_faults = gauge(
            "danmaku_record_faults",
            "Chains that were not sound then, and what was wrong with the file.",
        )

    def _declare_load(self, histogram: type[Histogram]) -> None:
        timed = partial(histogram, registry=self._registry, buckets=_WAITS)
        self.commit_seconds = timed(
            "danmaku_commit_seconds", "One transaction of the record, fsync included."
        )
        self.commit_entries = histogram(
            "danmaku_commit_entries",
            "Entries in one transaction.",
            buckets=_SIZES,
            registry=self._registry,
        )
        self.commit_delay_seconds = timed(
            "danmaku_commit_delay_seconds",
            "The oldest entry of a transaction, from the writer's queue to the end of its commit.",
        )
        self.fanout_seconds = timed(
            "danmaku_fanout_seconds",
            "One batch of a room, from its announcement to the last write.",
        )
        self.loop_lag_seconds = timed(
            "danmaku_loop_lag_seconds",
            "How late the event loop came to its next task, looked at fifty times a second.",
        )
        self.inflow_wait_seconds = timed(
            "danmaku_inflow_wait_seconds",
            "How long the first of those had waited who brought something, looked at in each round "
            "of the loop in which somebody had to wait.",
        )
        self.newest_lags, self.newest_commits, self.newest_fanouts = Newest(), Newest(), Newest()
        self.brownout_level = Gauge(
            "danmaku_brownout_level",
            "What the house does without for its load: 0 nothing, 4 most; docs/operations.md.",
            registry=self._registry,
        )
        self.memory_used_ratio = Gauge(
            "danmaku_memory_used_ratio",
            "Share of the memory limit of its control group that is in use; 0: there is no limit.",
            registry=self._registry,
        )
        self.gc_seconds = timed(
            "danmaku_gc_seconds",
            "One round of the garbage collector over more than the youngest objects.",
        )

    def _declare_cases(self) -> None:
        gauge = partial(Gauge, registry=self._registry)
        self.cases_open = gauge(
            "danmaku_cases_open", "Cases that wait for the platform, by kind.", ["kind"]
        )
        self.parity = Counter(
            "danmaku_parity",
            "Comments sent live that were held against the list: same, differs.",
            ["outcome"],
            registry=self._registry,
        )
        self.cases_overdue = gauge(
            "danmaku_cases_overdue", "Cases that should be decided by now, by kind.", ["kind"]
        )
        self.filings_open = gauge(
            "danmaku_filings_open", "Filings still to be handed in, by kind.", ["kind"]
        )
        self.filings_overdue = gauge(
            "danmaku_filings_overdue", "Filings that it should have by now, by kind.", ["kind"]
        )
        self.weaknesses_open = gauge(
            "danmaku_weaknesses_open", "Weaknesses that are not mended, by risk.", ["risk"]
        )
        self.reviewers_on_duty = gauge("danmaku_reviewers_on_duty", "Staff who are on duty.")
        self.rooms_per_reviewer = gauge(
            "danmaku_rooms_per_reviewer", "Open rooms for each who is on duty."
        )

    def _declare_webhooks(self, histogram: type[Histogram]) -> None:
        registry = self._registry
        self.webhook_tries = Counter(
            "danmaku_webhook_tries",
            "Messages sent to endpoints, by what came of each try; given_up: passed over.",
            ["outcome"],
            registry=registry,
        )
        self.webhook_seconds = histogram(
            "danmaku_webhook_seconds",
            "One try of a message to an endpoint.",
            buckets=_WAITS,
            registry=registry,
        )
        self.webhook_lag_seconds = Gauge(
            "danmaku_webhook_lag_seconds",
            "Age of the oldest event that an endpoint in use has yet to be told of.",
            registry=registry,
        )
        self.webhook_endpoints = Gauge(
            "danmaku_webhook_endpoints", "Endpoints, by state.", ["state"], registry=registry
        )

    def _declare_filter(self, histogram: type[Histogram]) -> None:
        registry = self._registry
        counter = partial(Counter, registry=registry)
        self.filter_seconds = histogram(
            "danmaku_filter_seconds", "One text in the filter.", buckets=_MICROS, registry=registry
        )
        self.filter_faults = counter(
            "danmaku_filter_faults", "Looks that failed or took too long: held, or refused."
        )
        self.timer_failures = counter(
            "danmaku_timer_failures",
            "Work beside all visits that failed and was begun again.",
            ["kind"],
        )
        self.rules_refused = counter("danmaku_rules_refused", "Rule files not read or not built.")
        self.shadow_looks = counter(
            "danmaku_shadow_looks",
            "Comments judged by the shadow rules too, by what those would change.",
            ["change"],
        )
        self.learned_looks = counter(
            "danmaku_learned_looks",
            "Comments that the rules let pass, by what a learned model says of them.",
            ["band"],
        )
        self.classifier_answers = counter(
            "danmaku_classifier_answers",
            "Questions to the classifier outside, by its answer; all but pass are held.",
            ["answer"],
        )
        self.classifier_seconds = histogram(
            "danmaku_classifier_seconds",
            "One question to the classifier outside.",
            buckets=_WAITS,
            registry=registry,
        )

    def _declare_nodes(self, histogram: type[Histogram]) -> None:
        registry = self._registry
        counter, gauge = partial(Counter, registry=registry), partial(Gauge, registry=registry)
        self.bus_messages = counter(
            "danmaku_bus_messages",
            "Messages between nodes: sent, heard, dropped, foreign (of another record or version).",
            ["outcome"],
        )
        self.holes = counter(
            "danmaku_holes", "Times that the record was read for entries the bus did not bring."
        )
        self.polls = counter(
            "danmaku_polls", "Looks at where the chains in use end, by outcome.", ["outcome"]
        )
        self.nodes_seen = gauge("danmaku_nodes_seen", "Other nodes heard of lately.")
        self.chains_followed = gauge("danmaku_chains_followed", "Chains that this node announces.")
        self.fenced = gauge(
            "danmaku_fenced", "1: this node is out of step with the record and shows nothing."
        )
        self.recall_reach_seconds = histogram(
            "danmaku_recall_reach_seconds",
            "From a recall's commit here until another node has said that it is applied there.",
            buckets=_WAITS,
            registry=registry,
        )
        self.recalls_missed = counter(
            "danmaku_recalls_missed", "Nodes that did not say in time that a recall is applied."
        )

    content_type = CONTENT_TYPE_LATEST

    def note_commit(self, entries: int, seconds: float, delay_s: float) -> None:
        """Count one transaction of the record; `delay_s` is what its oldest entry waited, too."""
        self.commit_entries.observe(entries)
        self.commit_seconds.observe(seconds)
        self.commit_delay_seconds.observe(delay_s)
        self.newest_commits.note(delay_s)

    def note_lag(self, seconds: float) -> None:
        """Count how late the event loop came."""
        self.loop_lag_seconds.observe(seconds)
        self.newest_lags.note(seconds)

    def note_inflow(self, seconds: float) -> None:
        """Count for how long somebody has waited; for them it is the loop that comes late."""
        self.inflow_wait_seconds.observe(seconds)
        self.newest_lags.note(seconds)

    def note_fanout(self, seconds: float) -> None:
        """Count one batch of a room."""
        self.fanout_seconds.observe(seconds)
        self.newest_fanouts.note(seconds)

    def exposition(self) -> bytes:
        """All metrics in the text format of Prometheus."""
        return generate_latest(self._registry)
