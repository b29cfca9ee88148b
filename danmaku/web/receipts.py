"""What became of what somebody filed, for whoever has its receipt; and what one has filed oneself.

Nothing here tells who filed a thing, nor whom it is about; questions are limited by where they come
from, so that nobody finds a receipt by trying.

Article: articles.Article.REPORTS_AND_APPEALS
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi import Form as FormBody
from fastapi.responses import Response

from danmaku.domain.account import Standing
from danmaku.domain.case_lists import FiledCase
from danmaku.domain.ids import is_before
from danmaku.formats.danmaku_v1 import Fields
from danmaku.web.answers import Refusal, show_again, words_of
from danmaku.web.fields import ReceiptPath
from danmaku.web.forms import Form
from danmaku.web.pages import time_text_of
from danmaku.web.portal import asker_of
from danmaku.web.visit import PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)


class ReceiptForm(Form):
    """A receipt as it was given out."""

    receipt: str = ""


@router.get("/receipts")
async def show_form(visit: PageVisit) -> Response:
    """Where a receipt is typed in."""
    return visit.page("receipts.html", {"path": "/receipts"})


@router.post("/receipts")
async def find(
    request: Request, visit: PageVisit, form: Annotated[ReceiptForm, FormBody()]
) -> Response:
    """Lead to the page of a receipt."""
    receipt = form.receipt.strip()

    async def again(refusal: Refusal) -> Response:
        values = {"path": "/receipts", "typed": receipt, "error": words_of(visit, refusal)}
        return visit.page("receipts.html", values, status=refusal.http_status)

    show_again(request, again)
    appeals = visit.house.offices.casework.appeals
    filed = await appeals.state(receipt, source=asker_of(visit))
    return visit.go_to(f"/receipts/{filed.receipt}")


@router.get("/receipts/{receipt}")
async def show_receipt(visit: PageVisit, receipt: ReceiptPath) -> Response:
    """How it stands, since when, and what came of it."""
    appeals = visit.house.offices.casework.appeals
    filed = await appeals.state(receipt, source=asker_of(visit))
    return visit.page("receipt.html", {"filed": filed_row_of(visit, filed), "path": "/receipts"})


@router.post("/receipts/{receipt}/withdraw")
async def withdraw(request: Request, visit: PageVisit, receipt: ReceiptPath) -> Response:
    """Take back what one has filed, while it is open."""
    appeals, source = visit.house.offices.casework.appeals, asker_of(visit)

    async def again(refusal: Refusal) -> Response:
        filed = await appeals.state(receipt, source=source)
        values = {"filed": filed_row_of(visit, filed), "path": "/receipts"}
        words = visit.say("receipt.not_taken_back")
        return visit.page("receipt.html", {**values, "error": words}, status=refusal.http_status)

    show_again(request, again)
    await appeals.withdraw(visit.who, receipt, source=source)
    return visit.go_to(f"/receipts/{receipt}")


def filed_row_of(visit: Visit, filed: FiledCase) -> Fields:
    """A case for whoever filed it, as pages show it."""
    case, now_ms = filed.case, visit.now_ms
    due_ms = visit.house.offices.casework.cases.terms.due_ms(case)
    return {
        "receipt": filed.receipt,
        "kind": case.kind.value,
        "subject": case.subject.kind.value,
        "category": case.category,
        "state": case.state(now_ms).value,
        "outcome": None if case.outcome is None else case.outcome.value,
        "filed_iso": time_text_of(filed.filed_ms),
        "ended_iso": None if case.ended_ms is None else time_text_of(case.ended_ms),
        "due_iso": time_text_of(due_ms),
        "is_late": case.ending is None and not is_before(now_ms, due_ms),
        "may_withdraw": _may_withdraw(visit.who, filed),
    }


def _may_withdraw(who: Standing | None, filed: FiledCase) -> bool:
    is_theirs = filed.filer in {None, None if who is None else who.account}
    return is_theirs and filed.case.ending is None and filed.case.reports_count == 1
