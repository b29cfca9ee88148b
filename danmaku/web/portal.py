"""Where anybody, with or without an account, says that something is wrong, or that it harms them.

Plain forms: a category is the button that sends, so that a comment's menu, its report and a
category are all it takes. Scripts use the API instead.

Article: articles.Article.REPORTS_ACCEPTED, articles.Article.REPORTS_AND_APPEALS,
articles.Article.CONSPICUOUS_REPORT
"""

import re
from ipaddress import IPv6Address
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Form as FormBody
from fastapi.responses import Response

from danmaku.actions.appeals import ComplaintDraft
from danmaku.actions.moderation import GivenReceipt, ReportDraft
from danmaku.domain.categories import HARMS, REPORTED
from danmaku.domain.comment import CommentStatus
from danmaku.domain.ids import Number, RoomId
from danmaku.errors import BadMessage, Code
from danmaku.formats.danmaku_v1 import Fields
from danmaku.web.answers import Refusal, show_again, words_of
from danmaku.web.forms import Form, path_with
from danmaku.web.pages import NOTHING, Values, position_text_of
from danmaku.web.visit import PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)

_NUMBER = re.compile(r"[0-9]{1,15}")
_ROOM = re.compile(r"[a-z0-9_-]{1,32}")
_HOST_BITS = 64

RoomQuery = Annotated[str, Query(max_length=32)]
NumberQuery = Annotated[str, Query(max_length=16)]


class SubjectForm(Form):
    """What somebody writes about; what is left empty is not meant."""

    room: str = ""
    number: str = ""
    category: str = ""
    text: str = ""
    contact: str = ""

    def place(self) -> tuple[RoomId | None, Number | None]:
        """The room and the comment's number in it.

        Raises:
            BadMessage: What stands for a number is none.
        """
        number = self.number.strip()
        if number and not _NUMBER.fullmatch(number):
            raise BadMessage("A comment's number has digits only.")
        return RoomId(self.room.strip()) or None, Number(int(number)) if number else None


class ReportForm(SubjectForm):
    """A report as people fill it in."""

    def draft(self) -> ReportDraft:
        """The value that the verb takes.

        Raises:
            BadMessage: As `place`.
        """
        room, number = self.place()
        return ReportDraft(self.category, room, number, text=self.text, contact=self.contact)


class ComplaintForm(SubjectForm):
    """A complaint as people fill it in."""

    about: str = "comment"  # or `author`: whoever wrote it

    def draft(self) -> ComplaintDraft:
        """The value that the verb takes.

        Raises:
            BadMessage: As `place`.
        """
        room, number = self.place()
        is_of_author = self.about == "author"
        return ComplaintDraft(self.category, self.text, self.contact, room, number, is_of_author)


@router.get("/report")
async def show_report(visit: PageVisit, room: RoomQuery = "", number: NumberQuery = "") -> Response:
    """The form, and all other ways to be heard."""
    return await _report_page(visit, ReportForm(room=room, number=number))


@router.post("/report")
async def report(
    request: Request, visit: PageVisit, form: Annotated[ReportForm, FormBody()]
) -> Response:
    """Write a report down and give its receipt."""

    async def again(refusal: Refusal) -> Response:
        typed = {"error": _words(visit, refusal)}
        return await _report_page(visit, form, typed, status=refusal.http_status)

    show_again(request, again)
    moderation, draft = visit.house.moderation, form.draft()
    given = await moderation.report(
        visit.who, draft, source=source_of(request), browser=visit.browser
    )
    return _done(visit, given, draft.room, "report")


@router.get("/complain")
async def show_complaint(
    visit: PageVisit, room: RoomQuery = "", number: NumberQuery = ""
) -> Response:
    """The form for whom something harms."""
    return await _complaint_page(visit, ComplaintForm(room=room, number=number))


@router.post("/complain")
async def complain(
    request: Request, visit: PageVisit, form: Annotated[ComplaintForm, FormBody()]
) -> Response:
    """Write a complaint down and give its receipt."""

    async def again(refusal: Refusal) -> Response:
        typed = {"error": _words(visit, refusal)}
        return await _complaint_page(visit, form, typed, status=refusal.http_status)

    show_again(request, again)
    appeals, draft = visit.house.offices.casework.appeals, form.draft()
    given = await appeals.complain(
        visit.who, draft, source=source_of(request), browser=visit.browser
    )
    return _done(visit, given, draft.room, "complaint")


def source_of(request: Request) -> str:
    """Where a request comes from: for limits alone, never kept.

    Of IPv6 the network counts: whoever has one address there has all 2**64 of it.
    """
    host = request.client.host if request.client is not None else "local"
    try:
        address = IPv6Address(host)
    except ValueError:  # IPv4, or a socket of this machine
        return host
    mapped = address.ipv4_mapped
    return str(mapped or IPv6Address(int(address) >> _HOST_BITS << _HOST_BITS))


def asker_of(visit: Visit) -> str:
    """Who asks, as far as limits go: an account, else an address."""
    return source_of(visit.request) if visit.who is None else f"account {visit.who.account}"


def _words(visit: Visit, refusal: Refusal) -> str:
    """A refusal in the words of who files something: some codes say more of comments."""
    if refusal.code in {Code.MUTED, Code.OWN_LIMIT}:
        return visit.say(f"report.{refusal.code.value}")
    return words_of(visit, refusal)


def _done(visit: Visit, given: GivenReceipt, room: RoomId | None, kind: str) -> Response:
    values = {
        "receipt": given.receipt,
        "is_repeated": given.is_repeated,
        "kind": kind,
        "back_url": f"/rooms/{room}" if room else "/",
    }
    return visit.page("report_done.html", values)


async def _report_page(
    visit: Visit, form: ReportForm, typed: Values = NOTHING, *, status: int = 200
) -> Response:
    values = {
        "draft": form,
        "categories": REPORTED,
        "path": "/report",
        "about": await _subject_of(visit, form),
        "complain_url": path_with("/complain", room=form.room or None, number=form.number or None),
    }
    return visit.page("report.html", {**values, **typed}, status=status)


async def _complaint_page(
    visit: Visit, form: ComplaintForm, typed: Values = NOTHING, *, status: int = 200
) -> Response:
    values = {
        "draft": form,
        "categories": HARMS,
        "path": "/complain",
        "about": await _subject_of(visit, form),
    }
    return visit.page("complain.html", {**values, **typed}, status=status)


async def _subject_of(visit: Visit, form: SubjectForm) -> Fields | None:
    """What the page shows of the thing in question; None: people say themselves which it is."""
    room, number = form.room.strip(), form.number.strip()
    if not _ROOM.fullmatch(room) or (number and not _NUMBER.fullmatch(number)):
        return None
    row = await visit.house.reader.room(RoomId(room))
    if row is None:
        return None
    if not number:
        return {"title": row.state.title}
    found = await visit.house.reader.comment(RoomId(room), Number(int(number)))
    if found is None:
        return None
    comment = found[1]
    # What was recalled is public nowhere, and so not here, where anybody can ask for any number.
    content = comment.content if comment.status is CommentStatus.PUBLISHED else None
    return {
        "title": row.state.title,
        "name": None if content is None else content.name,
        "text": None if content is None else content.text,
        "position_text": position_text_of(comment.position_ms),
    }
