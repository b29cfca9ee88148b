import pytest

from danmaku.domain.features import (
    Feature,
    FeatureAssessed,
    FeatureState,
    FeatureSwitched,
    after,
)

APPROVED = FeatureAssessed(Feature.LIKES, is_approved=True, reference="no. 1", actor=None)
DECLINED = FeatureAssessed(Feature.LIKES, is_approved=False, reference="no. 2", actor=None)
ON = FeatureSwitched(Feature.LIKES, is_on=True, actor=None)
OFF = FeatureSwitched(Feature.LIKES, is_on=False, actor=None)


@pytest.mark.parametrize(
    ("said", "runs"),
    [
        ([], False),
        ([ON], False),
        ([APPROVED], False),
        ([APPROVED, ON], True),
        ([ON, APPROVED], True),
        ([APPROVED, ON, OFF], False),
        ([APPROVED, ON, DECLINED], False),
    ],
)
def test_feature_runs_while_it_is_approved_and_on(said, runs):
    features = {}
    for fact in said:
        features = after(features, fact)

    assert features.get(Feature.LIKES, FeatureState()).runs is runs


def test_newest_assessment_is_the_one_that_is_named():
    state = after(after({}, APPROVED), DECLINED)[Feature.LIKES]

    assert state == FeatureState(is_approved=False, reference="no. 2")
