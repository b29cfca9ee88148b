"""The operator's desk for features: seen, assessed by a named editor, switched."""

from typing import Annotated

from fastapi import APIRouter, Depends

from danmaku.domain.features import Feature
from danmaku.errors import NotFound
from danmaku.web.api_features import Assessment, FeaturesShape, Switching, features_of
from danmaku.web.house import House
from danmaku.web.visit import house_of

router = APIRouter()

At = Annotated[House, Depends(house_of)]


class SignedAssessment(Assessment):
    """What an assessment came to, and which chief editor answers for it."""

    by: str


@router.get("/features")
async def list_features(house: At) -> FeaturesShape:
    """How each stands."""
    return features_of(house)


@router.post("/features/{feature}/assessment")
async def assess_feature(house: At, feature: Feature, body: SignedAssessment) -> FeaturesShape:
    """Enter what an assessment came to."""
    if (editor := await house.people.known(body.by)) is None:
        raise NotFound("There is no such account.")
    await house.offices.features.assess(
        editor, feature, is_approved=body.approved, reference=body.reference
    )
    return features_of(house)


@router.post("/features/{feature}")
async def switch_feature(house: At, feature: Feature, body: Switching) -> FeaturesShape:
    """Let people have it, or take it away."""
    await house.offices.features.switch(None, feature, is_on=body.on)
    return features_of(house)
