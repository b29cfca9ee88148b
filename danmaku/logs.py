"""The lines that the house tells its keepers: one JSON object per event.

None may carry what people wrote or who they are: a line keeps the fields of `LOGGED`, and a trace
keeps places, never the words of an exception, because those words quote what they failed on.
"""

import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from threading import Lock
from time import monotonic
from typing import Final

import structlog
from structlog.typing import EventDict, ExcInfo, WrappedLogger

LOGGED = frozenset(
    {
        "event", "level", "timestamp", "logger", "trace",
        "request_id", "method", "route", "status", "ms", "code", "reason",
        "room", "chain", "seq", "after", "upto", "number", "count", "version",
        "host", "port", "path", "ruleset", "micros", "socket", "task", "phase", "gap", "viewers",
        "node", "nodes", "worker", "kind", "reference",
    }
)  # fmt: skip
"""Fields a log line may have; any other is dropped, so that a new one must be thought about."""

_TRACE_FRAMES_MAX = 30

LINES_PER_MINUTE_MAX: Final = 20
"""Log lines of one event, from `warning` on, that are written in a minute."""

LEFT_OUT: Final = "lines_left_out"
"""The line that says how many of which event were not."""

_MINUTE_S: Final = 60.0
_BOUNDED: Final = frozenset(("warning", "error", "exception", "critical"))


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
        if not self.passes(str(event["event"]), is_bounded=method in _BOUNDED):
            raise structlog.DropEvent
        return event

    def passes(self, name: str, *, is_bounded: bool) -> bool:
        """Count a line of an event, and say whether it is to be written."""
        with self._lock:
            left_out = self._begin_again() if self._now_s() >= self._until_s else {}
            if is_bounded:
                self._counts[name] = self._counts.get(name, 0) + 1
            is_over = is_bounded and self._counts[name] > LINES_PER_MINUTE_MAX
        for one, count in left_out.items():
            self._tell(one, count)
        return not is_over

    def _begin_again(self) -> dict[str, int]:
        """Begin a minute; which events of the last one were left out, and how often."""
        last, self._counts = self._counts, {}
        self._until_s = self._now_s() + _MINUTE_S
        over = {name: count - LINES_PER_MINUTE_MAX for name, count in last.items()}
        return {name: count for name, count in over.items() if count > 0}


def _tell_left_out(event: str, count: int) -> None:
    structlog.get_logger(__name__).warning(LEFT_OUT, code=event, count=count)


class _LibraryBound(logging.Filter):
    """Bounds the lines of libraries, of which visitors cause some: each logger is one event."""

    def __init__(self, bound: LineBound) -> None:
        super().__init__()
        self._bound = bound

    def filter(self, record: logging.LogRecord) -> bool:
        """Let a line pass."""
        if isinstance(record.msg, dict):  # one of ours, judged before it came here
            return True
        return self._bound.passes(record.name, is_bounded=record.levelno >= logging.WARNING)


def configure_logging(level: str) -> None:
    """Send every log line of the process, the libraries' too, to stderr as one JSON object.

    All are bounded (see `LineBound`).

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
    bound = LineBound(_tell_left_out)
    structlog.configure(
        processors=[
            bound,  # first: what is left out costs no trace
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    lines = logging.StreamHandler(sys.stderr)
    lines.addFilter(_LibraryBound(bound))
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
