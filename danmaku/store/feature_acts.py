"""What facts about features do to the page."""

from collections.abc import Callable
from typing import Any

from danmaku.domain.facts import Entry
from danmaku.domain.features import FeatureAssessed, FeatureSwitched
from danmaku.domain.ids import RoomId
from danmaku.store import feature_schema
from danmaku.store.page import Page

APPROVED, ON = "approved", "on"


def _assess(page: Page, chain: RoomId, fact: FeatureAssessed) -> Entry:
    entry = page.put(chain, fact)
    page.keep(
        feature_schema.feature,
        (("feature", fact.feature.value), ("word", APPROVED)),
        stands=fact.is_approved,
        reference=fact.reference,
        seq=entry.seq,
    )
    return entry


def _switch(page: Page, chain: RoomId, fact: FeatureSwitched) -> Entry:
    entry = page.put(chain, fact)
    page.keep(
        feature_schema.feature,
        (("feature", fact.feature.value), ("word", ON)),
        stands=fact.is_on,
        reference="",
        seq=entry.seq,
    )
    return entry


ACTS: dict[type, Callable[[Page, RoomId, Any], Entry]] = {
    FeatureAssessed: _assess,
    FeatureSwitched: _switch,
}
