import json
import logging
import sys

import pytest
import structlog

from danmaku.telemetry import Telemetry, configure_logging

SECRET = "planted-secret-words"


@pytest.fixture
def written(capsys):
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    configure_logging("info")

    def lines():
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    yield lines
    root.handlers, root.level = handlers, level
    logging.getLogger("uvicorn.access").disabled = False
    structlog.reset_defaults()


def test_a_line_keeps_known_fields_and_drops_the_others(written):
    structlog.get_logger("house").info("sent", room="demo", seq=7, text=SECRET, login=SECRET)

    [line] = written()
    assert line.pop("timestamp")
    assert line == {
        "event": "sent",
        "room": "demo",
        "seq": 7,
        "level": "info",
        "logger": "house",
    }


def test_a_trace_says_where_and_never_with_what(written):
    def fail():
        try:
            raise ValueError(SECRET)
        except ValueError as error:
            raise RuntimeError(SECRET) from error

    for log in (structlog.get_logger("house"), logging.getLogger("a library")):
        try:
            fail()
        except RuntimeError:
            log.exception("failed")

    lines = written()
    assert SECRET not in json.dumps(lines)
    for line in lines:
        assert [part for part in line["trace"] if not part.startswith(" ")] == [
            "RuntimeError",
            "ValueError",
        ]
        assert any("test_telemetry.py" in part and part.endswith(" fail") for part in line["trace"])


def test_one_event_is_one_line_whatever_is_in_it(written):
    structlog.get_logger("house").warning("odd", path="a\r\n\x1b[31m\u2028b")

    [line] = written()
    assert line["path"] == "a\r\n\x1b[31m\u2028b"


def test_libraries_write_the_same_lines_and_the_access_log_none(written):
    logging.getLogger("uvicorn.error").warning("something %s", "odd")
    logging.getLogger("uvicorn.access").warning("127.0.0.1 GET /?q=secret")

    [line] = written()
    assert (line["event"], line["logger"]) == ("something odd", "uvicorn.error")


def test_below_the_level_nothing_is_written(written):
    structlog.get_logger("house").debug("detail")

    assert written() == []


def test_two_houses_in_one_process_count_apart():
    first, second = Telemetry(), Telemetry()

    first.comments.labels("published").inc()
    first.note_commit(3, 0.002)

    assert b'danmaku_comments_total{outcome="published"} 1.0' in first.exposition()
    assert b"danmaku_commit_entries_sum 3.0" in first.exposition()
    assert b'outcome="published"' not in second.exposition()


def test_log_goes_to_where_errors_go(written):
    structlog.get_logger("house").info("hello")

    assert [handler.stream for handler in logging.getLogger().handlers] == [sys.stderr]
    assert len(written()) == 1
