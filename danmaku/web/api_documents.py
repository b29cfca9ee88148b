"""The JSON API for the texts of the house: what there is, what it says, accepting it."""

from dataclasses import asdict
from typing import Annotated

from fastapi import Query
from fastapi.responses import Response
from pydantic import Field

from danmaku.domain.documents import DocumentKind, Edition
from danmaku.domain.ids import MAX_SAFE_INTEGER
from danmaku.formats.danmaku_v1 import Fields
from danmaku.web.api import OPEN, api_router
from danmaku.web.fields import Body
from danmaku.web.json import Json
from danmaku.web.visit import ApiVisit

router = api_router("documents")

_Version = Annotated[int, Field(ge=1, le=MAX_SAFE_INTEGER)]


class Acceptance(Body):
    """Which version is accepted."""

    version: _Version


@router.get("/api/documents", openapi_extra=OPEN)
async def list_documents(visit: ApiVisit) -> Response:
    """Every version of every text, those to come included."""
    documents = visit.house.offices.documents
    bound = documents.binding()
    editions = sorted(documents.editions, key=lambda one: (one.kind, one.version))
    return Json({"documents": [edition_fields_of(one, bound.get(one.kind)) for one in editions]})


@router.get("/api/documents/{kind}", openapi_extra=OPEN)
async def get_document(
    visit: ApiVisit,
    kind: DocumentKind,
    version: Annotated[int | None, Query(ge=1, le=MAX_SAFE_INTEGER)] = None,
) -> Response:
    """What a version says."""
    documents = visit.house.offices.documents
    document = await documents.text(kind, version)
    fields = edition_fields_of(document.edition, documents.binding().get(kind))
    return Json({**fields, **asdict(document.words)})


@router.post("/api/documents/{kind}/accept")
async def accept(visit: ApiVisit, kind: DocumentKind, body: Acceptance) -> Response:
    """Accept a version."""
    await visit.house.offices.documents.accept(visit.who, kind, body.version)
    return Json({"kind": kind.value, "version": body.version})


def edition_fields_of(edition: Edition, bound: Edition | None) -> Fields:
    """A version without its words; `bound` is the one in force of its kind."""
    return {
        "kind": edition.kind.value,
        "version": edition.version,
        "effective_ms": edition.effective_ms,
        "mandatory": edition.is_mandatory,
        "in_force": edition == bound,
    }
