"""The JSON API for features, and for likes, the first of them."""

from pydantic import Field

from danmaku.domain.features import Feature, FeatureState
from danmaku.web.api import OPEN, api_router
from danmaku.web.fields import Body, NumberPath, RoomPath
from danmaku.web.house import House
from danmaku.web.shapes import Shape
from danmaku.web.visit import ApiVisit

router = api_router("features")


class FeatureShape(Shape):
    """How a feature stands."""

    feature: Feature
    runs: bool = Field(description="Whether people have it: it is approved, and on.")
    approved: bool
    on: bool
    reference: str = Field(description="Number of the filing that assessed it; empty: none did.")


class FeaturesShape(Shape):
    """The table of features."""

    features: list[FeatureShape]


class Switching(Body):
    """Whether people have it."""

    on: bool


class LikeShape(Shape):
    """Whether the caller likes a comment, and how many do."""

    number: int
    stands: bool
    likes: int


@router.get("/api/features", openapi_extra=OPEN)
async def list_features(visit: ApiVisit) -> FeaturesShape:
    """What this house offers beyond comments, and what it may offer."""
    return features_of(visit.house)


@router.post("/api/features/{feature}")
async def switch_feature(visit: ApiVisit, feature: Feature, body: Switching) -> FeaturesShape:
    """Switch a feature; needs `feature.switch`, and an approval to switch it on."""
    await visit.house.offices.features.switch(visit.signed_in(), feature, is_on=body.on)
    return features_of(visit.house)


@router.put("/api/rooms/{room}/comments/{number}/like")
async def like(visit: ApiVisit, room: RoomPath, number: NumberPath) -> LikeShape:
    """Like a comment; saying it twice says it once."""
    likes = await visit.house.offices.likes.put(visit.signed_in(), room, number, stands=True)
    return LikeShape(number=number, stands=True, likes=likes)


@router.delete("/api/rooms/{room}/comments/{number}/like")
async def take_back_like(visit: ApiVisit, room: RoomPath, number: NumberPath) -> LikeShape:
    """Take a like back."""
    likes = await visit.house.offices.likes.put(visit.signed_in(), room, number, stands=False)
    return LikeShape(number=number, stands=False, likes=likes)


def features_of(house: House) -> FeaturesShape:
    """The table that API and desk share."""
    rows = house.offices.features.all().items()
    return FeaturesShape(features=[_row_of(feature, state) for feature, state in rows])


def _row_of(feature: Feature, state: FeatureState) -> FeatureShape:
    return FeatureShape(
        feature=feature,
        runs=state.runs,
        approved=state.is_approved,
        on=state.is_on,
        reference=state.reference,
    )
