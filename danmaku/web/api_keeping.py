"""The JSON API for keeping rooms: applications, moderators, reports, mutes, what was hidden."""

from dataclasses import asdict
from typing import Annotated

from fastapi import Path
from fastapi.responses import Response
from pydantic import Field

from danmaku.actions.room_reports import Shown
from danmaku.actions.self_management import Assessment
from danmaku.domain.account import Power, PowerGrant
from danmaku.domain.ids import Seq
from danmaku.domain.keeping import Finding, Keeper, Term
from danmaku.domain.petitions import EndedGrant, ProposalRow
from danmaku.formats.danmaku_v1 import Fields
from danmaku.web.api import OPEN, api_router
from danmaku.web.fields import Body, NumberPath, OriginPath, RoomPath
from danmaku.web.json import Json
from danmaku.web.shapes import EntryShape
from danmaku.web.visit import ApiVisit

router = api_router("keeping")

IdPath = Annotated[str, Path(max_length=64)]


class NewApplication(Body):
    """What a streamer asks for in their room."""

    powers: frozenset[Power]
    note: str = ""
    accepts_clauses: bool = False


class Granting(Body):
    """What of it is given, for how long."""

    powers: frozenset[Power]
    days: int
    reason: str = ""


class Reason(Body):
    """What whom it is about is told."""

    reason: str = ""


class Narrowing(Reason):
    """What is left of a grant; nothing: it ends."""

    keep: frozenset[Power] = frozenset()


class NewModerator(Body):
    """Who is invited, and to what."""

    login: str
    powers: frozenset[Power]
    days: Annotated[int | None, Field(description="None: as long as one's own.")] = None
    note: str = ""


class NewAnswer(Body):
    """What is said to a report."""

    finding: Finding
    note: str = ""


class NewMute(Body):
    """For how long the author of the comment sends nothing in this room."""

    term: Term
    hours: int = 0
    category: str = "other"
    note: str = ""


class NewSilence(Body):
    """For how long nobody but its keepers speaks in a room; 0 ends it."""

    seconds: int


@router.post("/api/rooms/{room}/application", status_code=201)
async def apply(visit: ApiVisit, room: RoomPath, body: NewApplication) -> Response:
    """Ask for tools to keep one's own room."""
    proposal = await visit.house.offices.keeping.self_management.apply(
        visit.signed_in(),
        room,
        body.powers,
        note=body.note,
        accepts_clauses=body.accepts_clauses,
    )
    return Json({"application": proposal.proposal_id}, 201)


@router.get("/api/rooms/{room}/application")
async def show_application(visit: ApiVisit, room: RoomPath) -> Response:
    """One's newest application for a room, and what was said to it."""
    row = await visit.house.offices.keeping.self_management.application(visit.signed_in(), room)
    return Json({"application": None if row is None else proposal_fields_of(row)})


@router.get("/api/applications")
async def list_applications(visit: ApiVisit) -> Response:
    """Applications that wait, with what they are judged by; needs `grant.assess`."""
    found = await visit.house.offices.keeping.self_management.applications(visit.signed_in())
    return Json({"applications": [assessment_fields_of(each) for each in found]})


@router.post("/api/applications/{application}/grant", status_code=201)
async def grant(visit: ApiVisit, application: IdPath, body: Granting) -> Response:
    """Give what was asked for, or a part; needs `grant.assess`."""
    given = await visit.house.offices.keeping.self_management.grant(
        visit.signed_in(), application, body.powers, days=body.days, reason=body.reason
    )
    return Json(grant_fields_of(given), 201)


@router.post("/api/applications/{application}/decline", status_code=204)
async def decline(visit: ApiVisit, application: IdPath, body: Reason) -> None:
    """Say no, and why; needs `grant.assess`."""
    management = visit.house.offices.keeping.self_management
    await management.decline(visit.signed_in(), application, body.reason)


@router.post("/api/grants/{grant_id}/narrow", status_code=204)
async def narrow(visit: ApiVisit, grant_id: IdPath, body: Narrowing) -> None:
    """Take powers in a room back, all or some; needs `grant.assess`."""
    management = visit.house.offices.keeping.self_management
    await management.narrow(visit.signed_in(), grant_id, body.keep, body.reason)


@router.get("/api/rooms/{room}/moderators")
async def list_moderators(visit: ApiVisit, room: RoomPath) -> Response:
    """Who moderates a room, and who was invited to; needs `moderator.invite`."""
    keepers, invited = await visit.house.offices.keeping.moderators.of_room(visit.signed_in(), room)
    return Json(
        {
            "moderators": [keeper_fields_of(each) for each in keepers],
            "invited": [proposal_fields_of(each) for each in invited],
        }
    )


@router.post("/api/rooms/{room}/moderators", status_code=201)
async def invite(visit: ApiVisit, room: RoomPath, body: NewModerator) -> Response:
    """Invite somebody with a part of one's own powers; needs `moderator.invite`."""
    proposal = await visit.house.offices.keeping.moderators.invite(
        visit.signed_in(), room, body.login, body.powers, days=body.days, note=body.note
    )
    return Json({"invitation": proposal.proposal_id}, 201)


@router.delete("/api/rooms/{room}/moderators/{grant_id}", status_code=204)
async def remove(visit: ApiVisit, room: RoomPath, grant_id: IdPath) -> None:
    """Let a moderator go, or go oneself."""
    await visit.house.offices.keeping.moderators.remove(visit.signed_in(), room, grant_id)


@router.get("/api/me/invitations")
async def list_invitations(visit: ApiVisit) -> Response:
    """What one was offered and has not answered."""
    rows = await visit.house.offices.keeping.moderators.invitations(visit.signed_in())
    return Json({"invitations": [proposal_fields_of(row) for row in rows]})


@router.post("/api/me/invitations/{invitation}/accept", status_code=201)
async def accept(visit: ApiVisit, invitation: IdPath) -> Response:
    """Take on what one was offered."""
    given = await visit.house.offices.keeping.moderators.accept(visit.signed_in(), invitation)
    return Json(grant_fields_of(given), 201)


@router.post("/api/me/invitations/{invitation}/decline", status_code=204)
async def decline_invitation(visit: ApiVisit, invitation: IdPath) -> None:
    """Say no to it."""
    await visit.house.offices.keeping.moderators.decline(visit.signed_in(), invitation)


@router.get("/api/me/ended-grants")
async def list_ended(visit: ApiVisit) -> Response:
    """What the platform took of one's own powers in rooms; `seq` is what an appeal names."""
    ended = await visit.house.offices.keeping.back.own(visit.signed_in())
    return Json({"ended": [ended_fields_of(one) for one in ended]})


@router.get("/api/rooms/{room}/reports")
async def list_reports(visit: ApiVisit, room: RoomPath) -> Response:
    """Reports in a room with the time they have; needs `report.answer`."""
    found = await visit.house.offices.keeping.reports.of_room(visit.signed_in(), room)
    return Json({"reports": [report_fields_of(each) for each in found]})


@router.post("/api/rooms/{room}/reports/{origin}/answer", status_code=204)
async def answer(visit: ApiVisit, room: RoomPath, origin: OriginPath, body: NewAnswer) -> None:
    """Decide on a report; one that is upheld hides its comment."""
    reports = visit.house.offices.keeping.reports
    await reports.answer(visit.signed_in(), room, Seq(origin), body.finding, body.note)


@router.get("/api/rooms/{room}/duty")
async def show_duty(visit: ApiVisit, room: RoomPath) -> Response:
    """How the room's keepers answer its reports; needs `report.answer`."""
    return Json(asdict(await visit.house.offices.keeping.reports.duty(visit.signed_in(), room)))


@router.get("/api/rooms/{room}/hidden", openapi_extra=OPEN)
async def show_hidden(visit: ApiVisit, room: RoomPath) -> Response:
    """How much the room's keepers have hidden of what was published, and why."""
    share = await visit.house.offices.keeping.reports.share(room)
    return Json({**asdict(share), "permille": share.permille})


@router.post("/api/rooms/{room}/comments/{number}/mute", status_code=201)
async def mute(visit: ApiVisit, room: RoomPath, number: NumberPath, body: NewMute) -> Response:
    """Let the author of a comment send nothing here for a while; needs `account.mute`."""
    measure = await visit.house.offices.keeping.mutes.mute(
        visit.signed_in(),
        room,
        number,
        body.term,
        hours=body.hours,
        category=body.category,
        note=body.note,
    )
    return Json({"measure_id": measure.measure_id, "until_ms": measure.until_ms}, 201)


@router.post("/api/rooms/{room}/silence")
async def silence(visit: ApiVisit, room: RoomPath, body: NewSilence) -> EntryShape:
    """Let nobody but the keepers of a room speak for some seconds; needs `room.manage`."""
    entry = await visit.house.rooms.silence(visit.signed_in(), room, body.seconds)
    return EntryShape(seq=entry.seq)


def grant_fields_of(grant: PowerGrant) -> Fields:
    """A grant as its holder and who gave it see it."""
    return {
        "grant_id": grant.grant_id,
        "room": grant.room,
        "powers": sorted(power.value for power in grant.carried),
        "until_ms": grant.until_ms,
    }


def ended_fields_of(ended: EndedGrant) -> Fields:
    """Powers that were taken back, as whoever held them and whoever decides sees them."""
    return {
        "seq": ended.seq,
        "at_ms": ended.at_ms,
        "room": ended.grant.room,
        "lost": sorted(power.value for power in ended.lost),
        "until_ms": ended.grant.until_ms,
        "reason": ended.fact.reason,
    }


def keeper_fields_of(keeper: Keeper) -> Fields:
    """A moderator as the streamer sees them."""
    return {**grant_fields_of(keeper.grant), "login": keeper.login, "name": keeper.name}


def proposal_fields_of(row: ProposalRow) -> Fields:
    """A proposal as whoever it is about sees it, and whoever decides."""
    proposal, settled = row.fact.proposal, row.settled
    return {
        "id": proposal.proposal_id,
        "at_ms": row.at_ms,
        "room": proposal.room,
        "login": row.login,
        "name": row.name,
        "powers": sorted(power.value for power in proposal.powers),
        "until_ms": proposal.until_ms,
        "note": row.fact.note,
        "outcome": None if settled is None else settled.outcome.value,
        "reason": "" if settled is None else settled.note,
    }


def assessment_fields_of(one: Assessment) -> Fields:
    """An application with what it is judged by."""
    return {
        **proposal_fields_of(one.row),
        "level": one.level,
        "strength": None if one.strength is None else one.strength.value,
        "binding": one.binding,
        "history": [
            {
                "at_ms": row.at_ms,
                "step": row.fact.measure.step.value,
                "category": row.fact.measure.category,
                "is_reversed": row.is_reversed,
            }
            for row in one.history
        ],
    }


def report_fields_of(shown: Shown) -> Fields:
    """A report as the keepers of its room see it: never who sent it, nor how to reach them."""
    row, comment = shown.row, shown.comment
    content = None if comment is None else comment.content
    return {
        "seq": row.seq,
        "at_ms": row.at_ms,
        "due_ms": shown.due_ms,
        "number": row.fact.number,
        "category": row.fact.category,
        "text": row.fact.text,
        "comment": None if content is None else content.text,
        "finding": None if row.answer is None else row.answer.finding.value,
        "answered_ms": row.answered_ms,
    }
