"""The operator's desk for credit: everybody reckoned anew, by this formula or by another."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field

from danmaku.actions.credit import Part, Survey
from danmaku.domain.ids import AccountId
from danmaku.domain.levels import formula_from
from danmaku.formats.danmaku_v1 import Fields
from danmaku.web.desk import At
from danmaku.web.fields import Body
from danmaku.web.guard import BODY_BYTES_MAX
from danmaku.web.json import Json

router = APIRouter()

PART_ACCOUNTS = 5000  # in one answer: however many there are, each comes before long


class PartOf(Body):
    """From which account on; the answer says where to go on."""

    after: Annotated[int, Field(ge=0)] = 0

    @property
    def part(self) -> Part:
        """The value that the verbs take."""
        return Part(AccountId(self.after), PART_ACCOUNTS)


class Recount(PartOf):
    """Whether levels that differ are entered."""

    settle: bool = False


class OtherFormula(PartOf):
    """A formula as its file says it."""

    text: Annotated[str, Field(max_length=BODY_BYTES_MAX)]


@router.post("/credit/recompute")
async def recompute(house: At, body: Recount) -> Response:
    """Whose level is not the one that the ledger leads to."""
    credits_ = house.offices.credits
    return Json(_fields_of(await credits_.recompute(settle=body.settle, part=body.part)))


@router.post("/credit/what-if")
async def what_if(house: At, body: OtherFormula) -> Response:
    """Whose level would be another by another formula."""
    formula = formula_from(body.text.encode())
    return Json(_fields_of(await house.offices.credits.what_if(formula, body.part)))


def _fields_of(survey: Survey) -> Fields:
    return {
        "accounts": survey.accounts,
        "moved": survey.moved,
        "after": survey.after,
        "moves": [
            {"login": it.login, "level": it.level, "score": it.score, "becomes": it.becomes}
            for it in survey.moves
        ],
    }
