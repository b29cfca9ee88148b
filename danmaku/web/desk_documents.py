"""The operator's desk for the texts of the house."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import Field

from danmaku.domain.documents import TEXT_MAX, Document, DocumentKind, Edition
from danmaku.domain.ids import MAX_SAFE_INTEGER, Millis
from danmaku.formats.document_file import file_of, words_of
from danmaku.web.api_documents import edition_fields_of
from danmaku.web.desk import At
from danmaku.web.fields import Body
from danmaku.web.guard import let_body_grow
from danmaku.web.json import Json

FILE_BYTES_MAX = 2 * 4 * TEXT_MAX  # both languages, four bytes a character at most

router = APIRouter()


def _let_file_in(request: Request) -> None:
    let_body_grow(request, FILE_BYTES_MAX)


class NewDocument(Body, str_max_length=2 * TEXT_MAX):
    """A file of formats/document_file.py, and when it binds."""

    kind: DocumentKind
    text: str
    effective_ms: int | None = Field(None, ge=0, le=MAX_SAFE_INTEGER)
    mandatory: bool = False


@router.get("/documents")
async def list_documents(house: At) -> Response:
    """Every version of every text."""
    bound = house.offices.documents.binding()
    editions = sorted(house.offices.documents.editions, key=lambda one: (one.kind, one.version))
    return Json({"documents": [edition_fields_of(one, bound.get(one.kind)) for one in editions]})


@router.get("/documents/{kind}")
async def show_document(house: At, kind: DocumentKind, version: int | None = None) -> Response:
    """One version as the file it was issued from."""
    document = await house.offices.documents.text(kind, version)
    return Json({"version": document.edition.version, "text": file_of(document.words)})


@router.post("/documents", status_code=201, dependencies=[Depends(_let_file_in)])
async def issue_document(house: At, body: NewDocument) -> Response:
    """Bring out the next version of a text."""
    documents = house.offices.documents
    versions = [one.version for one in documents.editions if one.kind is body.kind]
    now_ms = house.clock()
    effective_ms = now_ms if body.effective_ms is None else Millis(body.effective_ms)
    edition = Edition(body.kind, max(versions, default=0) + 1, effective_ms, body.mandatory)
    await documents.issue(None, Document(edition, words_of(body.text)))
    return Json(edition_fields_of(edition, edition if effective_ms <= now_ms else None), 201)
