import csv
import io

from msgspec import structs

from danmaku.domain.comment import RecalledBy
from danmaku.formats.csv_comments import CSV
from tests.unit.formats.hostile import HOSTILE, MARKER, TEXTS, file_of


def rows_of(raw):
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def test_rows_say_all_of_a_comment():
    row = rows_of(file_of(CSV, HOSTILE))[0]

    assert row["position_s"] == "0.000"
    assert row["sent"].startswith("2026-09-")
    assert (row["mode"], row["color"], row["size"]) == ("reverse", "#0000ff", "36")
    assert row["text"] == "plain at 0"


def test_no_cell_runs():
    texts = {row["text"] for row in rows_of(file_of(CSV, HOSTILE))}

    assert not any(text.startswith(("=", "+", "-", "@")) for text in texts)
    assert {text.removeprefix("'") for text in texts} == set(TEXTS)


def test_markers_say_whose_act_it_was_and_no_more():
    marker = structs.replace(MARKER, by=RecalledBy.ROOM, category="spam")

    [row, bare] = rows_of(file_of(CSV, [marker, MARKER]))

    assert (row["recalled_by"], row["category"], row["text"]) == ("room", "spam", "")
    assert (bare["recalled_by"], bare["category"]) == ("", "")
