"""The operator's desk for bulk recalls; whose act each measure is, is named."""

from fastapi import APIRouter
from fastapi.responses import Response

from danmaku.web.api_bulk import NewBulkRecall, bulk_preview_fields_of, recall_fields_of
from danmaku.web.api_rules import SeqPath
from danmaku.web.desk import At, named
from danmaku.web.fields import Body
from danmaku.web.json import Json

router = APIRouter()


class Named(Body):
    """Who does it."""

    by: str


class NamedBulkRecall(NewBulkRecall):
    """Who previews, and will execute."""

    by: str


@router.get("/bulk-recalls")
async def list_bulk_recalls(house: At) -> Response:
    """Bulk recalls and previews, and how far they are."""
    rows = await house.rule_office.recalls.listed(None)
    return Json({"recalls": [recall_fields_of(row) for row in rows]})


@router.post("/bulk-recalls/preview")
async def preview_bulk_recall(house: At, body: NamedBulkRecall) -> Response:
    """Count and pin what would be recalled, and show some of it."""
    who = await named(house, body.by)
    return Json(bulk_preview_fields_of(await house.rule_office.recalls.preview(who, body.draft())))


@router.post("/bulk-recalls/{scan}/execute")
async def execute_bulk_recall(house: At, scan: SeqPath, body: Named) -> Response:
    """Recall what was previewed."""
    await house.rule_office.recalls.execute(await named(house, body.by), scan)
    return Json({"scan": scan})


@router.post("/bulk-recalls/{scan}/stop")
async def stop_bulk_recall(house: At, scan: SeqPath, body: Named) -> Response:
    """Recall no more."""
    await house.rule_office.recalls.stop(await named(house, body.by), scan)
    return Json({"scan": scan})


@router.post("/bulk-recalls/{scan}/undo")
async def undo_bulk_recall(house: At, scan: SeqPath, body: Named) -> Response:
    """Bring all of it back."""
    await house.rule_office.recalls.undo(await named(house, body.by), scan)
    return Json({"scan": scan})
