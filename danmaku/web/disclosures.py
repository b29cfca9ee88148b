"""The page on which people are told who an account belongs to: asked, agreed to, looked at once.

Article: articles.Article.IDENTITY_PROTECTED
"""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi import Form as FormBody
from fastapi.responses import Response

from danmaku.domain.account import Power, Standing
from danmaku.domain.identity import Disclosure
from danmaku.web.answers import show_page_again
from danmaku.web.api_keeping import IdPath
from danmaku.web.forms import Form
from danmaku.web.pages import NOTHING, Values, time_text_of
from danmaku.web.visit import PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)


class AskForm(Form):
    """Whose account, what for, and on which law or order."""

    login: str = ""
    purpose: str = ""
    basis: str = ""


@router.get("/disclosures")
async def show_disclosures(visit: PageVisit) -> Response:
    """Requests that wait: all for those who may agree, else one's own."""
    return await _page(visit)


@router.post("/disclosures")
async def ask(visit: PageVisit, form: Annotated[AskForm, FormBody()]) -> Response:
    """Ask to be told."""
    show_page_again(visit, _page, typed=form)
    disclosures = visit.house.proofs.disclosures
    await disclosures.ask(visit.signed_in(), form.login, form.purpose, form.basis)
    return visit.go_to("/disclosures")


@router.post("/disclosures/{request_id}/agree")
async def agree(visit: PageVisit, request_id: IdPath) -> Response:
    """Be the second person."""
    await visit.house.proofs.disclosures.agree(visit.signed_in(), request_id)
    return visit.go_to("/disclosures")


@router.post("/disclosures/{request_id}/read")
async def read(visit: PageVisit, request_id: IdPath) -> Response:
    """Look, this once: the answer is kept nowhere, and the look is recorded before it is given."""
    persons = await visit.house.proofs.disclosures.read(visit.signed_in(), request_id)
    shown = [(one.strength.value, one.legal_name, one.number) for one in persons]
    return await _page(visit, {"persons": shown})


async def _page(visit: Visit, values: Values = NOTHING, *, status: int = 200) -> Response:
    who = visit.signed_in()
    waiting = await visit.house.proofs.disclosures.waiting(who)
    shown = {
        "path": "/disclosures",
        "may_ask": who.may(Power.IDENTITY_ASK, None, visit.now_ms),
        "requests": [await _request_of(visit, who, one) for one in waiting],
    }
    return visit.page("disclosures.html", {**shown, **values}, status=status)


async def _request_of(visit: Visit, who: Standing, request: Disclosure) -> dict[str, object]:
    standings = visit.house.people.standings
    subject, asker = await standings.of(request.account), await standings.of(request.asker)
    parties = {request.asker, request.account}
    may_agree = who.may(Power.IDENTITY_DISCLOSE, None, visit.now_ms)
    return {
        "id": request.request_id,
        "login": "" if subject is None else subject.login,
        "asker": "" if asker is None else asker.login,
        "purpose": request.purpose,
        "basis": request.basis,
        "until_iso": time_text_of(request.until_ms),
        "is_agreed": request.second is not None,
        "may_agree": may_agree and request.second is None and who.account not in parties,
        "may_read": request.second is not None and request.asker == who.account,
    }
