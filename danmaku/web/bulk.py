"""The page of bulk recalls: choose, look, execute, follow, undo."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Form as FormBody
from fastapi.responses import Response

from danmaku.actions.bulk_recalls import BulkDraft
from danmaku.domain.categories import CATEGORIES
from danmaku.domain.ids import Millis, Pseudonym, Seq, room_id_of
from danmaku.domain.rule_facts import ScanPhase
from danmaku.domain.rule_sets import ScanRow
from danmaku.domain.times import at_ms_of
from danmaku.errors import BadMessage
from danmaku.formats.csv_table import Cell
from danmaku.formats.danmaku_v1 import Fields
from danmaku.web.answers import show_page_again
from danmaku.web.api_bulk import recall_fields_of
from danmaku.web.api_rules import SeqPath
from danmaku.web.exports import csv_of
from danmaku.web.forms import Form
from danmaku.web.pages import time_text_of
from danmaku.web.visit import PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)

PAGE: Final = "/bulk"
_MOVING = (ScanPhase.RUNNING, ScanPhase.UNDOING)
_ENDS = (ScanPhase.ENDED, ScanPhase.STOPPED)
_COLUMNS = (
    "scan", "phase", "category", "room", "rule", "like", "since_ms", "upto_ms", "expected", "hits",
    "begun_ms", "why",
)  # fmt: skip

_GIVEN = ("login", "author", "room", "like")
Phase = Annotated[str, Query(max_length=16)]  # a form cannot leave it out


class ChooseForm(Form):
    """Which comments; an empty field narrows nothing. Times are UTC, as browsers write them."""

    login: str = ""
    author: str = ""
    rule: str = ""
    like: str = ""
    room: str = ""
    since: str = ""
    upto: str = ""
    category: str = "flood"
    why: str = ""

    def draft(self) -> BulkDraft:
        """The value that the verb takes.

        Raises:
            BadMessage: A time or a room is none.
        """
        return BulkDraft(
            category=self.category,
            why=self.why,
            login=self.login or None,
            author=Pseudonym(self.author) if self.author else None,
            rule=self.rule or None,
            like=self.like.strip() or None,
            room=room_id_of(self.room) if self.room else None,
            since_ms=_millis_of(self.since),
            upto_ms=_millis_of(self.upto),
        )


@router.get(PAGE)
async def show_bulk_recalls(request: Request, visit: PageVisit, phase: Phase = "") -> Response:
    """What to choose by, and what was done; an address may fill the form in."""
    given = {name: request.query_params.get(name, "") for name in _GIVEN}
    return await _page(visit, {"typed": ChooseForm(**given)}, phase=phase)


@router.get(f"{PAGE}.csv")
async def take_bulk_recalls_along(visit: PageVisit, phase: Phase = "") -> Response:
    """The same list as a file, older ones too."""
    newest = await _listed(visit, phase)  # raises while that can be answered
    return csv_of("bulk-recalls", _COLUMNS, _cells(visit, phase, newest))


@router.post(f"{PAGE}/preview")
async def preview_bulk_recall(
    visit: PageVisit, form: Annotated[ChooseForm, FormBody()]
) -> Response:
    """Count and pin what fits, and show some of it."""
    show_page_again(visit, _page, typed=form)
    found = await visit.house.rule_office.recalls.preview(visit.signed_in(), form.draft())
    return visit.page("bulk_preview.html", {"found": found, "typed": form})


@router.get(PAGE + "/{scan}")
async def show_bulk_recall(visit: PageVisit, scan: SeqPath) -> Response:
    """How far one is; the page looks again by itself while it moves."""
    row = await visit.house.rule_office.recalls.one(visit.signed_in(), scan)
    return visit.page("bulk_one.html", {"one": _shown(visit, row)})


@router.post(PAGE + "/{scan}/execute")
async def execute_bulk_recall(visit: PageVisit, scan: SeqPath) -> Response:
    """Recall what was previewed."""
    await visit.house.rule_office.recalls.execute(visit.signed_in(), scan)
    return visit.go_to(f"{PAGE}/{scan}")


@router.post(PAGE + "/{scan}/stop")
async def stop_bulk_recall(visit: PageVisit, scan: SeqPath) -> Response:
    """Recall no more."""
    await visit.house.rule_office.recalls.stop(visit.signed_in(), scan)
    return visit.go_to(f"{PAGE}/{scan}")


@router.post(PAGE + "/{scan}/undo")
async def undo_bulk_recall(visit: PageVisit, scan: SeqPath) -> Response:
    """Bring all of it back."""
    await visit.house.rule_office.recalls.undo(visit.signed_in(), scan)
    return visit.go_to(f"{PAGE}/{scan}")


async def _page(visit: Visit, values: Fields, *, phase: str = "", status: int = 200) -> Response:
    shown = {
        "recalls": [_shown(visit, row) for row in await _listed(visit, phase)],
        "phase": phase,
        "phases": list(ScanPhase),
        "categories": sorted(CATEGORIES),
        "rules": sorted(rule.rule_id for rule in visit.house.rules.in_force.ruleset.rules),
    }
    return visit.page("bulk.html", shown | values, status=status)


async def _listed(visit: Visit, phase: str, *, before: Seq | None = None) -> list[ScanRow]:
    """The newest of a phase; of all, where it is none."""
    wanted = ScanPhase(phase) if phase in {*ScanPhase} else None
    recalls = visit.house.rule_office.recalls
    return await recalls.listed(visit.signed_in(), wanted, before=before)


def _shown(visit: Visit, row: ScanRow) -> Fields:
    fields = recall_fields_of(row)
    is_theirs = visit.who is not None and visit.who.account == row.fact.actor
    return fields | {
        "begun": time_text_of(row.begun_ms),
        "since": None if row.fact.since_ms is None else time_text_of(row.fact.since_ms),
        "upto": time_text_of(row.fact.upto_ms),
        "is_moving": row.phase in _MOVING,
        "may_stop": row.phase is ScanPhase.RUNNING,
        "may_undo": row.phase in _ENDS,
        "may_execute": row.phase is ScanPhase.PLANNED and is_theirs,
    }


async def _cells(
    visit: Visit, phase: str, rows: Sequence[ScanRow]
) -> AsyncIterator[Sequence[Cell]]:
    while rows:
        for row in rows:
            fields = recall_fields_of(row)
            yield [None if fields[name] is None else str(fields[name]) for name in _COLUMNS]
        rows = await _listed(visit, phase, before=rows[-1].scan)


def _millis_of(text: str) -> Millis | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadMessage("A time is written as 2026-01-31T18:00.") from None
    at_ms = at_ms_of(moment)
    return Millis(max(at_ms, 1))  # nothing is older; the year 1, east of us, is in no calendar
