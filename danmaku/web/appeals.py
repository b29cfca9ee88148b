"""Where people say that a decision about themselves is wrong.

Barred and closed accounts reach it like anybody.

Article: articles.Article.MEASURES_ON_USERS
"""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Form as FormBody
from fastapi.responses import Response
from pydantic import Field

from danmaku.actions.appeals import Contested
from danmaku.domain.ids import MAX_SAFE_INTEGER, RoomId, Seq
from danmaku.web.answers import Refusal, show_again, words_of
from danmaku.web.forms import Form
from danmaku.web.visit import PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)

PATH = "/me/appeal"
_NOTHING: Mapping[str, object] = {}

_Whole = Annotated[int, Field(ge=0, le=MAX_SAFE_INTEGER)]


class AppealForm(Form):
    """Why a decision is wrong: a measure, or the refusal of a comment or a name."""

    measure_id: str = ""
    room: str = ""
    seq: _Whole = 0
    name: _Whole = 0
    text: str = ""

    def against(self) -> Contested:
        """What is appealed."""
        if self.measure_id:
            return Contested(measure_id=self.measure_id)
        if self.name:
            return Contested(name=Seq(self.name))
        return Contested(room=RoomId(self.room), origin=Seq(self.seq))


@router.get(PATH)
async def show_appeal(
    visit: PageVisit,
    measure_id: Annotated[str, Query(max_length=64)] = "",
    room: Annotated[str, Query(max_length=32)] = "",
    seq: Annotated[int, Query(ge=0, le=MAX_SAFE_INTEGER)] = 0,
    name: Annotated[int, Query(ge=0, le=MAX_SAFE_INTEGER)] = 0,
) -> Response:
    """The form."""
    visit.signed_in()
    return _page(visit, AppealForm(measure_id=measure_id, room=room, seq=seq, name=name))


@router.post(PATH)
async def appeal(
    request: Request, visit: PageVisit, form: Annotated[AppealForm, FormBody()]
) -> Response:
    """Write an appeal down and give its receipt."""
    who = visit.signed_in()

    async def again(refusal: Refusal) -> Response:
        words = words_of(visit, refusal)
        return _page(visit, form, {"error": words}, status=refusal.http_status)

    show_again(request, again)
    receipt = await visit.house.offices.appeals.file(who, form.against(), form.text)
    return _page(visit, form, {"receipt": receipt})


def _page(
    visit: Visit, form: AppealForm, values: Mapping[str, object] = _NOTHING, *, status: int = 200
) -> Response:
    return visit.page("appeal.html", {"form": form, "path": "/me", **values}, status=status)
