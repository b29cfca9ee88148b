"""The operator's desk: what the command line asks of the house, over a local socket.

Whoever may open the socket's file is the operator: there is nothing else to sign in with. Acts that
the record must attribute to a person (sending, reviewing, importing) name an account by its login.
"""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import Response
from pydantic import Field
from starlette.middleware import Middleware

from danmaku.actions.self_management import KEEPING
from danmaku.domain.account import Bundle
from danmaku.domain.facts import CommentHeld, CommentRefused
from danmaku.domain.ids import MAX_SAFE_INTEGER, Millis, RoomId, room_id_of
from danmaku.domain.room import RoomState, Status
from danmaku.domain.room_words import RoomWords, WordsDraft, edited, lines_of
from danmaku.errors import NotFound
from danmaku.formats.danmaku_v1 import Fields, state_fields_of
from danmaku.formats.exports import LAYOUTS, ExportName
from danmaku.formats.imports import SOURCES, ImportName
from danmaku.ports import RoomRow
from danmaku.web.answers import answer_errors
from danmaku.web.api import NewRoom
from danmaku.web.api_moderation import held_fields_of
from danmaku.web.api_words import WORDS_SENT_MAX, WordsAction, WordsShape, words_shape_of
from danmaku.web.desk import At, named
from danmaku.web.desk_bulk import router as bulk_router
from danmaku.web.desk_cases import router as cases_router
from danmaku.web.desk_credit import router as credit_router
from danmaku.web.desk_documents import router as documents_router
from danmaku.web.desk_duty import router as duty_router
from danmaku.web.desk_features import router as features_router
from danmaku.web.desk_filings import router as filings_router
from danmaku.web.desk_inspection import router as inspection_router
from danmaku.web.desk_legal_holds import router as legal_holds_router
from danmaku.web.desk_load import router as load_router
from danmaku.web.desk_names import router as names_router
from danmaku.web.desk_people import router as people_router
from danmaku.web.desk_rules import router as rules_router
from danmaku.web.desk_team import router as team_router
from danmaku.web.desk_vault import router as vault_router
from danmaku.web.desk_webhooks import router as webhooks_router
from danmaku.web.fields import Body, DraftFields, OriginPath, RoomPath
from danmaku.web.guard import BODY_BYTES_MAX, Guard, let_body_grow
from danmaku.web.house import House
from danmaku.web.importing import IMPORT_BYTES_MAX, bring_file
from danmaku.web.json import Json
from danmaku.web.ops import router as ops_router
from danmaku.web.shapes import ImportShape

router = APIRouter()

ROOMS_MAX = 1000


class OwnedRoom(NewRoom):
    """A room for a streamer, or for the house itself."""

    owner: str | None = None


class RoomMarks(Body):
    """What is given changes, the rest stays."""

    news: bool = False
    commerce: bool = False
    minor_safe: bool = False


class RoomStatus(Body):
    """What a room is to be."""

    status: Status


class WordsEdit(Body):
    """Another list as a text, a word a line, or words more and fewer; the action, if given."""

    text: Annotated[str | None, Field(max_length=BODY_BYTES_MAX)] = None
    add: Annotated[tuple[str, ...], Field(max_length=WORDS_SENT_MAX)] = ()
    remove: Annotated[tuple[str, ...], Field(max_length=WORDS_SENT_MAX)] = ()
    action: WordsAction | None = None

    def draft(self, now: RoomWords) -> WordsDraft:
        """The list that is asked for."""
        if self.text is not None:
            return WordsDraft(lines_of(self.text), self.action or now.action)
        return edited(now, add=self.add, remove=self.remove, action=self.action)


class NewPerson(Body):
    """An account; without a password it is used by tokens only."""

    login: str
    name: str
    password: str | None = None


class NewGrant(Body):
    """Powers for an account."""

    login: str
    bundle: Bundle
    room: str | None = None
    until_ms: Annotated[int | None, Field(ge=0, le=MAX_SAFE_INTEGER)] = None


class NewKey(Body):
    """A bearer token for an account."""

    login: str
    label: str
    room: str | None = None
    ttl_ms: Annotated[int | None, Field(ge=1000, le=MAX_SAFE_INTEGER)] = None


class Spoken(DraftFields):
    """A comment that an account sends."""

    login: str


class Decision(Body):
    """A reviewer's word."""

    login: str
    category: str = "other"


@router.get("/rooms")
async def list_rooms(house: At) -> Response:
    """Every room, a line each."""
    rows = await house.reader.rooms(limit=ROOMS_MAX)
    return Json({"rooms": [_row_of(house, row) for row in rows]})


@router.get("/rooms/{room}")
async def get_room(house: At, room: RoomPath) -> Response:
    """One room."""
    row = await house.reader.room(room)
    if row is None:
        raise NotFound("There is no such room.")
    return Json(_row_of(house, row))


@router.post("/rooms", status_code=201)
async def open_room(house: At, body: OwnedRoom) -> Response:
    """Open a room."""
    owner = None if body.owner is None else (await named(house, body.owner)).account
    entry = await house.rooms.open(None, room_id_of(body.room), body.state(), owner=owner)
    return Json({"room": body.room, "seq": entry.seq}, 201)


@router.post("/rooms/{room}/status")
async def set_status(house: At, room: RoomPath, body: RoomStatus) -> Response:
    """Open, pause or close a room."""

    def change(state: RoomState) -> RoomState:
        return replace(state, status=body.status)

    entry = await house.rooms.change(None, room, change)
    return Json({"room": room, "seq": entry.seq})


@router.patch("/rooms/{room}/marks")
async def set_marks(house: At, room: RoomPath, body: RoomMarks) -> Response:
    """Say what kind of room it is."""
    given = {name: getattr(body, name) for name in body.model_fields_set}
    entry = await house.rooms.change(None, room, lambda state: replace(state, **given))
    return Json({"room": room, "seq": entry.seq})


@router.get("/rooms/{room}/words")
async def get_words(house: At, room: RoomPath) -> WordsShape:
    """A room's own words."""
    words, seq = await house.word_lists.show(None, room)
    return words_shape_of(words, seq, house.word_lists.words_max)


@router.patch("/rooms/{room}/words")
async def edit_words(house: At, room: RoomPath, body: WordsEdit) -> Response:
    """Give a room other words of its own."""
    entry = await house.word_lists.set(None, room, body.draft)
    return Json({"room": room, "seq": entry.seq})


@router.post("/rooms/{room}/comments")
async def send(house: At, room: RoomPath, body: Spoken) -> Response:
    """Send a comment as an account, through every gate."""
    entry = await house.comments.post(await named(house, body.login), room, body.draft())
    match entry.fact:
        case CommentHeld():
            outcome = "held"
        case CommentRefused():
            outcome = "refused"
        case _:
            outcome = "published"
    return Json({"outcome": outcome, "seq": entry.seq})


@router.post("/accounts", status_code=201)
async def add_account(house: At, body: NewPerson) -> Response:
    """Make an account, also where nobody may register by themselves."""
    who = await house.people.add(body.login, body.name, body.password)
    return Json({"login": who.login, "name": who.name}, 201)


@router.post("/accounts/{login}/reset")
async def open_reset(house: At, login: str) -> Response:
    """Make a one-time link with which the owner sets a password."""
    secret = await house.people.open_reset(login)
    return Json({"url": f"{house.server.public_url}/reset/{secret}"})


@router.post("/accounts/{login}/sign-out")
async def sign_out(house: At, login: str) -> Response:
    """End every session and every token of somebody: their device is in other hands."""
    await house.people.sign_out_everywhere(await named(house, login))
    return Json({"login": login})


@router.post("/grants", status_code=201)
async def give_grant(house: At, body: NewGrant) -> Response:
    """Give powers."""
    room = None if body.room is None else (await house.rooms.live(RoomId(body.room))).room
    until_ms = None if body.until_ms is None else Millis(body.until_ms)
    grant = await house.people.grant(None, body.login, body.bundle, room=room, until_ms=until_ms)
    return Json({"grant_id": grant.grant_id}, 201)


@router.get("/accounts/{login}/grants")
async def list_grants(house: At, login: str) -> Response:
    """What an account has been given, ended grants left out."""
    who = await named(house, login)
    return Json(
        {
            "grants": [
                {
                    "grant_id": grant.grant_id,
                    "bundle": grant.bundle.value,
                    "room": grant.room,
                    "until_ms": grant.until_ms,
                }
                for grant in who.grants
            ]
        }
    )


@router.post("/accounts/{login}/grants/{grant_id}/revoke")
async def end_grant(house: At, login: str, grant_id: str) -> Response:
    """End a grant at once; those whom a streamer chose lose what the streamer loses."""
    held = {grant.grant_id: grant for grant in (await named(house, login)).grants}
    grant = held.get(grant_id)
    if grant is not None and grant.room is not None and grant.bundle in KEEPING:
        management = house.offices.keeping.self_management
        await management.narrow(None, grant_id, keep=(), reason="")
    else:
        await house.people.revoke(None, login, grant_id)
    return Json({"grant_id": grant_id})


@router.post("/tokens", status_code=201)
async def issue_token(house: At, body: NewKey) -> Response:
    """Make a bearer token; its secret is in this answer and nowhere else."""
    room = None if body.room is None else (await house.rooms.live(RoomId(body.room))).room
    expires_ms = None if body.ttl_ms is None else Millis(house.clock() + body.ttl_ms)
    token_id, secret = await house.people.issue_token(
        await named(house, body.login), body.label, expires_ms=expires_ms, room=room
    )
    return Json({"token_id": token_id, "secret": secret}, 201)


@router.get("/held")
async def list_held(house: At, room: Annotated[RoomId | None, Query()] = None) -> Response:
    """What waits for a person, oldest first."""
    return Json({"held": [held_fields_of(each) for each in await house.reader.held(room)]})


@router.post("/held/{room}/{origin}/approve")
async def approve(house: At, room: RoomPath, origin: OriginPath, body: Decision) -> Response:
    """Publish a held comment, as the reviewer who is named."""
    who = await named(house, body.login)
    entry = await house.moderation.approve(who, room, origin)
    number = None if entry.comment is None else entry.comment.number
    return Json({"seq": entry.seq, "number": number})


@router.post("/held/{room}/{origin}/reject")
async def reject(house: At, room: RoomPath, origin: OriginPath, body: Decision) -> Response:
    """Refuse a held comment for good, as the reviewer who is named."""
    who = await named(house, body.login)
    entry = await house.moderation.reject(who, room, origin, body.category)
    return Json({"seq": entry.seq})


@router.get("/rules")
async def get_rules(house: At) -> Response:
    """The rules in force, and those one can go back to."""
    return Json({"version": house.rules.version, "former": house.rules.former})


@router.post("/rules/back")
async def go_back(house: At) -> Response:
    """Let the rules before these decide again."""
    version = await house.rules.go_back(None)
    return Json({"version": version, "former": house.rules.former})


@router.get("/export/{room}")
async def export(
    request: Request,
    house: At,
    room: RoomPath,
    name: Annotated[ExportName, Query(alias="format")] = ExportName.JSONL,
) -> Response:
    """The comments of a room as a file of that format."""
    top = await house.top(room)
    row = await house.reader.room(room)
    return await house.files.answer(request, "the operator", row, LAYOUTS[name], top)


@router.post("/import/{room}")
async def bring(
    request: Request,
    house: At,
    room: RoomPath,
    login: str,
    name: Annotated[ImportName, Query(alias="format")] = ImportName.JSONL,
) -> ImportShape:
    """Bring in a file of comments under an account that may import there."""
    let_body_grow(request, IMPORT_BYTES_MAX)
    who, source = await named(house, login), SOURCES[name]()
    return await bring_file(house, who, room, request.stream(), source)


def create_admin_app(house: House) -> FastAPI:
    """Build the desk.

    Args:
        house: What it stands on.
    """
    app = FastAPI(
        title="danmaku desk",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        middleware=[Middleware(Guard, telemetry=house.telemetry, is_https=False)],
    )
    app.state.house = house
    app.state.pages = None  # the desk answers programs alone
    answer_errors(app, {})
    app.include_router(ops_router)
    app.include_router(router)
    app.include_router(people_router)
    app.include_router(documents_router)
    app.include_router(names_router)
    app.include_router(vault_router)
    app.include_router(rules_router)
    app.include_router(inspection_router)
    app.include_router(credit_router)
    app.include_router(bulk_router)
    app.include_router(cases_router)
    app.include_router(features_router)
    app.include_router(load_router)
    app.include_router(filings_router)
    app.include_router(team_router)
    app.include_router(legal_holds_router)
    app.include_router(webhooks_router)
    app.include_router(duty_router)
    return app


def _row_of(house: House, row: RoomRow) -> Fields:
    state = state_fields_of(row.state)
    shown = ("title", "kind", "status", "mode", "media_url", "news", "commerce", "minor_safe")
    return {
        "room": row.room,
        **{key: state[key] for key in shown},
        "comments_count": row.comments_count,
        "viewers_count": house.viewers(row.room),
    }
