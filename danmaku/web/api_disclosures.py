"""The JSON API for telling who an account belongs to: asked, agreed to by a second, looked at once.

Article: articles.Article.IDENTITY_PROTECTED
"""

from typing import Annotated

from pydantic import Field

from danmaku.domain.identity import Disclosure
from danmaku.web.api import api_router
from danmaku.web.fields import Body
from danmaku.web.shapes import Shape
from danmaku.web.visit import ApiVisit

router = api_router("disclosures")


class NewDisclosure(Body):
    """A request to be told."""

    login: Annotated[str, Field(description="Whose account it is.")]
    purpose: Annotated[str, Field(description="What it is for.")]
    basis: Annotated[str, Field(description="The law or the order that it stands on.")]


class DisclosureShape(Shape):
    """A request that waits for a second person, or for its look."""

    id: str
    purpose: str
    basis: str
    until_ms: int
    agreed: bool


class DisclosuresShape(Shape):
    """Requests whose time is not over."""

    disclosures: list[DisclosureShape]


class PersonShape(Shape):
    """What one verification has found out."""

    strength: str
    number: str
    legal_name: str


class PersonsShape(Shape):
    """All that is known of an account's owner."""

    persons: list[PersonShape]


@router.post("/api/disclosures", status_code=201)
async def ask_disclosure(visit: ApiVisit, body: NewDisclosure) -> DisclosureShape:
    """Ask; needs the power `identity.ask`."""
    disclosures = visit.house.proofs.disclosures
    return _shape_of(await disclosures.ask(visit.signed_in(), body.login, body.purpose, body.basis))


@router.get("/api/disclosures")
async def list_disclosures(visit: ApiVisit) -> DisclosuresShape:
    """Requests: all for those who may agree to them, else one's own."""
    rows = await visit.house.proofs.disclosures.waiting(visit.signed_in())
    return DisclosuresShape(disclosures=[_shape_of(row) for row in rows])


@router.post("/api/disclosures/{request}/agree", status_code=204)
async def agree_to_disclosure(visit: ApiVisit, request: str) -> None:
    """Be the second person; needs the power `identity.disclose`."""
    await visit.house.proofs.disclosures.agree(visit.signed_in(), request)


@router.post("/api/disclosures/{request}/read")
async def read_disclosure(visit: ApiVisit, request: str) -> PersonsShape:
    """Look, once, at one's own request; the look is recorded first."""
    persons = await visit.house.proofs.disclosures.read(visit.signed_in(), request)
    return PersonsShape(
        persons=[
            PersonShape(
                strength=person.strength.value, number=person.number, legal_name=person.legal_name
            )
            for person in persons
        ]
    )


def _shape_of(request: Disclosure) -> DisclosureShape:
    return DisclosureShape(
        id=request.request_id,
        purpose=request.purpose,
        basis=request.basis,
        until_ms=request.until_ms,
        agreed=request.second is not None,
    )
