"""Where people say that a decision about themselves is wrong.

Barred and closed accounts reach it like anybody.

Article: articles.Article.MEASURES_ON_USERS
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Form as FormBody
from fastapi.responses import Response
from pydantic import Field

from danmaku.actions.appeals import AppealDraft
from danmaku.domain.ids import MAX_SAFE_INTEGER, RoomId, Seq
from danmaku.errors import Code
from danmaku.web.answers import Refusal, show_again, words_of
from danmaku.web.forms import Form
from danmaku.web.pages import NOTHING, Values
from danmaku.web.visit import PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)

PATH = "/me/appeal"

_Whole = Annotated[int, Field(ge=0, le=MAX_SAFE_INTEGER)]


class AppealForm(Form):
    """Why a decision is wrong: a measure, a refusal of a comment or a name, powers taken back."""

    measure_id: str = ""
    room: str = ""
    seq: _Whole = 0
    name: _Whole = 0
    grant: _Whole = 0
    text: str = ""

    def draft(self) -> AppealDraft:
        """The value that the verb takes."""
        if self.measure_id:
            return AppealDraft(self.text, measure_id=self.measure_id)
        if self.name:
            return AppealDraft(self.text, name=Seq(self.name))
        if self.grant:
            return AppealDraft(self.text, grant=Seq(self.grant))
        return AppealDraft(self.text, room=RoomId(self.room), origin=Seq(self.seq))


@router.get(PATH)
async def show_appeal(
    visit: PageVisit,
    measure_id: Annotated[str, Query(max_length=64)] = "",
    room: Annotated[str, Query(max_length=32)] = "",
    seq: Annotated[int, Query(ge=0, le=MAX_SAFE_INTEGER)] = 0,
    name: Annotated[int, Query(ge=0, le=MAX_SAFE_INTEGER)] = 0,
    grant: Annotated[int, Query(ge=0, le=MAX_SAFE_INTEGER)] = 0,
) -> Response:
    """The form."""
    visit.signed_in()
    form = AppealForm(measure_id=measure_id, room=room, seq=seq, name=name, grant=grant)
    return _page(visit, form)


@router.post(PATH)
async def appeal(
    request: Request, visit: PageVisit, form: Annotated[AppealForm, FormBody()]
) -> Response:
    """Open the case of an appeal and give its receipt."""
    who = visit.signed_in()

    async def again(refusal: Refusal) -> Response:
        is_ours = refusal.code in {Code.DUPLICATE, Code.OWN_LIMIT}
        words = visit.say(f"appeal.{refusal.code}") if is_ours else words_of(visit, refusal)
        return _page(visit, form, {"error": words}, status=refusal.http_status)

    show_again(request, again)
    receipt = await visit.house.offices.casework.appeals.appeal(who, form.draft())
    return _page(visit, form, {"receipt": receipt})


def _page(
    visit: Visit, form: AppealForm, values: Values = NOTHING, *, status: int = 200
) -> Response:
    return visit.page("appeal.html", {"form": form, "path": "/me", **values}, status=status)
