import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.formats.csv_table import BEGIN, line_of


def read(line):
    [row] = csv.reader(io.StringIO(line, newline=""))
    return row


def test_rows_come_back_as_they_were():
    line = line_of(["弹幕", 'say "hi", then', "two\nlines", 12, -3, None, ""])

    assert line.endswith("\r\n")
    assert read(line) == ["弹幕", 'say "hi", then', "two\nlines", "12", "-3", "", ""]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "|x",
    ],
)
def test_nothing_that_somebody_wrote_is_run(text):
    assert read(line_of([text])) == [f"'{text}"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_any_text_comes_back_with_an_apostrophe_at_most(texts):
    row = read(line_of(["first", *texts]))

    assert [cell.removeprefix("'") if cell != text else cell
            for cell, text in zip(row[1:], texts, strict=True)] == texts  # fmt: skip


def test_a_list_says_that_it_is_utf_8():
    assert BEGIN.encode() == b"\xef\xbb\xbf"
