"""Webhooks: the page of those who say who is told what happens, and the same for programs."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi import Form as FormBody
from fastapi.responses import Response
from pydantic import Field

from danmaku.actions.endpoints import EndpointDraft, NewEndpoint
from danmaku.domain.deliveries import EndpointRow, Try
from danmaku.domain.endpoints import LABEL_MAX, EventType
from danmaku.domain.ids import MAX_SAFE_INTEGER, Millis, RoomId
from danmaku.domain.times import begin_ms_of
from danmaku.formats.danmaku_v1 import Fields
from danmaku.web.answers import Refusal, show_again, words_of
from danmaku.web.api import api_router
from danmaku.web.api_keeping import IdPath
from danmaku.web.fields import Body
from danmaku.web.forms import Form
from danmaku.web.json import Json
from danmaku.web.pages import time_text_of
from danmaku.web.visit import ApiVisit, PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)
api = api_router("webhooks")

_NOTHING: Mapping[str, object] = {}
_Events = Annotated[tuple[str, ...], Field(max_length=len(EventType))]
_Past = Annotated[Millis, Field(ge=0, le=MAX_SAFE_INTEGER)]


class NewWebhook(Body):
    """Whom to tell, and of what."""

    url: Annotated[str, Field(description="Where messages go; https.")]
    label: Annotated[str, Field(max_length=4 * LABEL_MAX)] = ""
    events: Annotated[_Events, Field(description="Types of events; none: all.")] = ()
    room: Annotated[RoomId | None, Field(max_length=32, description="None: all rooms.")] = None

    def draft(self) -> EndpointDraft:
        """The value that the verb takes."""
        return EndpointDraft(self.url, self.label, self.events, self.room)


class Since(Body):
    """From when on it is told again."""

    since_ms: _Past


class WebhookForm(Form):
    """As `NewWebhook`."""

    url: str = ""
    label: str = ""
    events: list[str] = Field(default_factory=list, max_length=len(EventType))
    room: str = ""

    def draft(self) -> EndpointDraft:
        """The value that the verb takes."""
        room = RoomId(self.room) if self.room else None
        return EndpointDraft(self.url, self.label, self.events, room)


class SinceForm(Form):
    """From the beginning of which day on, in UTC."""

    since: date


@api.get("/api/webhooks")
async def list_webhooks(visit: ApiVisit) -> Response:
    """All endpoints and how they do; needs `endpoint.keep`."""
    rows = await visit.house.endpoints.standing(visit.signed_in())
    return Json({"webhooks": [fields_of(row) for row in rows]})


@api.post("/api/webhooks", status_code=201)
async def add_webhook(visit: ApiVisit, body: NewWebhook) -> Response:
    """Tell one more; the secret is in this answer and nowhere else."""
    new = await visit.house.endpoints.add(visit.signed_in(), body.draft())
    return Json(secret_fields_of(new), 201)


@api.post("/api/webhooks/{webhook_id}/pause")
async def pause_webhook(visit: ApiVisit, webhook_id: IdPath) -> Response:
    """Tell it nothing for now."""
    await visit.house.endpoints.pause(visit.signed_in(), webhook_id)
    return Json({})


@api.post("/api/webhooks/{webhook_id}/resume")
async def resume_webhook(visit: ApiVisit, webhook_id: IdPath) -> Response:
    """Tell it again, from where it was left off."""
    await visit.house.endpoints.resume(visit.signed_in(), webhook_id)
    return Json({})


@api.delete("/api/webhooks/{webhook_id}")
async def remove_webhook(visit: ApiVisit, webhook_id: IdPath) -> Response:
    """Tell it nothing any more."""
    await visit.house.endpoints.remove(visit.signed_in(), webhook_id)
    return Json({})


@api.post("/api/webhooks/{webhook_id}/rotate")
async def rotate_webhook(visit: ApiVisit, webhook_id: IdPath) -> Response:
    """Another secret; the one before it signs for a day, too."""
    new = await visit.house.endpoints.rotate(visit.signed_in(), webhook_id)
    return Json(secret_fields_of(new))


@api.post("/api/webhooks/{webhook_id}/test")
async def test_webhook(visit: ApiVisit, webhook_id: IdPath) -> Response:
    """Send a message that means nothing, and say what came of it."""
    tried = await visit.house.endpoints.test(visit.signed_in(), webhook_id)
    return Json(try_fields_of(tried))


@api.get("/api/webhooks/{webhook_id}/log")
async def log_webhook(visit: ApiVisit, webhook_id: IdPath) -> Response:
    """Its last tries, newest first."""
    tries = await visit.house.endpoints.log(visit.signed_in(), webhook_id)
    return Json({"tries": [try_fields_of(one) for one in tries]})


@api.post("/api/webhooks/{webhook_id}/replay")
async def replay_webhook(visit: ApiVisit, webhook_id: IdPath, body: Since) -> Response:
    """Tell it once more what happened since then, under the same ids."""
    count = await visit.house.endpoints.replay(visit.signed_in(), webhook_id, body.since_ms)
    return Json({"chains": count})


# --- the page


@router.get("/webhooks")
async def show_webhooks(visit: PageVisit) -> Response:
    """All endpoints."""
    return await _page(visit)


@router.post("/webhooks")
async def add(
    request: Request, visit: PageVisit, form: Annotated[WebhookForm, FormBody()]
) -> Response:
    """Tell one more, and show its secret this once."""

    async def again(refusal: Refusal) -> Response:
        values = {"error": words_of(visit, refusal), "typed": form}
        return await _page(visit, values, status=refusal.http_status)

    show_again(request, again)
    new = await visit.house.endpoints.add(visit.signed_in(), form.draft())
    return await _page(visit, {"new": new})


@router.get("/webhooks/{webhook_id}")
async def show_log(visit: PageVisit, webhook_id: IdPath) -> Response:
    """One endpoint with its last tries."""
    tries = await visit.house.endpoints.log(visit.signed_in(), webhook_id)
    return await _page(visit, {"tries": [_try_row(one) for one in tries]}, shown_id=webhook_id)


@router.post("/webhooks/{webhook_id}/pause")
async def pause(request: Request, visit: PageVisit, webhook_id: IdPath) -> Response:
    """Tell it nothing for now."""
    _show_again(request, visit)
    await visit.house.endpoints.pause(visit.signed_in(), webhook_id)
    return visit.go_to("/webhooks")


@router.post("/webhooks/{webhook_id}/resume")
async def resume(request: Request, visit: PageVisit, webhook_id: IdPath) -> Response:
    """Tell it again, from where it was left off."""
    _show_again(request, visit)
    await visit.house.endpoints.resume(visit.signed_in(), webhook_id)
    return visit.go_to("/webhooks")


@router.post("/webhooks/{webhook_id}/remove")
async def remove(request: Request, visit: PageVisit, webhook_id: IdPath) -> Response:
    """Tell it nothing any more."""
    _show_again(request, visit)
    await visit.house.endpoints.remove(visit.signed_in(), webhook_id)
    return visit.go_to("/webhooks")


@router.post("/webhooks/{webhook_id}/rotate")
async def rotate(request: Request, visit: PageVisit, webhook_id: IdPath) -> Response:
    """Another secret, shown this once."""
    _show_again(request, visit)
    new = await visit.house.endpoints.rotate(visit.signed_in(), webhook_id)
    return await _page(visit, {"new": new})


@router.post("/webhooks/{webhook_id}/test")
async def send_test(request: Request, visit: PageVisit, webhook_id: IdPath) -> Response:
    """Send a message that means nothing; the log shows what came of it."""
    _show_again(request, visit)
    await visit.house.endpoints.test(visit.signed_in(), webhook_id)
    return visit.go_to(f"/webhooks/{webhook_id}")


@router.post("/webhooks/{webhook_id}/replay")
async def replay(
    request: Request, visit: PageVisit, webhook_id: IdPath, form: Annotated[SinceForm, FormBody()]
) -> Response:
    """Tell it once more what happened since a day."""
    _show_again(request, visit)
    since_ms = begin_ms_of(form.since)
    await visit.house.endpoints.replay(visit.signed_in(), webhook_id, since_ms)
    return visit.go_to(f"/webhooks/{webhook_id}")


def fields_of(row: EndpointRow) -> Fields:
    """An endpoint for those who keep it."""
    fact, turn = row.fact, row.turn
    return {
        "webhook_id": fact.endpoint_id,
        "url": fact.url,
        "label": fact.label,
        "state": fact.state.value,
        "events": [event.value for event in fact.events],
        "room": fact.room,
        "at_ms": row.at_ms,
        "behind": row.behind,
        "tries": turn.tries,
        "next_ms": turn.next_ms or None,
        "failing_since_ms": turn.failing_since_ms,
    }


def secret_fields_of(new: NewEndpoint) -> Fields:
    """An endpoint with its secret, this once."""
    return {"webhook_id": new.endpoint_id, "secret": new.secret}


def try_fields_of(one: Try) -> Fields:
    """A try for those who keep the endpoint."""
    return {
        "at_ms": one.at_ms,
        "message_id": one.message_id,
        "event": one.event,
        "chain": one.chain or None,
        "seq": one.seq or None,
        "outcome": one.outcome,
        "status": one.status,
        "took_ms": one.took_ms,
    }


def _show_again(request: Request, visit: Visit) -> None:
    async def again(refusal: Refusal) -> Response:
        return await _page(visit, {"error": words_of(visit, refusal)}, status=refusal.http_status)

    show_again(request, again)


async def _page(
    visit: Visit,
    values: Mapping[str, object] = _NOTHING,
    *,
    shown_id: str | None = None,
    status: int = 200,
) -> Response:
    standing = await visit.house.endpoints.standing(visit.signed_in())
    rows = [_row_of(row) for row in standing]
    whole = {
        "path": "/webhooks",
        "rows": rows,
        "shown": next((row for row in rows if row["webhook_id"] == shown_id), None),
        "offered": [event.value for event in EventType],
    }
    return visit.page("webhooks.html", {**whole, **values}, status=status)


def _row_of(row: EndpointRow) -> Fields:
    since_ms, next_ms = row.turn.failing_since_ms, row.turn.next_ms
    return fields_of(row) | {
        "failing_iso": "" if since_ms is None else time_text_of(since_ms),
        "next_iso": time_text_of(next_ms) if next_ms else "",
    }


def _try_row(one: Try) -> Fields:
    return try_fields_of(one) | {"at_iso": time_text_of(one.at_ms)}
