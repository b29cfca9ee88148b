"""Where anybody, with or without an account, says that something is wrong.

Article: articles.Article.REPORTS_ACCEPTED
"""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Form as FormBody
from fastapi.responses import Response

from danmaku.actions.moderation import ReportDraft
from danmaku.domain.categories import CATEGORIES
from danmaku.domain.ids import Number, RoomId
from danmaku.errors import BadMessage
from danmaku.web.answers import Refusal, show_again, words_of
from danmaku.web.forms import Form
from danmaku.web.visit import PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)

_NUMBER = re.compile(r"[0-9]{1,15}")


class ReportForm(Form):
    """A report as people fill it in; what is left empty is not meant."""

    room: str = ""
    number: str = ""
    category: str = ""
    text: str = ""
    contact: str = ""

    def draft(self) -> ReportDraft:
        """The value that the verb takes.

        Raises:
            BadMessage: What stands for a number is none.
        """
        number = self.number.strip()
        if number and not _NUMBER.fullmatch(number):
            raise BadMessage("A comment's number has digits only.")
        return ReportDraft(
            category=self.category,
            room=RoomId(self.room.strip()) or None,
            number=Number(int(number)) if number else None,
            text=self.text,
            contact=self.contact,
        )


@router.get("/report")
async def show_report(
    visit: PageVisit,
    room: Annotated[str, Query(max_length=32)] = "",
    number: Annotated[str, Query(max_length=16)] = "",
) -> Response:
    """The form."""
    return _form_page(visit, ReportForm(room=room, number=number))


@router.post("/report")
async def report(
    request: Request, visit: PageVisit, form: Annotated[ReportForm, FormBody()]
) -> Response:
    """Write a report down and give its receipt."""

    async def again(refusal: Refusal) -> Response:
        words = words_of(visit, refusal)
        return _form_page(visit, form, error=words, status=refusal.http_status)

    show_again(request, again)
    draft = form.draft()
    receipt = await visit.house.moderation.report(visit.who, draft, source=source_of(request))
    back_url = f"/rooms/{draft.room}" if draft.room else "/"
    return visit.page("report_done.html", {"receipt": receipt, "back_url": back_url})


def source_of(request: Request) -> str:
    """Where a request comes from: for limits alone, never kept."""
    return request.client.host if request.client is not None else "local"


def _form_page(
    visit: Visit, draft: ReportForm, *, error: str | None = None, status: int = 200
) -> Response:
    values = {
        "draft": draft,
        "error": error,
        "categories": sorted(CATEGORIES),
        "path": "/report",
    }
    return visit.page("report.html", values, status=status)
