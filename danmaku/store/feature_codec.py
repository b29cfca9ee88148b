"""Features, as their headers say them; nothing about them is sealed."""

from danmaku.domain.features import Feature, FeatureAssessed, FeatureSwitched
from danmaku.domain.ids import Pseudonym
from danmaku.store.codec import About
from danmaku.store.mirror import Pack, Unpack, mirrored


class Assessed(About, frozen=True, kw_only=True, omit_defaults=True, tag="feature_assessed"):
    """Header of `FeatureAssessed`."""

    feature: Feature
    is_approved: bool
    reference: str
    actor: Pseudonym | None = None


class Switched(About, frozen=True, kw_only=True, omit_defaults=True, tag="feature_switched"):
    """Header of `FeatureSwitched`."""

    feature: Feature
    is_on: bool
    actor: Pseudonym | None = None


FeatureAbout = Assessed | Switched

PACKERS: dict[type, Pack] = {}
UNPACKERS: dict[type[About], Unpack] = {}
PACKERS[FeatureAssessed], UNPACKERS[Assessed] = mirrored(FeatureAssessed, Assessed)
PACKERS[FeatureSwitched], UNPACKERS[Switched] = mirrored(FeatureSwitched, Switched)
