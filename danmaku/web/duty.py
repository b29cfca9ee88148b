"""The duty page: what the regulation asks, what serves it, what proves it, and today's evidence.

Article: articles.Article.PURPOSE
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from danmaku.domain.articles import Article
from danmaku.domain.duties import DutyRow, Seen, Served
from danmaku.domain.ids import Millis
from danmaku.formats.csv_table import Cell
from danmaku.formats.danmaku_v1 import Fields
from danmaku.web.api import api_router
from danmaku.web.exports import csv_of
from danmaku.web.json import Json
from danmaku.web.pages import time_text_of
from danmaku.web.visit import ApiVisit, PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)
api = api_router("inspection")

_TABLE = Path(__file__).with_name("regulation.json")  # written by `make docs`

HEAD = (
    "clause", "duty", "is_green", "troubles", "day_count", "count", "newest_iso", "code", "tests",
)  # fmt: skip

Shown = Annotated[Literal["all", "green", "gaps"], Query()]
Words = Annotated[str, Query(max_length=100)]


@cache
def served() -> Mapping[Article, Served]:
    """Where each duty is kept and proven."""
    rows = orjson.loads(_TABLE.read_bytes())
    return {
        article: Served(tuple(row["code"]), tuple(row["tests"]))
        for article in Article
        if (row := rows.get(article.clause))
    }


@router.get("/duty")
async def show_duties(visit: PageVisit, shown: Shown = "all", words: Words = "") -> Response:
    """Every duty, or those with a gap, or those that hold words."""
    seen, rows = await visit.house.duties.table(visit.signed_in())
    fields = _fields_of(visit, rows)
    values = {
        "shown": shown,
        "words": words,
        "seen": seen_fields_of(seen),
        "gaps_count": sum(not row["is_green"] for row in fields),
        "duties_count": len(fields),
        "ended_count": await visit.house.endpoints.ended_count(),
        "rows": list(_wanted(fields, shown, words)),
    }
    return visit.page("duty.html", values)


@router.get("/duty.csv")
async def export_duties(visit: PageVisit, shown: Shown = "all", words: Words = "") -> Response:
    """The same rows as a spreadsheet."""
    _, rows = await visit.house.duties.table(visit.signed_in())
    return csv_of("duties", HEAD, _lines(_wanted(_fields_of(visit, rows), shown, words)))


@api.get("/api/duties")
async def list_duties(visit: ApiVisit) -> Response:
    """Every duty with today's evidence; needs `duty.read`."""
    return Json(duties_fields_of(*await visit.house.duties.table(visit.signed_in())))


def duties_fields_of(seen: Seen, rows: Iterable[DutyRow]) -> Fields:
    """The table for programs."""
    return {"seen": seen_fields_of(seen), "duties": [row_fields_of(row) for row in rows]}


def row_fields_of(row: DutyRow) -> Fields:
    """A duty for pages and programs."""
    return {
        "clause": row.article.clause,
        "duty": row.article.duty,
        "is_green": not row.troubles,
        "troubles": [trouble.value for trouble in row.troubles],
        "code": row.served.code,
        "tests": row.served.tests,
        **asdict(row.happened),
        "newest_iso": _iso(row.happened.newest_ms),
    }


def seen_fields_of(seen: Seen) -> Fields:
    """What the evidence was read from, but for the entries."""
    return {
        "at_iso": time_text_of(seen.now_ms),
        "head_iso": _iso(seen.record.head_ms),
        "compared_count": seen.compared_count,
        "faults_count": seen.faults_count,
        "compared_iso": _iso(seen.compared_ms),
        "round_iso": _iso(seen.round_ms),
        "held_count": seen.held_count,
        "held_warn": seen.held_warn,
        "overdue_count": seen.overdue_count,
        "gaps": sorted(gap.value for gap in seen.gaps),
    }


def _fields_of(visit: Visit, rows: Iterable[DutyRow]) -> list[Fields]:
    return [
        row_fields_of(row) | {"duty": visit.say(f"duty.of.{row.article.name.lower()}")}
        for row in rows
    ]


async def _lines(rows: Iterable[Fields]) -> AsyncIterator[list[Cell]]:
    for row in rows:
        yield [_cell(row[name]) for name in HEAD]


def _cell(value: object) -> Cell:
    return " ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


def _wanted(rows: Iterable[Fields], shown: str, words: str) -> Iterable[Fields]:
    folded = words.casefold()
    for row in rows:
        is_meant = shown == "all" or row["is_green"] is (shown == "green")
        if is_meant and folded in " ".join(map(str, row.values())).casefold():
            yield row


def _iso(at_ms: Millis | None) -> str | None:
    return None if at_ms is None else time_text_of(at_ms)
