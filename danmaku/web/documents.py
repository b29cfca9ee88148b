"""The texts of the house as pages: what binds, what will, what it says; and accepting it.

Where nothing was issued the sample that comes with the software is shown, and said to be one.

Article: articles.Article.AGREEMENT, articles.Article.HONEST_OPERATION,
    articles.Article.RULES_SHOWN, articles.Article.RESPONSIBLE_PERSONS
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi import Form as FormBody
from fastapi.responses import Response
from pydantic import Field

from danmaku.actions.sample_texts import SAMPLE_VERSION, sample
from danmaku.domain.categories import CATEGORIES, class_of
from danmaku.domain.documents import Document, DocumentKind
from danmaku.domain.ids import MAX_SAFE_INTEGER
from danmaku.domain.privacy import HOLDINGS, Holding
from danmaku.errors import NotFound
from danmaku.filter.rules import Klass
from danmaku.formats.danmaku_v1 import Fields
from danmaku.formats.document_file import blocks_of
from danmaku.web.forms import Form, local_path_of, path_with
from danmaku.web.pages import time_text_of
from danmaku.web.texts import CHINESE
from danmaku.web.visit import PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)

OTHER_REASONS = (
    "abuse", "account_closed", "classifier_fault", "delay", "demo", "filter_fault",
    "impersonation", "learned", "review", "room_list",
)  # fmt: skip
"""Categories that the software and the sample rules name; people do not choose them."""

Version = Annotated[int | None, Query(ge=1, le=MAX_SAFE_INTEGER)]


class AcceptForm(Form):
    """A version that is accepted, and where to go on to."""

    kind: DocumentKind
    version: int = Field(ge=1, le=MAX_SAFE_INTEGER)
    next: str = Field("/", max_length=512)


class WithdrawForm(Form):
    """A kind of text that is accepted no longer."""

    kind: DocumentKind


@router.get("/privacy")
async def show_privacy(visit: PageVisit, version: Version = None) -> Response:
    """What is held about people and for how long, from the table that the server follows."""
    holdings = [_holding_row(visit, holding) for holding in HOLDINGS]
    return await _page(visit, DocumentKind.PRIVACY, version, {"holdings": holdings})


@router.get("/rules")
async def show_rules(visit: PageVisit, version: Version = None) -> Response:
    """The rules, and every category that a refusal may name."""
    classes = [
        (klass.value, sorted(word for word in CATEGORIES if class_of(word) is klass))
        for klass in Klass
    ]
    values: Fields = {"classes": classes, "other_reasons": OTHER_REASONS}
    return await _page(visit, DocumentKind.RULES, version, values)


@router.get("/about")
async def show_about(visit: PageVisit, version: Version = None) -> Response:
    """Who answers for the service."""
    editors = await visit.house.offices.privacy.own.responsible()
    return await _page(visit, DocumentKind.ABOUT, version, {"editors": editors})


@router.get("/terms")
async def show_terms(visit: PageVisit, version: Version = None) -> Response:
    """On what terms it is run."""
    return await _page(visit, DocumentKind.TERMS, version, {})


@router.get("/documents/{kind}")
async def show_document(visit: PageVisit, kind: DocumentKind, version: Version = None) -> Response:
    """Any text of the house."""
    return await _page(visit, kind, version, {})


@router.get("/accept")
async def show_missing(
    visit: PageVisit,
    next: Annotated[str, Query(max_length=512)] = "/",  # noqa: A002 -- the field
) -> Response:
    """What the visitor has still to accept, one text after the other."""
    who = visit.signed_in()
    documents = visit.house.offices.documents
    missing = documents.missing(who)
    if not missing:
        return visit.go_to(local_path_of(next))
    first = missing[0]
    shown = _shown(visit, await documents.text(first.kind, first.version))
    values = {"document": shown, "count": len(missing), "next": local_path_of(next)}
    return visit.page("accept.html", values)


@router.post("/accept")
async def accept(visit: PageVisit, form: Annotated[AcceptForm, FormBody()]) -> Response:
    """Accept a version; what else is missing is shown next."""
    who = visit.signed_in()
    await visit.house.offices.documents.accept(who, form.kind, form.version)
    return visit.go_to(path_with("/accept", next=local_path_of(form.next)))


@router.post("/documents/withdraw")
async def withdraw(visit: PageVisit, form: Annotated[WithdrawForm, FormBody()]) -> Response:
    """Take back that one has accepted a text."""
    await visit.house.offices.documents.withdraw(visit.signed_in(), form.kind)
    return visit.go_to("/me")


async def _page(visit: Visit, kind: DocumentKind, version: int | None, values: Fields) -> Response:
    documents = visit.house.offices.documents
    try:
        document = await documents.text(kind, version)
    except NotFound:
        if version is not None:
            raise
        document = sample(kind)
    coming = [
        {"version": one.version, "from_iso": time_text_of(one.effective_ms)}
        for one in documents.editions
        if one.kind is kind and one.effective_ms > visit.now_ms
    ]
    shown = {"document": _shown(visit, document), "coming": coming, "kinds": list(DocumentKind)}
    return visit.page("document.html", shown | values)


def _shown(visit: Visit, document: Document) -> Fields:
    edition, words = document.edition, document.words
    is_chinese = visit.lang == CHINESE
    return {
        "kind": edition.kind.value,
        "version": edition.version,
        "is_sample": edition.version == SAMPLE_VERSION,
        "is_coming": edition.effective_ms > visit.now_ms,
        "from_iso": time_text_of(edition.effective_ms),
        "title": words.title_zh if is_chinese else words.title_en,
        "blocks": blocks_of(words.text_zh if is_chinese else words.text_en),
    }


def _holding_row(visit: Visit, holding: Holding) -> Fields:
    term = holding.term
    return {
        "word": holding.word,
        "what": visit.say(f"privacy.{holding.word}"),
        "purpose": visit.say(f"privacy.{holding.word}_for"),
        "ground": visit.say(f"ground.{holding.ground.value}"),
        "since": term.since.value,
        "days": term.days,
        "term": visit.say(f"term.{term.since.value}", days=term.days)
        if term.days
        else visit.say(f"term.{term.since.value}_at_once"),
    }
