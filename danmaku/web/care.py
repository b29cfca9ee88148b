"""Care for those who look at bad things all day: what is covered, grey, and when to pause.

What somebody chooses lies in a cookie of their own browser; how much they have seen is counted by
their browser and never leaves it. The house knows neither.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Depends
from fastapi import Form as FormBody
from fastapi.responses import Response
from pydantic import Field

from danmaku.domain.categories import CATEGORIES
from danmaku.web.forms import Form
from danmaku.web.visit import PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)

COOKIE = "care"
COOKIE_DAYS = 365
DECISIONS_MAX = 1000
MINUTES_MAX = 480
HARD = frozenset({"illegal", "porn", "minors"})  # covered until somebody chooses otherwise


class Cover(StrEnum):
    """How a text that may hurt is shown at first."""

    BLUR = "blur"
    FOLD = "fold"  # not at all: its text comes on demand
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Care:
    """What somebody has chosen."""

    cover: Cover = Cover.BLUR
    categories: frozenset[str] = HARD
    is_grey: bool = False
    break_decisions: int = 60  # a pause is suggested after so many; 0: never
    break_minutes: int = 50

    def covers(self, category: str) -> Cover:
        """How texts of a category are shown at first."""
        return self.cover if category in self.categories else Cover.PLAIN


class CareForm(Form):
    """The page's form; a box that is not ticked is not sent."""

    cover: Cover = Cover.BLUR
    categories: Annotated[list[str], Field(max_length=len(CATEGORIES))] = Field(
        default_factory=list
    )
    grey: bool = False
    break_decisions: Annotated[int, Field(ge=0, le=DECISIONS_MAX)] = 0
    break_minutes: Annotated[int, Field(ge=0, le=MINUTES_MAX)] = 0

    def care(self) -> Care:
        """The value."""
        chosen = frozenset(self.categories) & CATEGORIES
        return Care(self.cover, chosen, self.grey, self.break_decisions, self.break_minutes)


def care_of(cookies: Mapping[str, str]) -> Care:
    """What a browser has kept; whatever is none of our words falls back to its default."""
    if COOKIE not in cookies:
        return Care()
    kept = {name: values[-1] for name, values in parse_qs(cookies[COOKIE]).items()}
    cover = kept.get("cover", "")
    return Care(
        cover=Cover(cover) if cover in {*Cover} else Cover.BLUR,
        categories=frozenset(kept.get("of", "").split(".")) & CATEGORIES,
        is_grey=kept.get("grey") == "1",
        break_decisions=_whole(kept.get("decisions"), DECISIONS_MAX),
        break_minutes=_whole(kept.get("minutes"), MINUTES_MAX),
    )


def cookie_of(care: Care) -> str:
    """The words that `care_of` reads."""
    return urlencode(
        {
            "cover": care.cover.value,
            "of": ".".join(sorted(care.categories)),
            "grey": int(care.is_grey),
            "decisions": care.break_decisions,
            "minutes": care.break_minutes,
        }
    )


def _whole(text: str | None, most: int) -> int:
    if text is None or not text.isdecimal() or len(text) > len(str(most)):
        return 0
    return min(int(text), most)


@router.get("/review/care")
async def show_care(visit: PageVisit) -> Response:
    """The form, and where the browser shows what it has counted."""
    visit.signed_in()
    return visit.page("care.html", care_fields(visit) | {"categories": sorted(CATEGORIES)})


@router.post("/review/care")
async def set_care(visit: PageVisit, form: Annotated[CareForm, FormBody()]) -> Response:
    """Keep it in the browser."""
    visit.signed_in()
    answer = visit.go_to("/review/care")
    visit.set_cookie(answer, COOKIE, cookie_of(form.care()), days=COOKIE_DAYS)
    return answer


def care_fields(visit: Visit) -> dict[str, object]:
    """What every page of the console needs to know of it."""
    return {"care": care_of(visit.request.cookies)}
