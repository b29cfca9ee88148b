"""What a house may offer beyond comments: each thing only once its safety was assessed.

A feature runs while it is switched on *and* its assessment is approved: whoever takes the approval
back ends it, whatever the switch says. The assessment is a filing (`filings.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from danmaku.domain.ids import AccountId


class Feature(StrEnum):
    """The table of features; all of them are off by default."""

    LIKES = "likes"


@dataclass(frozen=True, slots=True)
class FeatureAssessed:
    """A chief editor stands for an assessment, or does so no longer. Open to all."""

    feature: Feature
    is_approved: bool
    reference: str  # of the filing that says so
    actor: AccountId | None


@dataclass(frozen=True, slots=True)
class FeatureSwitched:
    """A feature is wanted from here on, or no longer."""

    feature: Feature
    is_on: bool
    actor: AccountId | None  # None: the operator, at the command line


FeatureFact = FeatureAssessed | FeatureSwitched


@dataclass(frozen=True, slots=True)
class FeatureState:
    """How a feature stands."""

    is_approved: bool = False
    is_on: bool = False
    reference: str = ""

    @property
    def runs(self) -> bool:
        """Whether people have it."""
        return self.is_on and self.is_approved


Features = Mapping[Feature, FeatureState]


def after(features: Features, fact: FeatureFact) -> Features:
    """How features stand once this was recorded."""
    state = features.get(fact.feature, FeatureState())
    if isinstance(fact, FeatureAssessed):
        state = replace(state, is_approved=fact.is_approved, reference=fact.reference)
    else:
        state = replace(state, is_on=fact.is_on)
    return {**features, fact.feature: state}
