"""The operator's desk for webhooks."""

from fastapi import APIRouter
from fastapi.responses import Response

from danmaku.web.desk import At
from danmaku.web.json import Json
from danmaku.web.webhooks import NewWebhook, Since, fields_of, secret_fields_of, try_fields_of

router = APIRouter(prefix="/webhooks")


@router.get("")
async def list_webhooks(house: At) -> Response:
    """All endpoints and how they do."""
    return Json({"webhooks": [fields_of(row) for row in await house.endpoints.standing(None)]})


@router.post("", status_code=201)
async def add_webhook(house: At, body: NewWebhook) -> Response:
    """Tell one more."""
    return Json(secret_fields_of(await house.endpoints.add(None, body.draft())), 201)


@router.post("/{webhook_id}/pause")
async def pause_webhook(house: At, webhook_id: str) -> Response:
    """Tell it nothing for now."""
    await house.endpoints.pause(None, webhook_id)
    return Json({})


@router.post("/{webhook_id}/resume")
async def resume_webhook(house: At, webhook_id: str) -> Response:
    """Tell it again."""
    await house.endpoints.resume(None, webhook_id)
    return Json({})


@router.delete("/{webhook_id}")
async def remove_webhook(house: At, webhook_id: str) -> Response:
    """Tell it nothing any more."""
    await house.endpoints.remove(None, webhook_id)
    return Json({})


@router.post("/{webhook_id}/rotate")
async def rotate_webhook(house: At, webhook_id: str) -> Response:
    """Another secret."""
    return Json(secret_fields_of(await house.endpoints.rotate(None, webhook_id)))


@router.post("/{webhook_id}/test")
async def test_webhook(house: At, webhook_id: str) -> Response:
    """Send a message that means nothing."""
    return Json(try_fields_of(await house.endpoints.test(None, webhook_id)))


@router.get("/{webhook_id}/log")
async def log_webhook(house: At, webhook_id: str) -> Response:
    """Its last tries."""
    tries = await house.endpoints.log(None, webhook_id)
    return Json({"tries": [try_fields_of(one) for one in tries]})


@router.post("/{webhook_id}/replay")
async def replay_webhook(house: At, webhook_id: str, body: Since) -> Response:
    """Tell it once more what happened since then."""
    return Json({"chains": await house.endpoints.replay(None, webhook_id, body.since_ms)})
