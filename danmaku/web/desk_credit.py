"""The operator's desk for credit: everybody reckoned anew, by this formula or by another."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from pydantic import Field

from danmaku.actions.credit import Survey
from danmaku.domain.levels import formula_from
from danmaku.formats.danmaku_v1 import Fields
from danmaku.web.fields import Body
from danmaku.web.guard import BODY_BYTES_MAX
from danmaku.web.house import House
from danmaku.web.json import Json
from danmaku.web.visit import house_of

router = APIRouter()

At = Annotated[House, Depends(house_of)]


class Recount(Body):
    """Whether levels that differ are entered."""

    settle: bool = False


class OtherFormula(Body):
    """A formula as its file says it."""

    text: Annotated[str, Field(max_length=BODY_BYTES_MAX)]


@router.post("/credit/recompute")
async def recompute(house: At, body: Recount) -> Response:
    """Whose level is not the one that the ledger leads to."""
    return Json(_fields_of(await house.offices.credits.recompute(settle=body.settle)))


@router.post("/credit/what-if")
async def what_if(house: At, body: OtherFormula) -> Response:
    """Whose level would be another by another formula."""
    formula = formula_from(body.text.encode())
    return Json(_fields_of(await house.offices.credits.what_if(formula)))


def _fields_of(survey: Survey) -> Fields:
    return {
        "accounts": survey.accounts,
        "moved": survey.moved,
        "moves": [
            {"login": it.login, "level": it.level, "score": it.score, "becomes": it.becomes}
            for it in survey.moves
        ],
    }
