"""The JSON API for held comments and reports."""

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import Response
from pydantic import Field

from danmaku.actions.moderation import ReportDraft
from danmaku.domain.ids import MAX_SAFE_INTEGER, Number, RoomId
from danmaku.domain.live import cluster_in
from danmaku.formats.danmaku_v1 import Fields
from danmaku.ports import Held, Report
from danmaku.web.api import OPEN, api_router
from danmaku.web.fields import Body, ClusterPath, OriginPath, RoomPath
from danmaku.web.json import Json
from danmaku.web.portal import source_of
from danmaku.web.shapes import EntryShape, Shape
from danmaku.web.visit import ApiVisit

router = api_router("moderation")


class Rejection(Body):
    """Why a comment is refused."""

    category: str


class NewReport(Body):
    """What is wrong, and with what."""

    room: str | None = None
    number: Annotated[int | None, Field(ge=1, le=MAX_SAFE_INTEGER)] = None
    category: str
    text: str = ""
    contact: str = ""


class DecidedShape(Shape):
    """How many comments one decision was about."""

    decided: int


class Receipt(Shape):
    """It is written down under this word."""

    receipt: str
    repeated: bool = False  # the caller had it already: nothing was written anew


@router.get("/api/held")
async def list_all_held(
    visit: ApiVisit, room: Annotated[RoomId | None, Query(max_length=32)] = None
) -> Response:
    """Comments that wait wherever the caller may review, oldest first."""
    held = await visit.house.moderation.held(visit.signed_in(), room)
    return Json({"held": [held_fields_of(each) for each in held]})


@router.get("/api/rooms/{room}/held")
async def list_held(visit: ApiVisit, room: RoomPath) -> Response:
    """Comments that wait in a room, oldest first; needs `comment.review`."""
    held = await visit.house.moderation.held(visit.signed_in(), room)
    return Json({"held": [held_fields_of(each) for each in held]})


@router.post("/api/rooms/{room}/held/{origin}/approve")
async def approve(visit: ApiVisit, room: RoomPath, origin: OriginPath) -> EntryShape:
    """Publish a held comment under the next number, at its old media position."""
    entry = await visit.house.moderation.approve(visit.signed_in(), room, origin)
    number = None if entry.comment is None else entry.comment.number
    return EntryShape(seq=entry.seq, number=number)


@router.post("/api/rooms/{room}/held/{origin}/reject")
async def reject(
    visit: ApiVisit, room: RoomPath, origin: OriginPath, body: Rejection
) -> EntryShape:
    """Refuse a held comment for good."""
    who = visit.signed_in()
    entry = await visit.house.moderation.reject(who, room, origin, body.category)
    return EntryShape(seq=entry.seq)


@router.get("/api/rooms/{room}/clusters/{cluster}")
async def show_cluster(visit: ApiVisit, room: RoomPath, cluster: ClusterPath) -> Response:
    """What is held of one cluster: what a decision on it would be about."""
    members = await visit.house.moderation.cluster(visit.signed_in(), room, cluster)
    return Json({"held": [held_fields_of(each) for each in members]})


@router.post("/api/rooms/{room}/clusters/{cluster}/approve")
async def approve_cluster(visit: ApiVisit, room: RoomPath, cluster: ClusterPath) -> DecidedShape:
    """Publish whatever is held of a cluster."""
    moderation = visit.house.moderation
    return DecidedShape(
        decided=await moderation.decide_cluster(visit.signed_in(), room, cluster, None)
    )


@router.post("/api/rooms/{room}/clusters/{cluster}/reject")
async def reject_cluster(
    visit: ApiVisit, room: RoomPath, cluster: ClusterPath, body: Rejection
) -> DecidedShape:
    """Refuse whatever is held of a cluster."""
    moderation, who = visit.house.moderation, visit.signed_in()
    return DecidedShape(decided=await moderation.decide_cluster(who, room, cluster, body.category))


@router.post("/api/reports", openapi_extra=OPEN, status_code=201)
async def report(request: Request, visit: ApiVisit, body: NewReport) -> Receipt:
    """Say that something is wrong with a comment, a room or the site; no account is needed."""
    draft = ReportDraft(
        category=body.category,
        room=None if body.room is None else RoomId(body.room),
        number=None if body.number is None else Number(body.number),
        text=body.text,
        contact=body.contact,
    )
    given = await visit.house.moderation.report(
        visit.who, draft, source=source_of(request), browser=visit.browser
    )
    return Receipt(receipt=given.receipt, repeated=given.is_repeated)


@router.get("/api/reports")
async def list_reports(visit: ApiVisit) -> Response:
    """Reports, newest first; needs `report.read`."""
    reports = await visit.house.moderation.reports(visit.signed_in())
    return Json({"reports": [_report_fields_of(each) for each in reports]})


def held_fields_of(held: Held) -> Fields:
    """A held comment as reviewers see it: its words, and why it waits; never who wrote it."""
    fact = held.fact
    return {
        "room": held.room,
        "origin": held.comment.origin,
        "at_ms": fact.at_ms,
        "position_ms": fact.content.position_ms,
        "text": fact.content.text,
        "original": fact.verdict.original,
        "author": held.comment.author,
        "name": fact.content.name,
        "category": fact.category,
        "cluster": cluster_in(fact.verdict),
        "ruleset": fact.verdict.ruleset,
        "hits": [
            {"rule": hit.rule, "category": hit.category, "start": hit.start, "end": hit.end}
            for hit in fact.verdict.hits
        ],
    }


def _report_fields_of(report: Report) -> Fields:
    # Its receipt is not theirs to know: whoever has that may take back what a guest has filed.
    fact = report.fact
    return {
        "seq": report.seq,
        "at_ms": report.at_ms,
        "room": fact.room,
        "number": fact.number,
        "category": fact.category,
        "text": fact.text,
        "contact": fact.contact,
    }
