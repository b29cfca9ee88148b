"""The page of the training: the test, what it came to, and the questions that an editor issues.

Article: articles.Article.REVIEW_TEAM
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi import Form as FormBody
from fastapi.responses import Response

from danmaku.actions.sample_texts import sample_question_file
from danmaku.actions.training import Taken
from danmaku.domain.account import Power
from danmaku.domain.training import Question, QuestionSet
from danmaku.errors import BadMessage, NotFound
from danmaku.formats.danmaku_v1 import Fields
from danmaku.formats.question_file import questions_of
from danmaku.web.api_team import FILE_CHARS_MAX
from danmaku.web.forms import Form
from danmaku.web.pages import time_text_of
from danmaku.web.visit import PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)

PAGE = "/training"


class QuestionsForm(Form, str_max_length=FILE_CHARS_MAX):
    """A file of questions."""

    text: str


@router.get(PAGE)
async def show_training(visit: PageVisit) -> Response:
    """The test, and until when the visitor's record holds."""
    return await _page(visit)


@router.post(PAGE)
async def take_training(request: Request, visit: PageVisit) -> Response:
    """Take the test, and show what it came to."""
    fields = await request.form()
    who, training = visit.signed_in(), visit.house.offices.team.training
    questions = await training.questions(who)
    answers = [_chosen(fields.get(f"q{place}")) for place in range(len(questions.questions))]
    version = _chosen(fields.get("version"))
    return await _page(visit, taken=await training.take(who, version, answers))


@router.post(f"{PAGE}/questions")
async def issue_questions(visit: PageVisit, form: Annotated[QuestionsForm, FormBody()]) -> Response:
    """Bring the next version of the test out."""
    who, training = visit.signed_in(), visit.house.offices.team.training
    training.require_issuer(who)
    await training.issue(who, questions_of(form.text))
    return visit.go_to(PAGE)


def _chosen(value: object) -> int:
    """The number that a field holds.

    Raises:
        BadMessage: It holds none: a question was left out.
    """
    if not isinstance(value, str) or not value.isascii() or not value.isdecimal():
        raise BadMessage("Answer each question.")
    return int(value[:4])


async def _page(visit: Visit, taken: Taken | None = None) -> Response:
    who, training = visit.holding(Power.CASE_DECIDE, None), visit.house.offices.team.training
    trained = await training.standing_of(who.account)
    try:
        asked = _asked(visit, await training.questions(who))
    except NotFound:
        asked = None
    values = {
        "asked": asked,
        "taken": taken,
        "holds": trained.holds(visit.now_ms),
        "until_iso": None if trained.until_ms is None else time_text_of(trained.until_ms),
        "sample": sample_question_file(),
        "path": PAGE,
    }
    return visit.page("training.html", values)


def _asked(visit: Visit, questions: QuestionSet) -> Fields:
    return {
        "version": questions.version,
        "percent": questions.pass_percent,
        "questions": [_question(visit, one) for one in questions.questions],
    }


def _question(visit: Visit, question: Question) -> Fields:
    is_chinese = visit.lang == "zh-CN"
    return {
        "category": question.category,
        "ask": question.ask_zh if is_chinese else question.ask_en,
        "choices": question.choices_zh if is_chinese else question.choices_en,
    }
