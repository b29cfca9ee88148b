"""The JSON API for bulk recalls: choose, look, execute, undo."""

from typing import Annotated

from fastapi.responses import Response
from pydantic import Field

from danmaku.actions.bulk_recalls import BulkDraft, BulkPreview
from danmaku.domain.ids import MAX_SAFE_INTEGER, Millis, Pseudonym, room_id_of
from danmaku.domain.rule_facts import BulkRecallPlanned
from danmaku.domain.rule_sets import ScanRow
from danmaku.formats.danmaku_v1 import Fields
from danmaku.web.api import api_router
from danmaku.web.api_rules import SeqPath, work_fields_of
from danmaku.web.fields import Body
from danmaku.web.json import Json
from danmaku.web.visit import ApiVisit

router = api_router("bulk recalls")

_Moment = Annotated[int, Field(ge=1, le=MAX_SAFE_INTEGER)]


class NewBulkRecall(Body):
    """Which comments; all that is given has to fit."""

    category: str
    why: Annotated[str, Field(description="Sealed.")]
    login: Annotated[str | None, Field(description="Whose.")] = None
    author: Annotated[str | None, Field(description="The same, by public id in `room`.")] = None
    rule: Annotated[str | None, Field(description="Id of a rule in force that objects.")] = None
    like: Annotated[
        str | None, Field(description="A comment, as `demo-12`: what is nearly the same.")
    ] = None
    room: str | None = None
    since_ms: Annotated[_Moment | None, Field(description="Received from then on.")] = None
    upto_ms: Annotated[_Moment | None, Field(description="And before that; null: now.")] = None

    def draft(self) -> BulkDraft:
        """The value that the verb takes."""
        return BulkDraft(
            category=self.category,
            why=self.why,
            login=self.login or None,
            author=Pseudonym(self.author) if self.author else None,
            rule=self.rule or None,
            like=self.like or None,
            room=room_id_of(self.room) if self.room else None,
            since_ms=None if self.since_ms is None else Millis(self.since_ms),
            upto_ms=None if self.upto_ms is None else Millis(self.upto_ms),
        )


@router.get("/api/bulk-recalls")
async def list_bulk_recalls(visit: ApiVisit) -> Response:
    """Bulk recalls and previews, newest first; needs `measure.take`."""
    rows = await visit.house.rule_office.recalls.listed(visit.signed_in())
    return Json({"recalls": [recall_fields_of(row) for row in rows]})


@router.post("/api/bulk-recalls/preview")
async def preview_bulk_recall(visit: ApiVisit, body: NewBulkRecall) -> Response:
    """Count and pin what would be recalled, and show some of it; needs `measure.take`."""
    found = await visit.house.rule_office.recalls.preview(visit.signed_in(), body.draft())
    return Json(bulk_preview_fields_of(found))


@router.post("/api/bulk-recalls/{scan}/execute")
async def execute_bulk_recall(visit: ApiVisit, scan: SeqPath) -> Response:
    """Recall what was previewed; needs `measure.take`, and to be who previewed it."""
    await visit.house.rule_office.recalls.execute(visit.signed_in(), scan)
    return Json({"scan": scan})


@router.post("/api/bulk-recalls/{scan}/stop")
async def stop_bulk_recall(visit: ApiVisit, scan: SeqPath) -> Response:
    """Recall no more; for who executed it, and with `measure.grave`."""
    await visit.house.rule_office.recalls.stop(visit.signed_in(), scan)
    return Json({"scan": scan})


@router.post("/api/bulk-recalls/{scan}/undo")
async def undo_bulk_recall(visit: ApiVisit, scan: SeqPath) -> Response:
    """Bring all of it back; for who executed it, and with `measure.grave`."""
    await visit.house.rule_office.recalls.undo(visit.signed_in(), scan)
    return Json({"scan": scan})


def recall_fields_of(row: ScanRow) -> Fields:
    """A bulk recall or a preview, and how far it is."""
    fact = row.fact
    assert isinstance(fact, BulkRecallPlanned)  # noqa: S101 -- the list is of this kind
    return work_fields_of(row) | {
        "category": fact.category,
        "account": fact.against,
        "rule": fact.rule,
        "like": fact.like,
        "expected": fact.comments,
    }


def bulk_preview_fields_of(found: BulkPreview) -> Fields:
    """What a bulk recall would do."""
    picked = found.picked
    return {
        "scan": found.scan,
        "comments": picked.comments,
        "own": picked.own,
        "restored": picked.restored,
        "rooms": dict(picked.rooms),
        "upto_ms": found.fact.upto_ms,
        "version": found.fact.version,
        "sample": [
            {
                "room": room,
                "number": comment.number,
                "at_ms": comment.at_ms,
                "text": "" if comment.content is None else comment.content.text,
                "author": comment.author,
            }
            for room, comment in found.sample
        ],
    }
