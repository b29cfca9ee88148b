"""The desk of those who take measures: an account or a room, its history, the next step."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Form as FormBody
from fastapi.responses import Response
from pydantic import Field

from danmaku.actions.dossiers import AccountDossier, RoomDossier
from danmaku.actions.measures import MeasureDraft
from danmaku.domain.account import Power, Standing
from danmaku.domain.categories import CATEGORIES, class_of
from danmaku.domain.ids import MAX_SAFE_INTEGER, Number, RoomId
from danmaku.domain.measures import FINAL_STEPS, MOMENTARY_STEPS, Function, Step
from danmaku.domain.times import HOUR_MS
from danmaku.formats.csv_table import Cell
from danmaku.formats.danmaku_v1 import Fields
from danmaku.ports import MeasureRow
from danmaku.web.answers import Refusal, show_again, words_of
from danmaku.web.api_keeping import IdPath, keeper_fields_of
from danmaku.web.api_measures import evidence_fields_of
from danmaku.web.exports import csv_of
from danmaku.web.forms import Form, local_path_of, path_with
from danmaku.web.keeping import Powers
from danmaku.web.pages import NOTHING, Values, time_text_of
from danmaku.web.visit import PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)

HOURS = (1, 24, 168, 720, 8760)  # terms that the page offers
_ACCOUNT_STEPS = (Step.WARN, Step.LIMIT, Step.SUSPEND, Step.CLOSE, Step.FORBID)
_ROOM_STEPS = (Step.PAUSE_COMMENTS, Step.CLOSE_COMMENTS)
LIST_HEAD = (
    "id", "step", "category", "klass", "basis", "note", "room", "number", "at_iso", "until_iso",
    "is_over", "is_reversed", "is_read",
)  # fmt: skip

Login = Annotated[str, Query(max_length=100)]
RoomName = Annotated[str, Query(max_length=32)]
NumberText = Annotated[str, Query(pattern=r"^[0-9]{0,15}$")]  # a form cannot leave a number out


class TakeForm(Form):
    """A step against an account, the author of a comment, or a room."""

    step: Step
    category: str
    basis: str
    note: str = ""
    login: str = ""
    room: str = ""
    number: Annotated[str, Field(pattern=r"^[0-9]{0,15}$")] = ""
    hours: Annotated[int, Field(ge=0, le=MAX_SAFE_INTEGER // HOUR_MS)] = 0  # 0: until undone
    functions: Annotated[list[Function], Field(max_length=len(Function))] = Field(
        default_factory=list
    )

    def draft(self) -> MeasureDraft:
        """As the verb takes it: a page has one field for all steps, and each reads its own."""
        has_term = self.hours and self.step not in FINAL_STEPS | MOMENTARY_STEPS
        return MeasureDraft(
            step=self.step,
            category=self.category,
            basis=self.basis,
            note=self.note,
            login=self.login or None,
            room=RoomId(self.room) if self.room else None,
            number=Number(int(self.number)) if self.number else None,
            is_everywhere=self.step in _ACCOUNT_STEPS,
            lasts_ms=self.hours * HOUR_MS if has_term else None,
            functions=frozenset(self.functions if self.step is Step.LIMIT else ()),
        )

    @property
    def back(self) -> str:
        """The page that it came from."""
        return path_with("/measures", login=self.login, room=self.room, number=self.number)


class ReverseForm(Form):
    """Why a measure is undone, and where to go on."""

    reason: str = ""
    next: str = "/measures"


class NarrowForm(Form):
    """What is left of a keeper's grant, and what they are told."""

    room: str
    powers: Powers = Field(default_factory=list)
    reason: str = ""


@router.get("/measures")
async def show_measures(
    visit: PageVisit, login: Login = "", room: RoomName = "", number: NumberText = ""
) -> Response:
    """The newest measures; or one account, one comment's author or one room."""
    return await _desk(visit, login=login, room=room, number=number)


@router.get("/measures.csv")
async def export_measures(visit: PageVisit, login: Login = "", room: RoomName = "") -> Response:
    """Measures as a spreadsheet, newest first: against one account, of one room, or all."""
    who = visit.holding(Power.REPORT_READ, None)
    if login:
        await visit.house.offices.dossiers.of_login(who, login)  # raises while that can be answered
    return csv_of("measures", LIST_HEAD, _lines(visit, who, login or None, RoomId(room) or None))


async def _lines(
    visit: Visit, who: Standing, login: str | None, room: RoomId | None
) -> AsyncIterator[list[Cell]]:
    taken, before = visit.house.offices.measures.taken, None
    while rows := await taken(who, login=login, room=room, before=before):
        for row in rows:
            one = line_fields_of(visit, row)
            yield [None if one[name] is None else str(one[name]) for name in LIST_HEAD]
        before = rows[-1].seq


@router.post("/measures")
async def take(
    request: Request, visit: PageVisit, form: Annotated[TakeForm, FormBody()]
) -> Response:
    """Take a step."""

    async def again(refusal: Refusal) -> Response:
        values = {"error": words_of(visit, refusal), "typed": form}
        subject = {"login": form.login, "room": form.room, "number": form.number}
        return await _desk(visit, values, status=refusal.http_status, **subject)

    show_again(request, again)
    await visit.house.offices.measures.take(visit.signed_in(), form.draft())
    return visit.go_to(form.back)


@router.get("/measures/{measure_id}")
async def show_evidence(visit: PageVisit, measure_id: IdPath) -> Response:
    """What a measure stood on."""
    found = await visit.house.offices.dossiers.evidence(visit.signed_in(), measure_id)
    standings, fact = visit.house.people.standings, found.row.fact
    known = [
        None if account is None else await standings.of(account)
        for account in (fact.account, fact.actor, fact.second)
    ]
    subject, actor, second = (None if one is None else one.login for one in known)
    values = {
        "one": line_fields_of(visit, found.row),
        "subject": subject,
        "actor": actor,
        "second": second,
        "found": evidence_fields_of(found),
        "path": "/measures",
    }
    return visit.page("evidence.html", values)


@router.post("/measures/{measure_id}/reverse")
async def reverse(
    visit: PageVisit, measure_id: IdPath, form: Annotated[ReverseForm, FormBody()]
) -> Response:
    """Undo a step, and what it did."""
    await visit.house.offices.measures.reverse(visit.signed_in(), measure_id, form.reason)
    return visit.go_to(local_path_of(form.next))


@router.post("/measures/grants/{grant_id}/narrow")
async def narrow(
    visit: PageVisit, grant_id: IdPath, form: Annotated[NarrowForm, FormBody()]
) -> Response:
    """Take powers in a room back, all or some."""
    management = visit.house.offices.keeping.self_management
    await management.narrow(visit.signed_in(), grant_id, form.powers, form.reason)
    return visit.go_to(path_with("/measures", room=form.room))


async def _desk(
    visit: Visit,
    values: Values = NOTHING,
    *,
    login: str,
    room: str,
    number: str,
    status: int = 200,
) -> Response:
    who, dossiers = visit.signed_in(), visit.house.offices.dossiers
    powers = who.powers(None, visit.now_ms)
    shown: dict[str, object] = {
        "path": "/measures",
        "next": path_with("/measures", login=login, room=room, number=number),
        "sought": {"login": login, "room": room, "number": number},
        "categories": [(name, class_of(name).value) for name in sorted(CATEGORIES)],
        "hours": HOURS,
        "functions": [function.value for function in Function],
    }
    if room and number:
        author = await dossiers.of_author(who, RoomId(room), Number(int(number)))
        shown |= _account_of(visit, author, powers) | {"comment": author.text}
    elif login:
        shown |= _account_of(visit, await dossiers.of_login(who, login), powers)
    elif room:
        shown |= _room_of(visit, await dossiers.of_room(who, RoomId(room)), powers)
    else:
        rows = await visit.house.offices.measures.taken(who)
        shown["history"] = [line_fields_of(visit, row) for row in rows]
        if Power.MEASURE_GRAVE in powers:
            shown["suspended"] = [
                {**line_fields_of(visit, one.row), "login": one.login, "name": one.name}
                for one in await dossiers.to_be_barred(who)
            ]
    return visit.page("measures.html", {**shown, **values}, status=status)


def _account_of(visit: Visit, found: AccountDossier, powers: frozenset[Power]) -> dict[str, object]:
    steps = _ACCOUNT_STEPS if found.text is None else (*_ACCOUNT_STEPS, Step.DELETE)
    return {
        "account": found,
        "strength": None if found.strength is None else found.strength.value,
        "history": [line_fields_of(visit, row) for row in found.history],
        "steps": _allowed(steps, powers),
    }


def _room_of(visit: Visit, found: RoomDossier, powers: frozenset[Power]) -> dict[str, object]:
    return {
        "title": found.state.title,
        "status": found.state.status.value,
        "history": [line_fields_of(visit, row) for row in found.history],
        "keepers": [keeper_fields_of(keeper) for keeper in found.keepers],
        "steps": _allowed(_ROOM_STEPS, powers),
    }


def _allowed(steps: tuple[Step, ...], powers: frozenset[Power]) -> list[str]:
    """Those that the visitor may take, mildest first."""
    needs = dict.fromkeys(FINAL_STEPS, Power.MEASURE_GRAVE)
    return [
        step.value
        for step in Step
        if step in steps and needs.get(step, Power.MEASURE_TAKE) in powers
    ]


def line_fields_of(visit: Visit, row: MeasureRow) -> Fields:
    """A measure as a line of a list."""
    measure = row.fact.measure
    is_binding = not row.is_reversed and not row.is_read and measure.binds(visit.now_ms)
    return {
        "id": measure.measure_id,
        "step": measure.step.value,
        "category": measure.category,
        "klass": class_of(measure.category).value,
        "basis": measure.basis,
        "note": row.fact.note,
        "room": measure.room,
        "number": measure.number,
        "functions": sorted(measure.functions),
        "at_iso": time_text_of(row.at_ms),
        "until_iso": None if measure.until_ms is None else time_text_of(measure.until_ms),
        "is_once": measure.is_once,
        "is_over": not is_binding,
        "is_reversed": row.is_reversed,
        "is_ordered": row.fact.instruction_id is not None,
        "is_read": row.is_read,
    }
