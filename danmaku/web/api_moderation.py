"""The JSON API for held comments, reports and appeals."""

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import Response
from pydantic import Field

from danmaku.actions.appeals import Contested
from danmaku.actions.moderation import ReportDraft
from danmaku.domain.ids import MAX_SAFE_INTEGER, Number, RoomId, Seq
from danmaku.domain.live import cluster_in
from danmaku.formats.danmaku_v1 import Fields
from danmaku.ports import Held, Report
from danmaku.web.api import api_router
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


class NewAppeal(Body):
    """What is wrong, `measure_id` or `room` and `seq` of a comment, and why."""

    measure_id: str | None = None
    room: str | None = None
    seq: Annotated[int | None, Field(ge=1, le=MAX_SAFE_INTEGER)] = None
    text: str

    def against(self) -> Contested:
        """What is appealed."""
        room = None if self.room is None else RoomId(self.room)
        return Contested(self.measure_id, room, None if self.seq is None else Seq(self.seq))


class DecidedShape(Shape):
    """How many comments one decision was about."""

    decided: int


class Receipt(Shape):
    """It is written down under this word."""

    receipt: str


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


@router.post("/api/rooms/{room}/refused/{origin}/publish")
async def let_out(visit: ApiVisit, room: RoomPath, origin: OriginPath) -> EntryShape:
    """Publish what the filter was wrong to refuse; needs `comment.review` on the platform."""
    entry = await visit.house.offices.appeals.let_out(visit.signed_in(), room, origin)
    number = None if entry.comment is None else entry.comment.number
    return EntryShape(seq=entry.seq, number=number)


@router.post("/api/me/appeals", status_code=201)
async def appeal(visit: ApiVisit, body: NewAppeal) -> Receipt:
    """Say why a decision about oneself is wrong: a measure, or that a comment was refused."""
    appeals = visit.house.offices.appeals
    return Receipt(receipt=await appeals.file(visit.signed_in(), body.against(), body.text))


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


@router.post("/api/reports", status_code=201)
async def report(request: Request, visit: ApiVisit, body: NewReport) -> Receipt:
    """Say that something is wrong with a comment, a room or the site; no account is needed."""
    draft = ReportDraft(
        category=body.category,
        room=None if body.room is None else RoomId(body.room),
        number=None if body.number is None else Number(body.number),
        text=body.text,
        contact=body.contact,
    )
    source = source_of(request)
    return Receipt(receipt=await visit.house.moderation.report(visit.who, draft, source=source))


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
    fact = report.fact
    return {
        "seq": report.seq,
        "at_ms": report.at_ms,
        "receipt": fact.receipt,
        "room": fact.room,
        "number": fact.number,
        "category": fact.category,
        "text": fact.text,
        "contact": fact.contact,
    }
