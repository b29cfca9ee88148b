"""The formats in which a room's comments are given away, by the names that people ask for."""

from enum import StrEnum

from danmaku.formats.artplayer import ARTPLAYER
from danmaku.formats.ass import ass_of
from danmaku.formats.bilibili_xml import XML
from danmaku.formats.csv_comments import CSV
from danmaku.formats.dandanplay import comments_after
from danmaku.formats.dplayer import DPLAYER
from danmaku.formats.jsonl import JSONL
from danmaku.formats.layout import NONE_YET, Layout
from danmaku.formats.webvtt import WEBVTT


class ExportName(StrEnum):
    """A format, as the command line and addresses call it."""

    JSONL = "jsonl"
    XML = "xml"
    ASS = "ass"
    CSV = "csv"
    VTT = "vtt"
    DPLAYER = "dplayer"
    ARTPLAYER = "artplayer"
    DANDAN = "dandan"


LAYOUTS: dict[ExportName, Layout] = {
    ExportName.JSONL: JSONL,
    ExportName.XML: XML,
    ExportName.ASS: ass_of(),
    ExportName.CSV: CSV,
    ExportName.VTT: WEBVTT,
    ExportName.DPLAYER: DPLAYER,
    ExportName.ARTPLAYER: ARTPLAYER,
    ExportName.DANDAN: comments_after(NONE_YET),
}
