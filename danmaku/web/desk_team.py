"""The operator's desk for the staff: questions of the training, and the roster."""

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from danmaku.formats.question_file import questions_of
from danmaku.web.api_team import NewQuestions, cover_fields_of, let_questions_in, load_fields_of
from danmaku.web.desk import At
from danmaku.web.json import Json

router = APIRouter()


@router.post("/training/questions", status_code=201, dependencies=[Depends(let_questions_in)])
async def issue_questions(house: At, body: NewQuestions) -> Response:
    """Bring the next version of the test out."""
    training = house.offices.team.training
    return Json({"version": await training.issue(None, questions_of(body.text))}, 201)


@router.get("/roster")
async def show_roster(house: At) -> Response:
    """The staff, and how many rooms there are for each who is on duty."""
    roster = house.offices.team.roster
    staff = [load_fields_of(one) for one in await roster.loads(None)]
    return Json(cover_fields_of(await roster.cover()) | {"staff": staff})
