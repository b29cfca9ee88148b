"""The operator's desk for rules with a life; whoever takes measures is named."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from danmaku.domain.rule_sets import DRAFT_BYTES_MAX
from danmaku.web.api_rules import (
    NewScan,
    NewUrgentRule,
    Reason,
    Sentence,
    SeqPath,
    Stretch,
    opinion_fields_of,
    overview_of,
    preview_fields_of,
    rule_set_fields_of,
    scan_fields_of,
    shadow_fields_of,
    track_fields_of,
    urgent_fields_of,
)
from danmaku.web.desk import At, named
from danmaku.web.fields import Body
from danmaku.web.guard import let_body_grow
from danmaku.web.json import Json

router = APIRouter()


class Signed(Body):
    """Who does it."""

    login: str


class NewDraft(Body, str_max_length=DRAFT_BYTES_MAX):
    """A rule file, and why."""

    text: str
    why: str = ""


def _let_draft_in(request: Request) -> None:
    let_body_grow(request, 2 * DRAFT_BYTES_MAX)


class SignedScan(NewScan):
    """Whose act each measure is."""

    login: str


@router.get("/rules/sets")
async def list_rules(house: At) -> Response:
    """All rule sets, and what decides now."""
    return Json(await overview_of(house, None))


@router.get("/rules/active")
async def export_rules(house: At) -> Response:
    """The rules in force as a rule file."""
    return Json({"text": house.rule_office.book.exported(None)})


@router.post("/rules/sets", dependencies=[Depends(_let_draft_in)])
async def draft_rules(house: At, body: NewDraft) -> Response:
    """Write a rule set down."""
    row = await house.rule_office.book.draft(None, body.text, body.why)
    return Json(rule_set_fields_of(row), 201)


@router.post("/rules/try")
async def judge_text(house: At, body: Sentence) -> Response:
    """What rule sets say of a text."""
    found = await house.rule_office.book.judged(None, body.text)
    return Json({"opinions": [opinion_fields_of(one) for one in found]})


@router.get("/rules/shadow")
async def show_shadow(house: At) -> Response:
    """What the rules in the shadow would have changed."""
    return Json(shadow_fields_of(house, None))


@router.get("/rules/track-records")
async def show_track_records(house: At) -> Response:
    """How rules have done, and who made each."""
    return Json(await track_fields_of(house, None))


@router.post("/rules/sets/{draft}/shadow")
async def try_rules_on(house: At, draft: SeqPath, body: Reason) -> Response:
    """Let a rule set judge live comments without deciding."""
    return Json(rule_set_fields_of(await house.rule_office.book.try_on(None, draft, body.why)))


@router.post("/rules/sets/{draft}/activate")
async def activate_rules(house: At, draft: SeqPath, body: Reason) -> Response:
    """Let a rule set decide."""
    return Json(rule_set_fields_of(await house.rule_office.book.activate(None, draft, body.why)))


@router.post("/rules/sets/{draft}/retire")
async def retire_rules(house: At, draft: SeqPath, body: Reason) -> Response:
    """Put a rule set away."""
    return Json(rule_set_fields_of(await house.rule_office.book.retire(None, draft, body.why)))


@router.get("/urgent-rules")
async def list_urgent_rules(house: At) -> Response:
    """Urgent rules, and which servers have each."""
    rows = await house.rule_office.urgent.listed(None)
    return Json({"rules": [urgent_fields_of(row) for row in rows]})


@router.post("/urgent-rules")
async def add_urgent_rule(house: At, body: NewUrgentRule) -> Response:
    """Lay a rule over those in force."""
    return Json({"urgent": await house.rule_office.urgent.add(None, body.draft())}, 201)


@router.post("/urgent-rules/{urgent}/adopt")
async def adopt_urgent_rule(house: At, urgent: SeqPath, body: Reason) -> Response:
    """Let an urgent rule stay."""
    await house.rule_office.urgent.adopt(None, urgent, body.why)
    return Json({"urgent": urgent})


@router.post("/urgent-rules/{urgent}/end")
async def end_urgent_rule(house: At, urgent: SeqPath, body: Reason) -> Response:
    """Take an urgent rule back."""
    await house.rule_office.urgent.end(None, urgent, body.why)
    return Json({"urgent": urgent})


@router.get("/back-scans")
async def list_scans(house: At) -> Response:
    """Back-scans, and how far they are."""
    rows = await house.rule_office.scans.listed(None)
    return Json({"scans": [scan_fields_of(row) for row in rows]})


@router.post("/back-scans/preview")
async def preview_scan(house: At, body: Stretch) -> Response:
    """Say what a back-scan would do."""
    return Json(preview_fields_of(await house.rule_office.scans.preview(None, body.scan())))


@router.post("/back-scans")
async def begin_scan(house: At, body: SignedScan) -> Response:
    """Have what was previewed done."""
    who, draft = await named(house, body.login), body.scan(body.treatment, body.why)
    return Json({"scan": await house.rule_office.scans.begin(who, draft, body.expected())}, 201)


@router.post("/back-scans/{scan}/stop")
async def stop_scan(house: At, scan: SeqPath, body: Signed) -> Response:
    """Take no more measures."""
    await house.rule_office.scans.stop(await named(house, body.login), scan)
    return Json({"scan": scan})


@router.post("/back-scans/{scan}/undo")
async def undo_scan(house: At, scan: SeqPath, body: Signed) -> Response:
    """Reverse all its measures that stand."""
    await house.rule_office.scans.undo(await named(house, body.login), scan)
    return Json({"scan": scan})
