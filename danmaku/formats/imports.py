"""The formats in which a file of comments may come in."""

from collections.abc import Callable
from enum import StrEnum

from danmaku.formats.bilibili_segments import SegmentSource
from danmaku.formats.bilibili_xml import XmlSource
from danmaku.formats.jsonl import JsonlSource
from danmaku.formats.reading import Source


class ImportName(StrEnum):
    """A format, as the command line calls it."""

    JSONL = "jsonl"
    XML = "xml"
    PROTOBUF = "protobuf"


SOURCES: dict[ImportName, Callable[[], Source]] = {
    ImportName.JSONL: JsonlSource,
    ImportName.XML: XmlSource,
    ImportName.PROTOBUF: SegmentSource,
}

MEDIA_TYPES = {
    "application/x-ndjson": ImportName.JSONL,
    "text/xml": ImportName.XML,
    "application/xml": ImportName.XML,
    "application/octet-stream": ImportName.PROTOBUF,
    "application/x-protobuf": ImportName.PROTOBUF,
}

_ENDINGS = {"xml": ImportName.XML, "so": ImportName.PROTOBUF, "pb": ImportName.PROTOBUF}


def import_name_of(file: str) -> ImportName:
    """The format that the ending of a file's name promises; lines of JSON unless it says more."""
    return _ENDINGS.get(file.rpartition(".")[2].lower(), ImportName.JSONL)
