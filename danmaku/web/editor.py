"""The chief editor's page of rules: rule sets, a text to try, urgent rules, back-scans.

Every button is one of the verbs of the API; who may only draft sees no others.
"""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi import Form as FormBody
from fastapi.responses import Response

from danmaku.actions.back_scans import ScanDraft
from danmaku.actions.urgent_rules import UrgentDraft
from danmaku.domain.ids import Millis, Seq
from danmaku.domain.rule_facts import RuleStage, ScanPhase, Treatment, UrgentRule
from danmaku.domain.rule_reports import RuleReport
from danmaku.domain.rule_sets import DRAFT_BYTES_MAX, RuleSetRow
from danmaku.domain.times import MINUTE_MS
from danmaku.filter.rules import Action, Klass
from danmaku.formats.danmaku_v1 import Fields
from danmaku.web.api_rules import SeqPath, urgent_fields_of
from danmaku.web.forms import Form
from danmaku.web.pages import time_text_of
from danmaku.web.visit import PageVisit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)

PAGE = "/editor/rules"


class WhyForm(Form):
    """Why somebody does something."""

    why: str = ""


class DraftForm(Form, str_max_length=DRAFT_BYTES_MAX):
    """A rule file, and why."""

    text: str
    why: str = ""


class TryForm(Form):
    """A text to try."""

    text: str


class UrgentForm(Form):
    """One word or pattern."""

    text: str
    why: str
    category: str = "other"
    minutes: int = 60
    is_pattern: bool = False


class ScanForm(Form):
    """What was previewed, and what is to become of hits."""

    draft: int
    upto_ms: int
    comments: int
    hits: int
    why: str
    treatment: Treatment = Treatment.HOLD


@router.get(PAGE)
async def show_rules(visit: PageVisit) -> Response:
    """All of it."""
    return await _page(visit)


@router.post(PAGE)
async def draft_rules(visit: PageVisit, form: Annotated[DraftForm, FormBody()]) -> Response:
    """Write a rule set down."""
    book = visit.house.rule_office.book
    row = await book.draft(visit.signed_in(), form.text, form.why)
    return visit.go_to(f"{PAGE}/{row.draft}")


@router.post(f"{PAGE}/try")
async def judge_text(visit: PageVisit, form: Annotated[TryForm, FormBody()]) -> Response:
    """Show what rule sets say of a text, side by side."""
    opinions = await visit.house.rule_office.book.judged(visit.signed_in(), form.text)
    return await _page(visit, tried=form.text, opinions=opinions)


@router.get(PAGE + "/{draft}")
async def show_rule_set(visit: PageVisit, draft: SeqPath) -> Response:
    """One rule set: its words, and what changes with it."""
    who, book = visit.signed_in(), visit.house.rule_office.book
    row = await book.one(who, draft)
    return visit.page("editor_rule_set.html", _set_fields(row) | {
        "text": row.fact.text,
        "differs": await book.differs(who, draft) if row.fact.text else None,
    })  # fmt: skip


@router.post(PAGE + "/{draft}/preview")
async def preview_scan(visit: PageVisit, draft: SeqPath) -> Response:
    """Show what a back-scan by this rule set would do, and offer it."""
    scans = visit.house.rule_office.scans
    found = await scans.preview(visit.signed_in(), ScanDraft(draft=draft))
    return visit.page(
        "editor_preview.html",
        {
            "draft": draft,
            "upto_ms": found.draft.upto_ms,
            "report": found.report,
            "treatments": list(Treatment),
        },
    )


@router.post(PAGE + "/{draft}/{stage}")
async def turn_rules(
    visit: PageVisit, draft: SeqPath, stage: RuleStage, form: Annotated[WhyForm, FormBody()]
) -> Response:
    """Let a rule set enter another stage."""
    book, who = visit.house.rule_office.book, visit.signed_in()
    verbs = {RuleStage.ACTIVE: book.activate, RuleStage.RETIRED: book.retire}
    await verbs.get(stage, book.try_on)(who, draft, form.why)
    return visit.go_to(PAGE)


# --- urgent rules


@router.post("/editor/urgent-rules")
async def add_urgent_rule(visit: PageVisit, form: Annotated[UrgentForm, FormBody()]) -> Response:
    """Lay a rule over those in force."""
    rule = UrgentRule(form.text, form.is_pattern, form.category, Klass.NEGATIVE, Action.HOLD)
    asked = UrgentDraft(rule, form.minutes * MINUTE_MS, form.why)
    await visit.house.rule_office.urgent.add(visit.signed_in(), asked)
    return visit.go_to(PAGE)


@router.post("/editor/urgent-rules/{urgent}/adopt")
async def adopt_urgent_rule(visit: PageVisit, urgent: SeqPath) -> Response:
    """Let an urgent rule stay."""
    await visit.house.rule_office.urgent.adopt(visit.signed_in(), urgent)
    return visit.go_to(PAGE)


@router.post("/editor/urgent-rules/{urgent}/end")
async def end_urgent_rule(visit: PageVisit, urgent: SeqPath) -> Response:
    """Take an urgent rule back."""
    await visit.house.rule_office.urgent.end(visit.signed_in(), urgent)
    return visit.go_to(PAGE)


# --- back-scans


@router.post("/editor/back-scans")
async def begin_scan(visit: PageVisit, form: Annotated[ScanForm, FormBody()]) -> Response:
    """Have what was previewed done."""
    asked = ScanDraft(
        draft=Seq(form.draft),
        upto_ms=Millis(form.upto_ms),
        treatment=form.treatment,
        why=form.why,
    )
    expected = RuleReport(comments=form.comments, hits=form.hits)
    await visit.house.rule_office.scans.begin(visit.signed_in(), asked, expected)
    return visit.go_to(PAGE)


@router.post("/editor/back-scans/{scan}/stop")
async def stop_scan(visit: PageVisit, scan: SeqPath) -> Response:
    """Take no more measures."""
    await visit.house.rule_office.scans.stop(visit.signed_in(), scan)
    return visit.go_to(PAGE)


@router.post("/editor/back-scans/{scan}/undo")
async def undo_scan(visit: PageVisit, scan: SeqPath) -> Response:
    """Reverse all its measures that stand."""
    await visit.house.rule_office.scans.undo(visit.signed_in(), scan)
    return visit.go_to(PAGE)


async def _page(visit: PageVisit, **more: object) -> Response:
    who, office = visit.signed_in(), visit.house.rule_office
    scans = await office.scans.listed(who)
    return visit.page("editor_rules.html", {
        "version": visit.house.rules.version,
        "rule_sets": [_set_fields(row) for row in await office.book.listed(who)],
        "urgent": [urgent_fields_of(row) for row in await office.urgent.listed(who)],
        "now_ms": visit.now_ms,
        "scans": scans,
        "undoable": {ScanPhase.ENDED, ScanPhase.STOPPED},
        "records": await office.book.track_records(who),
        "shadow": office.shadow,
    } | more)  # fmt: skip


def _set_fields(row: RuleSetRow) -> Fields:
    return {"row": row, "drafted": time_text_of(row.drafted_ms)}
