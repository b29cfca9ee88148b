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
from danmaku.formats.danmaku_v1 import Fields
from danmaku.formats.own_archive import comment_row_of
from danmaku.web.answers import Refusal, show_again, words_of
from danmaku.web.case_rows import ended_row_of
from danmaku.web.forms import Form
from danmaku.web.pages import NOTHING, Values, time_text_of
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
    return await _page(visit, form)


@router.post(PATH)
async def appeal(
    request: Request, visit: PageVisit, form: Annotated[AppealForm, FormBody()]
) -> Response:
    """Open the case of an appeal and give its receipt."""
    who = visit.signed_in()

    async def again(refusal: Refusal) -> Response:
        is_ours = refusal.code in {Code.DUPLICATE, Code.OWN_LIMIT}
        words = visit.say(f"appeal.{refusal.code}") if is_ours else words_of(visit, refusal)
        return await _page(visit, form, {"error": words}, status=refusal.http_status)

    show_again(request, again)
    receipt = await visit.house.offices.casework.appeals.appeal(who, form.draft())
    return await _page(visit, form, {"receipt": receipt})


async def _page(
    visit: Visit, form: AppealForm, values: Values = NOTHING, *, status: int = 200
) -> Response:
    about = await _about(visit, form)
    shown = {"form": form, "about": about, "path": "/me", **values}
    return visit.page("appeal.html", shown, status=status)


async def _about(visit: Visit, form: AppealForm) -> Fields:
    """What is appealed against, as one's own page says it; nothing that is not one's own."""
    who, offices = visit.signed_in(), visit.house.offices
    for row in await offices.measures.own(who) if form.measure_id else ():
        measure = row.fact.measure
        if measure.measure_id == form.measure_id:
            named = {"step": measure.step.value, "category": measure.category}
            where = {"room": measure.room, "number": measure.number}
            return {**named, **where, "at_iso": time_text_of(row.at_ms), "text": row.fact.note}
    for own in await offices.privacy.own.newest(who) if form.room else ():
        if (own.room, own.comment.origin) == (form.room, form.seq):
            return comment_row_of(own) | {"at_iso": time_text_of(own.comment.at_ms)}
    for ended in await offices.keeping.back.own(who) if form.grant else ():
        if (powers := ended_row_of(ended))["seq"] == form.grant:
            return powers | {"text": powers["reason"]}
    given = await offices.names.own(who) if form.name else None
    return {"text": given.fact.text} if given is not None and given.seq == form.name else {}
