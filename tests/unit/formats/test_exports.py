import csv
import hashlib
import io
import json
import re
from html import unescape

import pytest
from defusedxml.ElementTree import fromstring

from danmaku.formats.exports import LAYOUTS, ExportName
from tests.unit.formats.hostile import HOSTILE, MARKER, file_of


def test_every_name_has_its_layout():
    assert set(LAYOUTS) == set(ExportName)


@pytest.mark.parametrize("name", ExportName)
def test_the_same_record_makes_the_same_bytes(name):
    digests = {
        hashlib.sha256(file_of(LAYOUTS[name], HOSTILE, [MARKER])).hexdigest() for _ in range(3)
    }

    assert len(digests) == 1


def of_subtitles(raw):
    lines = [line for line in raw.split("\n") if line.startswith("Dialogue:")]
    for begin, text in ((line.split(",", 2)[1], line.partition("}")[2]) for line in lines):
        hours, minutes, seconds = begin.split(":")
        yield text, (int(hours) * 60 + int(minutes)) * 60 + float(seconds)


def of_cues(raw):
    for hours, minutes, seconds, text in re.findall(
        r"\n(\d+):(\d+):([\d.]+) -->[^\n]*\n([^\n]*)\n", raw
    ):
        yield unescape(text), (int(hours) * 60 + int(minutes)) * 60 + float(seconds)


def of_json_lines(raw):
    rows = map(json.loads, raw.strip().split("\n"))
    return [(row["text"], row["position_ms"] / 1000) for row in rows if row["kind"] == "comment"]


def of_table(raw):
    rows = csv.DictReader(io.StringIO(raw.removeprefix("\ufeff"), newline=""))
    written = [row for row in rows if row["text"]]
    return [(row["text"].removeprefix("'"), float(row["position_s"])) for row in written]


# Each file as somebody else's program reads it: texts, and places in seconds.
READERS = {
    ExportName.JSONL: of_json_lines,
    ExportName.CSV: of_table,
    ExportName.XML: lambda raw: [
        (one.text, float(one.get("p").split(",")[0])) for one in fromstring(raw).iter("d")
    ],
    ExportName.ASS: of_subtitles,
    ExportName.VTT: of_cues,
    ExportName.DPLAYER: lambda raw: [
        (unescape(text), place) for place, _, _, _, text in json.loads(raw)["data"]
    ],
    ExportName.ARTPLAYER: lambda raw: [(one["text"], one["time"]) for one in json.loads(raw)],
    ExportName.DANDAN: lambda raw: [
        (one["m"], float(one["p"].split(",")[0])) for one in json.loads(raw)["comments"]
    ],
}
WIDE = str.maketrans({"{": "｛", "}": "｝", "\\": "＼"})  # what nothing obeys in subtitles
HUNDREDTHS = (ExportName.ASS, ExportName.DANDAN)


def test_every_format_has_a_reader():
    assert set(READERS) == set(ExportName)


@pytest.mark.parametrize("name", ExportName)
def test_every_reader_has_the_same_comments_at_the_same_places(name):
    raw = file_of(LAYOUTS[name], HOSTILE, [MARKER]).decode()

    step_ms = 10 if name in HUNDREDTHS else 1
    read = {(text, round(place * 1000)) for text, place in READERS[name](raw)}

    assert read == {
        (
            one.text.translate(WIDE) if name is ExportName.ASS else one.text,
            one.position_ms // step_ms * step_ms,
        )
        for one in HOSTILE
    }


@pytest.mark.parametrize("name", ExportName)
def test_an_empty_record_is_a_file_too(name):
    assert isinstance(file_of(LAYOUTS[name]), bytes)
