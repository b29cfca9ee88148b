"""Converters that people use read the record as it is: every comment once, and no command."""

import json
import re
import subprocess

import pytest

from tests.clients.conftest import GONE
from tests.house.tree import ROOT
from tests.unit.formats.hostile import REVERSED

CLIENTS = ROOT / ".clients"

BILIASS = """
import biliass, sys
kind, *files = sys.argv[1:]
inputs = [open(file, "rb").read() for file in files]
print(biliass.convert_to_ass(inputs, 1280, 720, input_format=kind, reduce_comments=False))
"""
DANMAKUC = """
import sys
from danmakuC.bilibili import proto2ass
print(proto2ass(b"".join(open(file, "rb").read() for file in sys.argv[1:]), 1280, 720))
"""


def run(*command):
    return subprocess.run(command, capture_output=True, check=True, text=True, timeout=100).stdout


def python_of(client):
    program = CLIENTS / client / "bin/python"
    assert program.exists(), "tools/clients.sh has not been run"
    return str(program)


def lines_of(ass):
    return [line for line in ass.splitlines() if line.startswith("Dialogue:")]


def bare(text):
    """A text without what converters put in or change to keep renderers from obeying it."""
    return re.sub(r"[\\\u200b\u2060]", "", text).strip()


def texts_of(ass):
    """What is shown: each line without the one block of commands that begins it."""
    fields = [line.split(",", 9)[9] for line in lines_of(ass)]
    return {bare(re.sub(r"^\{[^}]*\}", "", field)) for field in fields}


@pytest.fixture
def files(record, tmp_path):
    (tmp_path / "record.xml").write_bytes(record.get("record.xml"))
    for index, segment in enumerate(record.segments):
        (tmp_path / f"{index}.so").write_bytes(segment)
    return tmp_path


def test_biliass_reads_xml(record, files):
    ass = run(python_of("biliass"), "-c", BILIASS, "xml", str(files / "record.xml"))

    assert texts_of(ass) == set(map(bare, record.shown))
    assert len(lines_of(ass)) == len(record.shown)
    assert GONE not in ass


@pytest.mark.parametrize("client", ["biliass", "danmakuC"])
def test_segments_are_read(record, files, client):
    segments = [str(files / f"{index}.so") for index in range(2)]
    script = [BILIASS, "protobuf"] if client == "biliass" else [DANMAKUC]

    ass = run(python_of(client), "-c", *script, *segments)

    assert texts_of(ass) == set(map(bare, record.shown))
    assert len(lines_of(ass)) == len(record.shown)
    assert GONE not in ass


def test_dmconvert_reads_all_of_xml_but_what_moves_from_the_left(record, files):
    command = str(CLIENTS / "dmconvert/bin/dmconvert")

    run(command, "-i", str(files / "record.xml"), "-o", str(files / "out.ass"))

    ass = (files / "out.ass").read_text("utf-8")
    assert len(lines_of(ass)) == len(record.shown - REVERSED)
    assert "end of the first segment" in ass
    assert GONE not in ass


def test_ffmpeg_reads_subtitles_of_both_kinds(record, tmp_path):
    for ending in ("ass", "vtt"):
        file = tmp_path / f"record.{ending}"
        file.write_bytes(record.get(f"record.{ending}"))

        srt = run("ffmpeg", "-v", "error", "-i", str(file), "-f", "srt", "-")

        assert srt.count(" --> ") == len(record.shown)
        assert "plain at 0" in srt


def test_libass_draws_the_record_and_obeys_no_comment(record, tmp_path):
    file = tmp_path / "record.ass"
    file.write_bytes(record.get("record.ass"))
    picture = ("-f", "lavfi", "-i", "color=c=black:s=320x180:d=4:r=2")

    run("ffmpeg", "-v", "error", *picture, "-vf", f"ass={file}", "-f", "null", "-")

    styled = [line.split(",", 9)[9] for line in lines_of(file.read_text("utf-8"))]
    assert all(text.count("{") == text.count("}") == 1 for text in styled)
    assert not any("\\" in text.partition("}")[2] for text in styled)


def test_media_centres_find_the_count_first(record):
    raw = record.get(f"/api/v2/comment/{record.number * 10_000 + 1}")

    assert raw.startswith(b'{"count":%d,' % len(record.shown))
    comments = json.loads(raw)["comments"]
    assert {each["m"] for each in comments} == record.shown
    assert all(len(each["p"].split(",")) == 4 for each in comments)
