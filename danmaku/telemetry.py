"""What the house tells its keepers: numbers for Prometheus, and one JSON line per event.

Neither may carry what people wrote or who they are. Metrics have labels from fixed sets only; a log
line keeps the fields of `LOGGED` and a trace keeps places, never the words of an exception, because
those words quote what they failed on.

Owned by `app.py`; counted on the event loop and in the store's threads (the library locks).
"""

import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from threading import Lock
from time import monotonic
from typing import Final

import structlog
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
from structlog.typing import EventDict, ExcInfo, WrappedLogger

LOGGED = frozenset(
    {
        "event", "level", "timestamp", "logger", "trace",
        "request_id", "method", "route", "status", "ms", "code", "reason",
        "room", "chain", "seq", "after", "upto", "number", "count", "version",
        "host", "port", "path", "ruleset", "micros", "socket", "task", "phase", "gap", "viewers",
        "node", "nodes", "worker",
    }
)  # fmt: skip
"""Fields a log line may have; any other is dropped, so that a new one must be thought about."""

_MICROS = (5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 5e-3, 2e-2)
_WAITS = (5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.25, 0.5, 1.0, 5.0)
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
_TRACE_FRAMES_MAX = 30

LINES_PER_MINUTE_MAX: Final = 20
"""Log lines of one event, from `warning` on, that are written in a minute."""

LEFT_OUT: Final = "lines_left_out"
"""The line that says how many of which event were not."""

_MINUTE_S: Final = 60.0
_BOUNDED: Final = frozenset(("warning", "error", "exception", "critical"))


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
        self._declare_nodes(histogram)
        self.commit_seconds = timed(
            "danmaku_commit_seconds", "One transaction of the record, fsync included."
        )
        self.commit_entries = histogram(
            "danmaku_commit_entries",
            "Entries in one transaction.",
            buckets=_SIZES,
            registry=registry,
        )
        self.fanout_seconds = timed(
            "danmaku_fanout_seconds",
            "One batch of a room, from its announcement to the last write.",
        )
        self.loop_lag_seconds = timed(
            "danmaku_loop_lag_seconds",
            "How late the event loop came to its next task, looked at fifty times a second.",
        )
        self.gc_seconds = timed(
            "danmaku_gc_seconds",
            "One round of the garbage collector over more than the youngest objects.",
        )
        self.deliveries = counter("danmaku_deliveries", "Batches to sockets.")
        self.skips = counter(
            "danmaku_skips", "Ranges that slow viewers were told to read in the list."
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

    def _declare_filter(self, histogram: type[Histogram]) -> None:
        registry = self._registry
        counter = partial(Counter, registry=registry)
        self.filter_seconds = histogram(
            "danmaku_filter_seconds", "One text in the filter.", buckets=_MICROS, registry=registry
        )
        self.filter_faults = counter(
            "danmaku_filter_faults", "Looks that failed or took too long: held, or refused."
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

    def note_commit(self, entries: int, seconds: float) -> None:
        """Count one transaction of the record."""
        self.commit_entries.observe(entries)
        self.commit_seconds.observe(seconds)

    def exposition(self) -> bytes:
        """All metrics in the text format of Prometheus."""
        return generate_latest(self._registry)


class LineBound:
    """Bounds what faults write: one that comes with every comment must not fill a disk.

    Of each event the first lines of a minute are written and the others counted; the first line of
    any event after that minute brings one that says how many. Metrics count all of them.

    A processor of structlog, asked on the loop and in the store's threads. It knows as many events
    as the code has names for: an event is never made of what somebody wrote.

    Args:
        tell: Writes the line about what was left out: takes the event and how many.
        now_s: A clock that is never set back, seconds.
    """

    def __init__(
        self, tell: Callable[[str, int], None], now_s: Callable[[], float] = monotonic
    ) -> None:
        self._tell = tell
        self._now_s = now_s
        self._lock = Lock()
        self._counts: dict[str, int] = {}
        self._until_s = 0.0

    def __call__(self, _logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        """Let a line pass.

        Raises:
            structlog.DropEvent: It is one too many.
        """
        name = str(event["event"])
        with self._lock:
            left_out = self._begin_again() if self._now_s() >= self._until_s else {}
            if method in _BOUNDED:
                self._counts[name] = self._counts.get(name, 0) + 1
            is_over = method in _BOUNDED and self._counts[name] > LINES_PER_MINUTE_MAX
        for one, count in left_out.items():
            self._tell(one, count)
        if is_over:
            raise structlog.DropEvent
        return event

    def _begin_again(self) -> dict[str, int]:
        """Begin a minute; which events of the last one were left out, and how often."""
        last, self._counts = self._counts, {}
        self._until_s = self._now_s() + _MINUTE_S
        over = {name: count - LINES_PER_MINUTE_MAX for name, count in last.items()}
        return {name: count for name, count in over.items() if count > 0}


def _tell_left_out(event: str, count: int) -> None:
    structlog.get_logger(__name__).warning(LEFT_OUT, code=event, count=count)


def configure_logging(level: str) -> None:
    """Send every log line of the process, the libraries' too, to stderr as one JSON object.

    Our own are bounded (see `LineBound`).

    Args:
        level: Least level that is written: debug, info, warning or error.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
        _keep_known_fields,
    ]
    structlog.configure(
        processors=[
            LineBound(_tell_left_out),  # first: what is left out costs no trace
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [lines]
    root.setLevel(level.upper())
    logging.getLogger("uvicorn.access").disabled = True  # its lines hold addresses and queries
    # Its lines at lower levels tell of every socket, and at `debug` what is said over it.
    logging.getLogger("websockets").setLevel(max(logging.WARNING, root.level))
    for chatty in ("alembic", "uvicorn.error", "httpx"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))


def _add_trace(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    exc_info = event.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    error = _error_of(exc_info)
    if error is not None:
        event["trace"] = list(_trace_of(error))
    return event


def _error_of(
    exc_info: ExcInfo | BaseException | tuple[None, None, None] | None,
) -> BaseException | None:
    if isinstance(exc_info, tuple):
        return exc_info[1]
    return exc_info


def _trace_of(error: BaseException) -> Iterator[str]:
    """Types and places, from the outermost error to its causes."""
    link: BaseException | None = error
    while link is not None:
        yield type(link).__qualname__
        for frame in traceback.extract_tb(link.__traceback__)[-_TRACE_FRAMES_MAX:]:
            yield f"  {frame.filename}:{frame.lineno} {frame.name}"
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _keep_known_fields(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    # The formatter's own underscore fields travel in the same dictionary and are removed there.
    return {key: value for key, value in event.items() if key in LOGGED or key.startswith("_")}
