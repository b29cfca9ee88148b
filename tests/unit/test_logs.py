import ast
import json
import subprocess
import sys
import textwrap
from collections import Counter
from functools import partial

from structlog import DropEvent

from danmaku.logs import LINES_PER_MINUTE_MAX, LOGGED, LineBound
from tests.house.tree import parsed, python_files

SECRET = "planted-secret-words"
BEGIN = """
import logging, structlog
from danmaku.logs import configure_logging
configure_logging("info")
log, library = structlog.get_logger("house"), logging.getLogger("uvicorn.error")
SECRET = "planted-secret-words"
"""


def written(script):
    """What a process of its own writes: logging belongs to the whole of one."""
    ran = subprocess.run(
        [sys.executable, "-c", BEGIN + textwrap.dedent(script)],
        capture_output=True,
        check=True,
        text=True,
    )
    assert ran.stdout == ""
    return [json.loads(line) for line in ran.stderr.splitlines()]


def test_a_line_keeps_known_fields_and_drops_the_others():
    [line] = written('log.info("sent", room="demo", seq=7, text=SECRET, login=SECRET)')

    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "sent", "room": "demo", "seq": 7, "level": "info", "logger": "house"}


def test_a_trace_says_where_and_never_with_what():
    lines = written(
        """
        def fail():
            try:
                int(SECRET)
            except ValueError as error:
                raise RuntimeError(SECRET) from error

        for logger in (log, library):
            try:
                fail()
            except RuntimeError:
                logger.exception("failed")
        """
    )

    assert SECRET not in json.dumps(lines)
    assert [line["event"] for line in lines] == ["failed", "failed"]
    for line in lines:
        kinds = [part for part in line["trace"] if not part.startswith(" ")]
        assert kinds == ["RuntimeError", "ValueError"]
        assert line["trace"][-1].endswith(" fail")


def test_one_event_is_one_line_whatever_is_in_it():
    [line] = written(r'log.warning("odd", path="a\r\n\x1b[31m\u2028b")')

    assert line["path"] == "a\r\n\x1b[31m\u2028b"


def test_an_event_that_comes_all_the_time_is_written_so_often_a_minute():
    lines = written(
        f"""
        for at in range({LINES_PER_MINUTE_MAX + 3}):
            try:
                int(SECRET)
            except ValueError:
                log.exception("filter_fault")
            log.info("said", seq=at)
        log.warning("other")
        """
    )

    events = Counter(line["event"] for line in lines)
    assert events == {
        "filter_fault": LINES_PER_MINUTE_MAX,
        "said": LINES_PER_MINUTE_MAX + 3,
        "other": 1,
    }


def test_what_was_left_out_in_a_minute_is_said_once_when_it_is_over():
    told, clock = [], iter([0.0] * 2 + [1.0] * (LINES_PER_MINUTE_MAX + 4) + [60.0] * 2 + [61.0])
    bound = LineBound(lambda *said: told.append(said), partial(next, clock))

    def passes(method, event):
        try:
            return bound(None, method, {"event": event}) == {"event": event}
        except DropEvent:
            return False

    kept = [passes("error", "fault") for _ in range(LINES_PER_MINUTE_MAX + 5)]

    assert kept == [True] * LINES_PER_MINUTE_MAX + [False] * 5
    assert told == []
    assert passes("info", "hello")
    assert told == [("fault", 5)]
    assert passes("error", "fault")
    assert told == [("fault", 5)]


def test_libraries_write_the_same_lines_and_the_access_log_none():
    [line] = written(
        """
        library.warning("something %s", "odd")
        logging.getLogger("uvicorn.access").warning("127.0.0.1 GET /?q=secret")
        """
    )

    assert (line["event"], line["logger"]) == ("something odd", "uvicorn.error")


def test_lines_of_libraries_are_bounded_as_our_own_are():
    lines = written(
        f"""
        for _ in range({LINES_PER_MINUTE_MAX + 5}):
            library.warning("Invalid HTTP request received.")
        log.warning("ours")
        """
    )

    loggers = Counter(line["logger"] for line in lines)
    assert loggers == {"uvicorn.error": LINES_PER_MINUTE_MAX, "house": 1}


def test_below_the_level_nothing_is_written():
    assert written('log.debug("detail")') == []


def test_no_line_of_ours_has_a_field_that_would_be_dropped():
    calls = [
        (path, node.lineno, {keyword.arg for keyword in node.keywords})
        for path in python_files("danmaku")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"log", "_log"}
    ]

    assert len(calls) > 10
    dropped = {
        f"{path}:{line} {sorted(fields - LOGGED)}"
        for path, line, fields in calls
        if fields - LOGGED - {"exc_info"}
    }
    assert dropped == set()
