"""Where reviewers decide on names, titles and summaries."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi import Form as FormBody
from fastapi.responses import Response

from danmaku.actions.name_review import NamePlace, NameRefusal
from danmaku.domain.account import Power
from danmaku.domain.categories import CATEGORIES
from danmaku.domain.ids import Number, RoomId
from danmaku.domain.name_judging import NameRow
from danmaku.domain.naming import NameState, Surface
from danmaku.errors import BadMessage
from danmaku.formats.danmaku_v1 import Fields
from danmaku.web.answers import show_page_again
from danmaku.web.api_names import SeqPath
from danmaku.web.forms import Form
from danmaku.web.house import House
from danmaku.web.pages import NOTHING, Values, time_text_of
from danmaku.web.visit import PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)


class RejectForm(Form):
    """Why a name is refused, and what its owner is told."""

    category: str = "other"
    note: str = ""

    def refusal(self) -> NameRefusal:
        """As the verb takes it."""
        return NameRefusal(self.category, self.note)


class TakeAwayForm(RejectForm):
    """A name that is shown: of an account, of a comment's author, or of a room."""

    surface: Surface
    login: str = ""
    room: str = ""
    number: str = ""  # a form cannot leave a number out

    def place(self) -> NamePlace:
        """As the verb takes it.

        Raises:
            BadMessage: The number is none.
        """
        if self.number and not (self.number.isascii() and self.number.isdecimal()):
            raise BadMessage("This is no number of a comment.")
        return NamePlace(
            surface=self.surface,
            login=self.login or None,
            room=RoomId(self.room) if self.room else None,
            number=Number(int(self.number[:16])) if self.number else None,
        )


@router.get("/names")
async def show_waiting(visit: PageVisit) -> Response:
    """What waits, oldest first; and a form to take away what is shown."""
    return await _names_page(visit)


@router.post("/names/take-away")
async def take_away(visit: PageVisit, form: Annotated[TakeAwayForm, FormBody()]) -> Response:
    """Refuse a name that is shown."""
    who = visit.holding(Power.NAME_REVIEW, None)
    show_page_again(visit, _names_page, typed=form.model_dump(mode="json"))
    await visit.house.offices.names.take_away(who, form.place(), form.refusal())
    return visit.go_to("/names")


@router.post("/names/{name}/approve")
async def approve(visit: PageVisit, name: SeqPath) -> Response:
    """Show a name that waits."""
    await visit.house.offices.names.decide(visit.signed_in(), name, None)
    return visit.go_to("/names")


@router.post("/names/{name}/reject")
async def reject(
    visit: PageVisit, name: SeqPath, form: Annotated[RejectForm, FormBody()]
) -> Response:
    """Refuse a name that waits."""
    await visit.house.offices.names.decide(visit.signed_in(), name, form.refusal())
    return visit.go_to("/names")


async def _names_page(visit: Visit, values: Values = NOTHING, *, status: int = 200) -> Response:
    rows = await visit.house.offices.names.waiting(visit.signed_in())
    shown = {
        "names": [name_row(visit.house, row) for row in rows],
        "categories": sorted(CATEGORIES),
        "surfaces": [surface.value for surface in Surface],
        "path": "/names",
    }
    return visit.page("names.html", {**shown, **values}, status=status)


def name_row(house: House, row: NameRow) -> Fields:
    """A name as pages show it, to its owner and to reviewers."""
    fact = row.fact
    until_ms = house.offices.names.until_ms(row)
    return {
        "id": row.seq,
        "surface": fact.surface.value,
        "text": fact.text,
        "shown": fact.shown,
        "room": fact.room,
        "category": fact.category,
        "note": fact.note,
        "waits": fact.state is NameState.HELD,
        "is_refused": fact.state is NameState.REFUSED,
        "is_late": until_ms <= house.clock(),
        "at_iso": time_text_of(row.at_ms),
        "until_iso": time_text_of(until_ms),
    }
