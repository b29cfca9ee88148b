"""The operator's desk for features: seen and switched."""

from fastapi import APIRouter

from danmaku.domain.features import Feature
from danmaku.web.api_features import FeaturesShape, Switching, features_of
from danmaku.web.desk import At

router = APIRouter()


@router.get("/features")
async def list_features(house: At) -> FeaturesShape:
    """How each stands."""
    return features_of(house)


@router.post("/features/{feature}")
async def switch_feature(house: At, feature: Feature, body: Switching) -> FeaturesShape:
    """Let people have it, or take it away."""
    await house.offices.features.switch(None, feature, is_on=body.on)
    return features_of(house)
