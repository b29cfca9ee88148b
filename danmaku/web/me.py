"""One's own page: what is held about oneself, what was decided, and the ways out.

Barred and closed accounts reach all of it: who may not speak may still read, appeal and leave.

Article: articles.Article.PERSONAL_DATA, articles.Article.MEASURES_ON_USERS
"""

from collections.abc import AsyncIterator
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Request
from fastapi import Form as FormBody
from fastapi.responses import Response, StreamingResponse

from danmaku.actions.leaving import Erasure
from danmaku.domain.account import Standing
from danmaku.domain.cases import APPEAL_WITHIN_MS
from danmaku.domain.comment import CommentStatus
from danmaku.domain.ids import Millis
from danmaku.domain.petitions import EndedGrant
from danmaku.domain.privacy import OwnComment
from danmaku.formats.danmaku_v1 import Fields
from danmaku.formats.own_archive import (
    PAGE_END,
    Archive,
    comment_row_of,
    page_row_of,
    page_start_of,
)
from danmaku.ports import MeasureRow
from danmaku.web.answers import Refusal, show_again, show_page_again, words_of
from danmaku.web.case_rows import ended_row_of
from danmaku.web.forms import Form, local_path_of
from danmaku.web.names import name_row
from danmaku.web.pages import NOTHING, Values, time_text_of
from danmaku.web.people import Next
from danmaku.web.receipts import filed_row_of
from danmaku.web.visit import PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)

_COLUMNS = ("room", "number", "at_ms", "status", "category", "text")


class LeaveForm(Form):
    """The sign-in name, typed once more."""

    login: str = ""


class NameForm(Form):
    """Another public name."""

    name: str = ""


class WarningForm(Form):
    """A warning that has been read, and where to go on to."""

    measure_id: str
    next: str = "/me"


@router.get("/me")
async def show_me(
    visit: PageVisit,
    next: Next = "/me",  # noqa: A002 -- the field
) -> Response:
    """What is held about oneself, and what was decided; `next` is where one came from."""
    return await _own_page(visit, {"next": local_path_of(next)})


@router.get("/me/export")
async def export(visit: PageVisit) -> Response:
    """Everything held about oneself, as one file."""
    who = visit.signed_in()
    visit.house.offices.privacy.own.begin_export(who)
    return StreamingResponse(
        _archive(visit, who),
        media_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="danmaku-export.zip"'},
    )


@router.get("/me/leave")
async def show_leave(visit: PageVisit) -> Response:
    """What goes now, what on which date, and why: before anything does."""
    return await _leave_page(visit)


@router.post("/me/leave")
async def leave(visit: PageVisit, form: Annotated[LeaveForm, FormBody()]) -> Response:
    """Give the account up."""
    who = visit.signed_in()
    show_page_again(visit, _leave_page)
    await visit.house.offices.privacy.leaving.close(who, login=form.login)
    return visit.go_to("/me")


@router.post("/me/name")
async def rename(
    request: Request, visit: PageVisit, form: Annotated[NameForm, FormBody()]
) -> Response:
    """Take another public name."""
    who = visit.signed_in()

    async def again(refusal: Refusal) -> Response:
        typed = {"name_error": words_of(visit, refusal), "typed_name": form.name}
        return await _own_page(visit, typed, status=refusal.http_status)

    show_again(request, again)
    await visit.house.offices.names.rename(who, form.name)
    return visit.go_to("/me#name")


@router.post("/me/warnings")
async def read_warning(visit: PageVisit, form: Annotated[WarningForm, FormBody()]) -> Response:
    """Say that one has read a warning; with it, one may speak again."""
    await visit.house.offices.measures.read(visit.signed_in(), form.measure_id)
    return visit.go_to(local_path_of(form.next))


async def _own_page(visit: Visit, typed: Values = NOTHING, *, status: int = 200) -> Response:
    who, house = visit.signed_in(), visit.house
    filed = await house.offices.casework.appeals.own(who)
    given = await house.offices.names.own(who)
    values = {
        "login": who.login,
        "is_closed": who.is_closed,
        "given": None if given is None else name_row(house, given),
        "level": who.level,
        "verified": who.identity is not None and who.identity.holds(visit.now_ms),
        "comments": [_comment_of(own) for own in await house.offices.privacy.own.newest(who)],
        "measures": [_measure_of(visit, row) for row in await house.offices.measures.own(who)],
        "ended": [_ended_of(visit, one) for one in await house.offices.keeping.back.own(who)],
        "accepted": sorted((kind.value, version) for kind, version in who.accepted.items()),
        "missing": len(house.offices.documents.missing(who)),
        "erasure": _dates_of(await house.offices.privacy.leaving.preview(who)),
        "filed": [filed_row_of(visit, one) for one in filed],
    }
    return visit.page("me.html", {**values, **typed}, status=status)


async def _leave_page(visit: Visit, values: Values = NOTHING, *, status: int = 200) -> Response:
    who = visit.signed_in()
    erasure = await visit.house.offices.privacy.leaving.preview(who)
    shown = {"login": who.login, "is_closed": who.is_closed, "erasure": _dates_of(erasure)}
    return visit.page("leave.html", {**shown, **values}, status=status)


def _dates_of(erasure: Erasure) -> Fields:
    return {
        "closed_iso": time_text_of(erasure.closed_ms),
        "erased_iso": time_text_of(erasure.erased_ms),
        "holds": [
            {"at_iso": time_text_of(one.at_ms), "basis": one.fact.basis} for one in erasure.holds
        ],
    }


def _comment_of(own: OwnComment) -> Fields:
    row = comment_row_of(own)
    is_kept = own.comment.status in {CommentStatus.HELD, CommentStatus.REFUSED}
    return {
        **row,
        "seq": own.comment.origin,
        "at_iso": time_text_of(own.comment.at_ms),
        "may_appeal": is_kept and row["text"] is not None,
    }


def _measure_of(visit: Visit, row: MeasureRow) -> Fields:
    measure = row.fact.measure
    is_over = row.is_reversed or row.is_read or not measure.binds(visit.now_ms)
    appeal_until_ms = Millis(measure.from_ms + APPEAL_WITHIN_MS)
    return {
        "id": measure.measure_id,
        "step": measure.step.value,
        "category": measure.category,
        "basis": measure.basis,
        "room": measure.room,
        "number": measure.number,
        "note": row.fact.note,
        "at_iso": time_text_of(row.at_ms),
        "until_iso": None if measure.until_ms is None else time_text_of(measure.until_ms),
        "is_over": is_over,
        "is_reversed": row.is_reversed,
        "may_appeal": not row.is_reversed and visit.now_ms <= appeal_until_ms,
        "appeal_until_iso": time_text_of(appeal_until_ms),
        "is_unread": measure.step.value == "warn" and not (row.is_read or row.is_reversed),
    }


def _ended_of(visit: Visit, ended: EndedGrant) -> Fields:
    """Powers that were taken back, as whoever held them reads it."""
    appeal_until_ms = Millis(ended.at_ms + APPEAL_WITHIN_MS)
    return {
        **ended_row_of(ended),
        "may_appeal": visit.now_ms <= appeal_until_ms,
        "appeal_until_iso": time_text_of(appeal_until_ms),
    }


async def _archive(visit: Visit, who: Standing) -> AsyncIterator[bytes]:
    """The file, piece by piece, as fast as the reader takes it."""
    own, archive = visit.house.offices.privacy.own, Archive(visit.now_ms)
    account = await own.account(who)
    persons = await visit.house.proofs.identities.own(who)
    known = [
        {"strength": each.strength.value, "number": each.number, "legal_name": each.legal_name}
        for each in persons
    ]
    yield archive.begin("account.json") + archive.add(orjson.dumps({**account, "person": known}))
    yield archive.begin("history.jsonl")
    async for entry in own.entries(who):
        fields = {"at_ms": entry.at_ms, "kind": entry.kind, **entry.fields}
        yield archive.add(orjson.dumps(fields) + b"\n")
    yield archive.begin("comments.jsonl")
    async for comment in own.comments(who):
        yield archive.add(orjson.dumps(comment_row_of(comment)) + b"\n")
    yield archive.begin("likes.jsonl")
    async for like in own.likes(who):
        fields = {"room": like.room, "number": like.number, "at_ms": like.at_ms}
        yield archive.add(orjson.dumps(fields) + b"\n")
    yield archive.begin("index.html")
    yield archive.add(page_start_of(visit.say("me.export_title"), account, _COLUMNS))
    async for comment in own.comments(who):
        yield archive.add(page_row_of(comment_row_of(comment), _COLUMNS))
    yield archive.add(PAGE_END) + archive.end()
