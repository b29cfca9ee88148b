import io

import pytest
from rich.console import Console

from danmaku.cli.layout import heading_of, set_out, visible, words_of

PHONE = 60
COLUMNS = ("case id", "kind", "category", "state", "room", "number", "reports count", "due, UTC")
ROW = ["r12", "report", "harassment", "claimed", "lounge", "4711", "3", "2026-11-23 03:10:11"]


def shown(columns, rows, width):
    console = Console(file=io.StringIO(), width=width or 80)
    console.print(set_out(columns, rows, width), crop=False)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_rows_stand_below_one_another_where_a_table_would_break_its_words():
    lines = shown(COLUMNS, [ROW, ROW], PHONE)

    assert lines[:8] == [f"{name:13}  {cell}" for name, cell in zip(COLUMNS, ROW, strict=True)]
    assert lines[8] == ""
    assert lines[9:] == lines[:8]


def test_what_is_long_breaks_its_lines_in_the_room_that_is_left():
    said = " ".join(["words"] * 30)

    lines = shown(("check", "state", "what"), [["record", "MEND", said]], PHONE)

    assert max(map(len, lines)) <= PHONE
    assert " ".join(" ".join(lines[1:]).split()) == f"record MEND {said}"


def test_a_program_reads_each_row_on_a_line_of_its_own():
    said = "中文 " * 100

    lines = shown((*COLUMNS, "why"), [[*ROW, said], [*ROW, "short"]], None)

    assert [line.split()[-1] for line in lines] == ["why", "中文", "short"]


def test_a_name_that_is_longer_than_the_line_is_whole_all_the_same():
    name = "x" * 70

    lines = shown(("chain", "state"), [[name, ""]], PHONE)

    assert max(map(len, lines)) <= PHONE
    assert "".join(line.strip() for line in lines[1:]) == name


@pytest.mark.parametrize(
    ("field", "value", "heading", "words"),
    [
        ("due_ms", 1_795_403_411_000, "due, UTC", "2026-11-23 03:10:11"),
        ("until_ms", 2**53 - 1, "until, UTC", str(2**53 - 1)),
        ("until_ms", None, "until, UTC", ""),
        ("took_ms", 12, "took ms", "12"),
        ("is_overdue", False, "is overdue", "no"),
        (
            "events",
            ["comment.published", "room.opened"],
            "events",
            "comment.published, room.opened",
        ),
        ("number", 0, "number", "0"),
    ],
)
def test_fields_are_told_in_words(field, value, heading, words):
    assert (heading_of(field), words_of(field, value)) == (heading, words)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("back\b\r", "back\\x08\\r"),
        ("\x9b2J", "\\x9b2J"),
        ("\u202etxt\u2066", "\\u202etxt\\u2066"),
        ("👩\u200d👧 中文\ttab", "👩\u200d👧 中文\ttab"),
    ],
)
def test_what_orders_a_terminal_is_shown_and_not_done(text, seen):
    assert visible(text) == seen
