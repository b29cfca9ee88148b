"""The JSON API for rules with a life: rule sets, urgent rules, back-scans."""

from typing import Annotated

from fastapi import Path, Query, Request
from fastapi.responses import PlainTextResponse, Response
from msgspec import to_builtins
from pydantic import Field

from danmaku.actions.back_scans import Preview, ScanDraft
from danmaku.actions.rule_book import Opinion
from danmaku.actions.urgent_rules import UrgentDraft
from danmaku.domain.account import Standing
from danmaku.domain.ids import MAX_SAFE_INTEGER, Millis, Seq, room_id_of
from danmaku.domain.rule_facts import BackScanBegun, Treatment, UrgentRule
from danmaku.domain.rule_reports import RuleReport
from danmaku.domain.rule_sets import DRAFT_BYTES_MAX, RuleSetRow, ScanRow, UrgentRow
from danmaku.errors import BadMessage
from danmaku.filter.rules import Action, Klass
from danmaku.formats.danmaku_v1 import Fields
from danmaku.web.api import api_router
from danmaku.web.fields import Body
from danmaku.web.guard import let_body_grow
from danmaku.web.house import House
from danmaku.web.json import Json
from danmaku.web.visit import ApiVisit

router = api_router("rules")

SeqPath = Annotated[Seq, Path(ge=1, le=MAX_SAFE_INTEGER)]
_Whole = Annotated[int, Field(ge=1, le=MAX_SAFE_INTEGER)]
_Count = Annotated[int, Field(ge=0, le=MAX_SAFE_INTEGER)]
WhyQuery = Annotated[str, Query(max_length=1000)]
Other = Annotated[Seq | None, Query(ge=1, le=MAX_SAFE_INTEGER)]


class Reason(Body):
    """Why somebody does something; sealed."""

    why: str = ""


class Sentence(Body):
    """A text to try; nothing of it is kept."""

    text: str


class NewUrgentRule(Body):
    """One word or pattern, in force at once, for a time."""

    text: str
    is_pattern: bool = False
    category: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
    klass: Klass = Klass.NEGATIVE
    action: Action = Action.HOLD
    lasts_ms: _Whole
    why: str

    def draft(self) -> UrgentDraft:
        """The value that the verb takes."""
        rule = UrgentRule(self.text, self.is_pattern, self.category, self.klass, self.action)
        return UrgentDraft(rule, self.lasts_ms, self.why)


class Stretch(Body):
    """Which comments are judged again, and by which rules."""

    draft: Annotated[_Whole | None, Field(description="A rule set; null: those in force.")] = None
    room: Annotated[str | None, Field(description="Null: all.")] = None
    since_ms: _Whole | None = None
    upto_ms: Annotated[_Whole | None, Field(description="Null: until now.")] = None

    def scan(self, treatment: Treatment = Treatment.HOLD, why: str = "") -> ScanDraft:
        """The value that the verbs take."""
        return ScanDraft(
            draft=None if self.draft is None else Seq(self.draft),
            room=None if self.room is None else room_id_of(self.room),
            since_ms=None if self.since_ms is None else Millis(self.since_ms),
            upto_ms=None if self.upto_ms is None else Millis(self.upto_ms),
            treatment=treatment,
            why=why,
        )


class NewScan(Stretch):
    """A back-scan, as its preview gave it back."""

    treatment: Treatment
    comments: _Count
    hits: _Count
    why: str

    def expected(self) -> RuleReport:
        """What the preview counted."""
        return RuleReport(comments=self.comments, hits=self.hits)


# --- rule sets


@router.get("/api/rules")
async def list_rules(visit: ApiVisit) -> Response:
    """All rule sets, and what decides now; needs `rules.draft`."""
    return Json(await overview_of(visit.house, visit.signed_in()))


@router.get(
    "/api/rules/active",
    response_class=Response,
    responses={200: {"content": {PlainTextResponse.media_type: {"schema": {"type": "string"}}}}},
)
async def export_rules(visit: ApiVisit) -> Response:
    """The rules in force as a rule file; needs `rules.draft`."""
    return PlainTextResponse(visit.house.rule_office.book.exported(visit.signed_in()))


@router.post("/api/rules", status_code=201)
async def draft_rules(visit: ApiVisit, request: Request, why: WhyQuery = "") -> Response:
    """Write a rule set down; the body is a rule file. Needs `rules.draft`."""
    text = await rule_text_of(request)
    row = await visit.house.rule_office.book.draft(visit.signed_in(), text, why)
    return Json(rule_set_fields_of(row), 201)


@router.post("/api/rules/try")
async def judge_text(visit: ApiVisit, body: Sentence) -> Response:
    """What rule sets in force, in the shadow and in drafts say of a text; needs `rules.draft`."""
    found = await visit.house.rule_office.book.judged(visit.signed_in(), body.text)
    return Json({"opinions": [opinion_fields_of(one) for one in found]})


@router.get("/api/rules/shadow")
async def show_shadow(visit: ApiVisit) -> Response:
    """What the rules in the shadow would have changed of live comments; needs `rules.draft`."""
    return Json(shadow_fields_of(visit.house, visit.signed_in()))


@router.get("/api/rules/track-records")
async def show_track_records(visit: ApiVisit) -> Response:
    """How rules have done, and who made each; needs `rules.draft`."""
    return Json(await track_fields_of(visit.house, visit.signed_in()))


@router.get("/api/rules/{draft}")
async def show_rules(visit: ApiVisit, draft: SeqPath) -> Response:
    """A rule set with its words; needs `rules.draft`."""
    row = await visit.house.rule_office.book.one(visit.signed_in(), draft)
    return Json(rule_set_fields_of(row) | {"text": row.fact.text})


@router.get("/api/rules/{draft}/difference")
async def show_difference(visit: ApiVisit, draft: SeqPath, other: Other = None) -> Response:
    """What changes with it, from the rules in force or another set; needs `rules.draft`."""
    book = visit.house.rule_office.book
    return Json(to_builtins(await book.differs(visit.signed_in(), draft, other)))


@router.post("/api/rules/{draft}/shadow")
async def try_rules_on(visit: ApiVisit, draft: SeqPath, body: Reason) -> Response:
    """Let a rule set judge live comments without deciding; needs `rules.activate`."""
    row = await visit.house.rule_office.book.try_on(visit.signed_in(), draft, body.why)
    return Json(rule_set_fields_of(row))


@router.post("/api/rules/{draft}/activate")
async def activate_rules(visit: ApiVisit, draft: SeqPath, body: Reason) -> Response:
    """Let a rule set decide; needs `rules.activate`."""
    row = await visit.house.rule_office.book.activate(visit.signed_in(), draft, body.why)
    return Json(rule_set_fields_of(row))


@router.post("/api/rules/{draft}/retire")
async def retire_rules(visit: ApiVisit, draft: SeqPath, body: Reason) -> Response:
    """Put a rule set away; needs `rules.activate`."""
    row = await visit.house.rule_office.book.retire(visit.signed_in(), draft, body.why)
    return Json(rule_set_fields_of(row))


# --- urgent rules


@router.get("/api/urgent-rules")
async def list_urgent_rules(visit: ApiVisit) -> Response:
    """Urgent rules, newest first, and which servers have each; needs `rules.draft`."""
    rows = await visit.house.rule_office.urgent.listed(visit.signed_in())
    return Json({"rules": [urgent_fields_of(row) for row in rows]})


@router.post("/api/urgent-rules", status_code=201)
async def add_urgent_rule(visit: ApiVisit, body: NewUrgentRule) -> Response:
    """Lay a rule over those in force; needs `rules.activate`."""
    urgent = await visit.house.rule_office.urgent.add(visit.signed_in(), body.draft())
    return Json({"urgent": urgent}, 201)


@router.post("/api/urgent-rules/{urgent}/adopt")
async def adopt_urgent_rule(visit: ApiVisit, urgent: SeqPath, body: Reason) -> Response:
    """Let an urgent rule stay; needs `rules.activate`."""
    await visit.house.rule_office.urgent.adopt(visit.signed_in(), urgent, body.why)
    return Json({"urgent": urgent})


@router.post("/api/urgent-rules/{urgent}/end")
async def end_urgent_rule(visit: ApiVisit, urgent: SeqPath, body: Reason) -> Response:
    """Take an urgent rule back; needs `rules.activate`."""
    await visit.house.rule_office.urgent.end(visit.signed_in(), urgent, body.why)
    return Json({"urgent": urgent})


# --- back-scans


@router.get("/api/back-scans")
async def list_scans(visit: ApiVisit) -> Response:
    """Back-scans, newest first, with how far they are; needs `rules.draft`."""
    rows = await visit.house.rule_office.scans.listed(visit.signed_in())
    return Json({"scans": [scan_fields_of(row) for row in rows]})


@router.post("/api/back-scans/preview")
async def preview_scan(visit: ApiVisit, body: Stretch) -> Response:
    """Say what a back-scan would do, by rule, room and day; needs `rules.draft`."""
    found = await visit.house.rule_office.scans.preview(visit.signed_in(), body.scan())
    return Json(preview_fields_of(found))


@router.post("/api/back-scans", status_code=201)
async def begin_scan(visit: ApiVisit, body: NewScan) -> Response:
    """Have what was previewed done; needs `rules.activate` and `measure.take`."""
    who, scans = visit.signed_in(), visit.house.rule_office.scans
    draft = body.scan(body.treatment, body.why)
    return Json({"scan": await scans.begin(who, draft, body.expected())}, 201)


@router.post("/api/back-scans/{scan}/stop")
async def stop_scan(visit: ApiVisit, scan: SeqPath) -> Response:
    """Take no more measures; needs what beginning needs."""
    await visit.house.rule_office.scans.stop(visit.signed_in(), scan)
    return Json({"scan": scan})


@router.post("/api/back-scans/{scan}/undo")
async def undo_scan(visit: ApiVisit, scan: SeqPath) -> Response:
    """Reverse all its measures that stand; needs what beginning needs."""
    await visit.house.rule_office.scans.undo(visit.signed_in(), scan)
    return Json({"scan": scan})


# --- how it is told


async def rule_text_of(request: Request) -> str:
    """The rule file in a request's body.

    Raises:
        BadMessage: It is not UTF-8.
    """
    let_body_grow(request, DRAFT_BYTES_MAX)
    try:
        return (await request.body()).decode()
    except UnicodeDecodeError as error:
        raise BadMessage("A rule file is UTF-8.") from error


async def overview_of(house: House, who: Standing | None) -> Fields:
    """All rule sets, and what decides now."""
    rows = await house.rule_office.book.listed(who)
    return {
        "version": house.rules.version,
        "former": list(house.rules.former),
        "rule_sets": [rule_set_fields_of(row) for row in rows],
    }


def rule_set_fields_of(row: RuleSetRow) -> Fields:
    """A rule set without its words."""
    return {
        "draft": row.draft,
        "version": row.fact.version,
        "rules": row.fact.rules,
        "stage": row.stage.value,
        "why": row.fact.why,
        "by": row.fact.actor,
        "drafted_ms": row.drafted_ms,
        "turned_ms": row.turned_ms,
    }


def opinion_fields_of(one: Opinion) -> Fields:
    """What a rule set says of a text."""
    found = one.findings
    return {
        "draft": one.draft,
        "stage": one.stage.value,
        "version": found.ruleset,
        "action": found.action.value,
        "category": found.category,
        "masked": found.masked,
        "hits": [
            {"rule": hit.rule_id, "action": hit.action.value, "start": hit.start, "end": hit.end}
            for hit in found.hits
        ],
    }


def shadow_fields_of(house: House, who: Standing | None) -> Fields:
    """What the shadow has counted on this server."""
    shadow = house.rule_office.shadow
    house.rule_office.book.exported(who)  # whoever may not draft is told so
    return {"version": shadow.version, "report": to_builtins(shadow.report)}


async def track_fields_of(house: House, who: Standing | None) -> Fields:
    """How rules have done, with the provenance of those in force."""
    found = await house.rule_office.book.track_records(who)
    return {
        "rules": [
            {
                "rule": one.rule_id,
                "stopped": one.stopped,
                "upheld": one.upheld,
                "overturned": one.overturned,
                "share": one.share,
                "is_doubtful": one.is_doubtful,
                "provenance": None if rule is None else to_builtins(rule.provenance),
            }
            for one, rule in found
        ]
    }


def urgent_fields_of(row: UrgentRow) -> Fields:
    """An urgent rule, and how quickly it reached the servers."""
    rule = row.fact.rule
    return {
        "urgent": row.urgent,
        "rule": None if rule is None else to_builtins(rule),
        "why": row.fact.why,
        "by": row.fact.actor,
        "set_ms": row.set_ms,
        "until_ms": row.until_ms,
        "nodes": row.fact.nodes,
        "reached": [{"node": node, "after_ms": at - row.set_ms} for node, at in row.reached],
        "reach_ms": row.reach_ms,
    }


def scan_fields_of(row: ScanRow) -> Fields:
    """A back-scan, and how far it is."""
    fact = row.fact
    assert isinstance(fact, BackScanBegun)  # noqa: S101 -- the list is of this kind
    return work_fields_of(row) | {
        "draft": fact.draft,
        "treatment": fact.treatment.value,
        "comments": fact.comments,
        "expected": fact.hits,
    }


def work_fields_of(row: ScanRow) -> Fields:
    """How far a back-scan or a bulk recall is."""
    fact, turned = row.fact, row.turned
    return {
        "scan": row.scan,
        "phase": row.phase.value,
        "version": fact.version,
        "room": fact.room,
        "since_ms": fact.since_ms,
        "upto_ms": fact.upto_ms,
        "seen": 0 if turned is None else turned.seen,
        "hits": row.hits,
        "why": fact.why,
        "by": fact.actor,
        "begun_ms": row.begun_ms,
        "turned_ms": row.turned_ms,
    }


def preview_fields_of(found: Preview) -> Fields:
    """What a back-scan would do."""
    draft = found.draft
    return {
        "draft": draft.draft,
        "room": draft.room,
        "since_ms": draft.since_ms,
        "upto_ms": draft.upto_ms,
        "version": found.version,
        "report": to_builtins(found.report),
    }
