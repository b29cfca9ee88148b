"""The console of those who keep a room, and where the platform decides who does."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from fastapi import Form as FormBody
from fastapi.responses import Response
from pydantic import Field

from danmaku.actions.mutes import Muted
from danmaku.domain.account import Power
from danmaku.domain.documents import DocumentKind, outstanding
from danmaku.domain.ids import Millis, RoomId, Seq
from danmaku.domain.keeping import ASKED_FOR, DELEGABLE, Finding, Term, waits_for_proof
from danmaku.errors import NotAllowed
from danmaku.formats.danmaku_v1 import Fields, state_fields_of
from danmaku.web.api_keeping import (
    IdPath,
    assessment_fields_of,
    keeper_fields_of,
    proposal_fields_of,
    report_fields_of,
)
from danmaku.web.fields import NumberPath, OriginPath, RoomPath
from danmaku.web.forms import Form
from danmaku.web.pages import time_text_of
from danmaku.web.visit import PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)

Powers = Annotated[list[Power], Field(max_length=len(Power))]


class ApplyForm(Form):
    """What a streamer asks for."""

    powers: Powers = Field(default_factory=list)
    note: str = ""
    accepts_clauses: bool = False


class InviteForm(Form):
    """Who shall help, with what."""

    login: str = ""
    powers: Powers = Field(default_factory=list)
    days: int | None = None


class AnswerForm(Form):
    """What is said to a report."""

    finding: Finding
    note: str = ""


class MuteForm(Form):
    """For how long the author of a comment is silenced here."""

    term: Term = Term.SESSION
    hours: int = 1
    category: str = "other"


class SilenceForm(Form):
    """For how long nobody but the keepers speaks."""

    seconds: int = 0


class ReplyForm(Form):
    """Yes or no to an invitation."""

    reply: Literal["accept", "decline"]


class DecisionForm(Form):
    """What the platform says to an application."""

    decision: Literal["grant", "decline"]
    powers: Powers = Field(default_factory=list)
    days: int = 180
    reason: str = ""


@router.get("/rooms/{room}/keeping")
async def show_keeping(visit: PageVisit, room: RoomPath) -> Response:
    """The console: what the visitor may do in this room, and nothing else."""
    live = await visit.house.rooms.live(room)
    who, you = visit.signed_in(), visit.you(room)
    powers = frozenset() if you is None else frozenset(you.powers)
    is_owner = live.owner == who.account
    is_paused = waits_for_proof(who, room, visit.now_ms)
    if not (is_owner or is_paused) and not powers & set(map(str, ASKED_FOR)):
        raise NotAllowed("You do not keep this room.")
    values: dict[str, object] = {
        "path": f"/rooms/{room}/keeping",
        "room": {"id": room, "state": state_fields_of(live.state)},
        "you": you,
        "may_apply": is_owner and not set(map(str, ASKED_FOR)) <= powers,
        "is_paused": is_paused,
        "has_clauses": _has_clauses(visit),
        "asked_for": [power.value for power in ASKED_FOR],
        "delegable": [power.value for power in DELEGABLE if power.value in powers],
        "own_grants": [
            {"powers": sorted(grant.carried), "until": _time(grant.until_ms)}
            for grant in who.grants
            if grant.room == room
        ],
    }
    return visit.page("keeping.html", values | await _sections(visit, room, powers))


def _has_clauses(visit: Visit) -> bool:
    """Whether there are clauses for operators that the visitor has not accepted."""
    editions = visit.house.offices.prevailing().editions
    clauses = {DocumentKind.OPERATOR_CLAUSES}
    return outstanding(editions, visit.signed_in().accepted, clauses, visit.now_ms) is not None


async def _sections(visit: Visit, room: RoomId, powers: frozenset[str]) -> dict[str, object]:
    keeping, who = visit.house.offices.keeping, visit.signed_in()
    sections: dict[str, object] = {}
    application = await keeping.self_management.application(who, room)
    if application is not None:
        sections["application"] = proposal_fields_of(application)
    if Power.MODERATOR_INVITE in powers:
        keepers, invited = await keeping.moderators.of_room(who, room)
        sections["moderators"] = [_timed(keeper_fields_of(each)) for each in keepers]
        sections["invited"] = [_timed(proposal_fields_of(each)) for each in invited]
    if Power.ACCOUNT_MUTE in powers:
        sections["muted"] = [_muted_of(each) for each in await keeping.mutes.in_force(who, room)]
    if Power.REPORT_ANSWER in powers:
        found = await keeping.reports.of_room(who, room)
        sections["reports"] = [
            _timed(report_fields_of(each)) for each in found if each.is_ours(visit.now_ms)
        ]
        sections["duty"] = asdict(await keeping.reports.duty(who, room))
    return sections


@router.post("/rooms/{room}/keeping/apply")
async def apply(
    visit: PageVisit, room: RoomPath, form: Annotated[ApplyForm, FormBody()]
) -> Response:
    """Ask for tools."""
    await visit.house.offices.keeping.self_management.apply(
        visit.signed_in(),
        room,
        form.powers,
        note=form.note,
        accepts_clauses=form.accepts_clauses,
    )
    return _back(visit, room)


@router.post("/rooms/{room}/keeping/moderators")
async def invite(
    visit: PageVisit, room: RoomPath, form: Annotated[InviteForm, FormBody()]
) -> Response:
    """Invite a moderator."""
    moderators = visit.house.offices.keeping.moderators
    await moderators.invite(visit.signed_in(), room, form.login, form.powers, days=form.days)
    return _back(visit, room)


@router.post("/rooms/{room}/keeping/moderators/{grant_id}/remove")
async def remove(visit: PageVisit, room: RoomPath, grant_id: IdPath) -> Response:
    """Let a moderator go."""
    await visit.house.offices.keeping.moderators.remove(visit.signed_in(), room, grant_id)
    return _back(visit, room)


@router.post("/rooms/{room}/keeping/invitations/{invitation}/withdraw")
async def withdraw(visit: PageVisit, room: RoomPath, invitation: IdPath) -> Response:
    """Take an invitation back."""
    await visit.house.offices.keeping.moderators.withdraw(visit.signed_in(), room, invitation)
    return _back(visit, room)


@router.post("/rooms/{room}/keeping/reports/{origin}")
async def answer(
    visit: PageVisit, room: RoomPath, origin: OriginPath, form: Annotated[AnswerForm, FormBody()]
) -> Response:
    """Decide on a report."""
    reports = visit.house.offices.keeping.reports
    await reports.answer(visit.signed_in(), room, Seq(origin), form.finding, form.note)
    return _back(visit, room)


@router.post("/rooms/{room}/comments/{number}/mute")
async def mute(
    visit: PageVisit, room: RoomPath, number: NumberPath, form: Annotated[MuteForm, FormBody()]
) -> Response:
    """Silence the author of a comment in this room."""
    await visit.house.offices.keeping.mutes.mute(
        visit.signed_in(), room, number, form.term, hours=form.hours, category=form.category
    )
    return visit.go_to(f"/rooms/{room}")


@router.post("/rooms/{room}/keeping/mutes/{measure_id}/undo")
async def undo_mute(visit: PageVisit, room: RoomPath, measure_id: IdPath) -> Response:
    """Let somebody speak here again."""
    await visit.house.offices.keeping.mutes.undo(visit.signed_in(), room, measure_id)
    return _back(visit, room)


@router.post("/rooms/{room}/comments/{number}/restore")
async def restore(visit: PageVisit, room: RoomPath, number: NumberPath) -> Response:
    """Let a hidden comment back."""
    await visit.house.comments.restore(visit.signed_in(), room, number)
    return visit.go_to(f"/rooms/{room}")


@router.post("/rooms/{room}/silence")
async def silence(
    visit: PageVisit, room: RoomPath, form: Annotated[SilenceForm, FormBody()]
) -> Response:
    """Let nobody but the keepers speak for a while."""
    await visit.house.rooms.silence(visit.signed_in(), room, form.seconds)
    return visit.go_to(f"/rooms/{room}")


@router.get("/rooms/{room}/hidden")
async def show_hidden(visit: PageVisit, room: RoomPath) -> Response:
    """How much the keepers of a room have hidden, and why: for everybody."""
    live = await visit.house.rooms.live(room)
    share = await visit.house.offices.keeping.reports.share(room)
    values = {
        "room": {"id": room, "state": state_fields_of(live.state)},
        "share": {**asdict(share), "percent": f"{share.permille / 10:.1f}"},
    }
    return visit.page("hidden.html", values)


@router.get("/invitations")
async def show_invitations(visit: PageVisit) -> Response:
    """What the visitor was offered."""
    rows = await visit.house.offices.keeping.moderators.invitations(visit.signed_in())
    shown = [_timed(proposal_fields_of(row)) for row in rows]
    titles = await _titles(visit, {row.fact.proposal.room for row in rows})
    values = {"invitations": shown, "titles": titles, "needs_proof": _needs_proof(visit)}
    return visit.page("invitations.html", values)


async def _titles(visit: Visit, rooms: Iterable[RoomId]) -> dict[RoomId, str]:
    return {room: (await visit.house.rooms.live(room)).state.title for room in rooms}


def _needs_proof(visit: Visit) -> bool:
    """Whether the visitor has to be verified before they hold any power."""
    identity = visit.signed_in().identity
    holds = identity is not None and identity.holds(visit.now_ms)
    return visit.house.offices.prevailing().identity_required and not holds


@router.post("/invitations/{invitation}")
async def reply(
    visit: PageVisit, invitation: IdPath, form: Annotated[ReplyForm, FormBody()]
) -> Response:
    """Take it on, or say no."""
    moderators, who = visit.house.offices.keeping.moderators, visit.signed_in()
    if form.reply == "decline":
        await moderators.decline(who, invitation)
        return visit.go_to("/invitations")
    grant = await moderators.accept(who, invitation)
    return visit.go_to(f"/rooms/{grant.room}/keeping")


@router.get("/applications")
async def show_applications(visit: PageVisit) -> Response:
    """What streamers ask for, with what it is judged by."""
    found = await visit.house.offices.keeping.self_management.applications(visit.signed_in())
    shown = [_timed(assessment_fields_of(each)) for each in found]
    titles = await _titles(visit, {each.row.fact.proposal.room for each in found})
    return visit.page("applications.html", {"applications": shown, "titles": titles})


@router.post("/applications/{application}")
async def decide(
    visit: PageVisit, application: IdPath, form: Annotated[DecisionForm, FormBody()]
) -> Response:
    """Grant it in whole or in part, or decline it."""
    management, who = visit.house.offices.keeping.self_management, visit.signed_in()
    if form.decision == "grant":
        await management.grant(who, application, form.powers, days=form.days, reason=form.reason)
    else:
        await management.decline(who, application, form.reason)
    return visit.go_to("/applications")


def _muted_of(muted: Muted) -> Fields:
    measure = muted.row.fact.measure
    return {
        "id": measure.measure_id,
        "name": muted.name,
        "number": measure.number,
        "category": measure.category,
        "note": muted.row.fact.note,
        "until": _time(measure.until_ms),
        "is_once": measure.is_once,
    }


def _timed(fields: Fields) -> Fields:
    """The fields with their moments as texts besides."""
    moments = {name: value for name, value in fields.items() if name.endswith("_ms")}
    texts = {name.removesuffix("_ms"): _time(value) for name, value in moments.items()}
    return fields | texts


def _time(at_ms: object) -> str | None:
    return time_text_of(Millis(at_ms)) if isinstance(at_ms, int) else None


def _back(visit: Visit, room: RoomId) -> Response:
    return visit.go_to(f"/rooms/{room}/keeping")
