"""What a house may offer beyond comments: each thing only once its safety was assessed.

A feature runs while it is switched on *and* an approval stands: whoever withdraws the approval
ends it, whatever the switch says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from danmaku.domain.ids import AccountId
from danmaku.errors import BadMessage

REFERENCE_MAX = 200  # code points


class Feature(StrEnum):
    """The table of features; all of them are off by default."""

    LIKES = "likes"


@dataclass(frozen=True, slots=True)
class FeatureAssessed:
    """A chief editor states what an assessment came to. Open to all."""

    feature: Feature
    is_approved: bool
    reference: str  # of the assessment, or of the order that ends the approval
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


def reference_of(text: str) -> str:
    """Check the reference of an assessment.

    Raises:
        BadMessage: There is none, or it is too long.
    """
    cleaned = " ".join(text.split())
    if not 1 <= len(cleaned) <= REFERENCE_MAX:
        raise BadMessage(f"An assessment has a reference: 1 to {REFERENCE_MAX} characters.")
    return cleaned
