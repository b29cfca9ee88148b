"""The door for programs that moderate by Twitch's Helix API: who comes, and how they are told no.

The verbs are those of our own consoles, and so are the powers that each asks for. `Client-Id` is
not looked at. What there is nothing of here is answered 404, as there.
"""

import math
from functools import partial
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from fastapi.security import HTTPBearer

from danmaku.domain.ids import AccountId, Millis, RoomId
from danmaku.domain.pacing import TokenBuckets
from danmaku.errors import BadMessage, NotFound, NotSignedIn
from danmaku.formats.helix import CLIENT_ID, scopes_of
from danmaku.web.answers import Dialect, Refusal, speaking
from danmaku.web.api import OPEN, REFUSALS
from danmaku.web.helix_shapes import (
    FaultShape,
    TokenShape,
    UserShape,
    UsersShape,
    user_of_caller,
    user_of_room,
)
from danmaku.web.json import Json
from danmaku.web.visit import ApiVisit, Visit, house_of, token_visit

PLACE: Final = "/helix"
CALLS_BURST: Final = 800  # of one account: as many as there
CALLS_PER_S: Final = CALLS_BURST / 60
ROWS_MAX: Final = 100
ROWS_USUAL: Final = 20

_STATUSES: Final = {409: 400, 415: 400, 422: 400}
"""Clients of Helix read why only where they know the status."""

Ids = Annotated[list[str], Query(alias="id", max_length=ROWS_MAX, default_factory=list)]
Logins = Annotated[list[str], Query(alias="login", max_length=ROWS_MAX, default_factory=list)]
Broadcaster = Annotated[
    RoomId, Query(alias="broadcaster_id", max_length=64, description="Id of the room.")
]
First = Annotated[int, Query(ge=1, le=ROWS_MAX, description="Rows at most.")]
After = Annotated[str | None, Query(max_length=64, description="`cursor` of the page before.")]


def calls_bound() -> TokenBuckets:
    """How often one account may call: one for the whole door."""
    return TokenBuckets(CALLS_PER_S, CALLS_BURST)


# --- how it is told


def told_status_of(refusal: Refusal) -> int:
    """The status of a refusal: as everywhere, but for those that clients of Helix do not know."""
    return _STATUSES.get(refusal.http_status, refusal.http_status)


def _told(request: Request, refusal: Refusal) -> Response:
    status = told_status_of(refusal)
    fields = {
        "error": HTTPStatus(status).phrase,
        "status": status,
        "message": refusal.text or refusal.code.value,
        "code": refusal.code.value,
    }
    headers: dict[str, str] = getattr(request.state, "calls", {})
    if refusal.retry_after_ms is not None:
        clear_ms = house_of(request).clock() + refusal.retry_after_ms
        headers = headers | {"Ratelimit-Reset": str(math.ceil(clear_ms / 1000))}
    return Json(fields, status, headers=headers)


def dialect_of(request: Request) -> Dialect:
    """How refusals of this request are told."""
    return partial(_told, request)


def _counted(request: Request, response: Response, visit: ApiVisit) -> None:
    """Take one call of the caller's, and tell them how many are left.

    Raises:
        NotSignedIn: A guest calls.
        TooFast: None was left.
    """
    who, now_ms = visit.signed_in(), visit.now_ms
    calls: TokenBuckets = request.app.state.helix_calls
    try:
        calls.take(who.account, now_ms)
    finally:
        request.state.calls = _left_of(calls, who.account, now_ms)
    response.headers.update(request.state.calls)


def _left_of(calls: TokenBuckets, account: AccountId, now_ms: Millis) -> dict[str, str]:
    left, full_ms = calls.left(account, now_ms)
    return {
        "Ratelimit-Limit": str(CALLS_BURST),
        "Ratelimit-Remaining": str(left),
        "Ratelimit-Reset": str(math.ceil(full_ms / 1000)),
    }


def helix_router(*, counted: bool = True) -> APIRouter:
    """A part of the door.

    Args:
        counted: Whether its calls are; those who are not signed in make none.
    """
    asked = [Depends(HTTPBearer(auto_error=False))]
    return APIRouter(
        prefix=PLACE,
        route_class=speaking(dialect_of),
        tags=["helix"],
        dependencies=[*asked, Depends(_counted)] if counted else asked,
        responses={
            status: refusals | {"model": FaultShape} for status, refusals in REFUSALS.items()
        },
    )


def caller_of(visit: Visit, claimed: str | None) -> str:
    """The id by which callers know themselves: the name that they sign in with.

    Raises:
        NotSignedIn: They call themselves something else.
    """
    login = visit.signed_in().login
    if claimed is not None and claimed.casefold() != login.casefold():
        raise NotSignedIn("moderator_id or sender_id is the id of whoever the token belongs to.")
    return login


def moderator(
    visit: ApiVisit,
    moderator_id: Annotated[
        str | None, Query(max_length=64, description="The caller's own id, or nothing.")
    ] = None,
) -> str:
    """The caller, who may say so themselves."""
    return caller_of(visit, moderator_id)


Moderator = Annotated[str, Depends(moderator)]


# --- who is who

open_router = helix_router(counted=False)
router = helix_router()
rest = helix_router()


@open_router.get("/oauth2/validate")
async def validate(request: Request) -> TokenShape:
    """Whose token it is, for clients that ask before they begin; `Authorization: OAuth …`."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() not in {"oauth", "bearer"}:
        raise NotSignedIn("Bring a token.")
    visit = await token_visit(request, token.strip())
    who, now_ms = visit.signed_in(), visit.now_ms
    rooms = {None, *(grant.room for grant in who.grants)}
    powers = {power for room in rooms for power in who.powers(room, now_ms)}
    return TokenShape(
        client_id=CLIENT_ID, login=who.login, user_id=who.login, scopes=scopes_of(powers)
    )


@open_router.post("/oauth2/token", openapi_extra=OPEN)
async def refresh() -> None:
    """Always refused: tokens are made on the account's page, and live until they are revoked."""
    raise BadMessage("Tokens are not refreshed here; make one on the account's page.")


@router.get("/users")
async def list_users(visit: ApiVisit, ids: Ids, logins: Logins) -> UsersShape:
    """Rooms by their ids, and the caller, who is meant where nobody is named. Nobody else."""
    who = visit.signed_in()
    wanted = dict.fromkeys([*ids, *logins])
    if not wanted:
        return UsersShape(data=[user_of_caller(who)])
    found: list[UserShape] = []
    for name in list(wanted)[:ROWS_MAX]:
        row = await visit.house.reader.room(RoomId(name))
        if row is not None:
            found.append(user_of_room(row))
        elif name.casefold() == who.login.casefold():
            found.append(user_of_caller(who))
    return UsersShape(data=found)


@rest.api_route(
    "/{rest:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False
)
async def nothing_there() -> None:
    """What there is nothing of here."""
    raise NotFound("There is no such call here; docs/integrations.md has those that there are.")
