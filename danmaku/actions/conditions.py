"""What holds in the whole house right now, without reading the record for each act."""

from collections.abc import Sequence
from dataclasses import replace

from danmaku.domain.conditions import Conditions
from danmaku.domain.controls import Control, laid
from danmaku.domain.facts import Entry
from danmaku.domain.features import FeatureAssessed, FeatureSwitched, after
from danmaku.domain.ids import PLATFORM, Millis, RoomId
from danmaku.domain.levels import FORMULA, Formula
from danmaku.domain.people_facts import ControlLifted, ControlSet, DocumentIssued
from danmaku.ports import Registry


class Prevailing:
    """Keeps the conditions in step with the platform's chain. Lives on the event loop's thread.

    Args:
        identity_required: Whether sending needs a verified identity.
        credit: What each level allows.
    """

    def __init__(self, *, identity_required: bool, credit: Formula = FORMULA) -> None:
        self._now = Conditions(identity_required=identity_required, credit=credit)

    def __call__(self) -> Conditions:
        """The conditions of this moment; those that have ended may be among them."""
        return self._now

    async def read(self, registry: Registry, now_ms: Millis) -> None:
        """Begin with what the record says; to be called before anything is announced."""
        controls = tuple(await registry.controls(now_ms))
        editions = tuple(await registry.editions())
        features = await registry.features()
        self._now = replace(self._now, controls=controls, editions=editions, features=features)

    def apply(self, entries: Sequence[Entry]) -> None:
        """Follow the record; called for every announcement, in order."""
        for entry in entries:
            if entry.chain != PLATFORM:
                continue
            match entry.fact:
                case ControlSet(control=control, beneath=beneath):
                    kept = self._controls_but(control.scope, entry.at_ms)
                    self._now = replace(self._now, controls=(*kept, *laid(control, beneath)))
                case ControlLifted(scope=scope):
                    kept = self._controls_but(scope, entry.at_ms)
                    self._now = replace(self._now, controls=kept)
                case DocumentIssued(edition=edition):
                    others = (
                        one
                        for one in self._now.editions
                        if (one.kind, one.version) != (edition.kind, edition.version)
                    )
                    self._now = replace(self._now, editions=(*others, edition))
                case FeatureAssessed() | FeatureSwitched() as said:
                    self._now = replace(self._now, features=after(self._now.features, said))

    def _controls_but(self, scope: RoomId | None, now_ms: Millis) -> tuple[Control, ...]:
        """The controls of other scopes that are not over."""
        return tuple(
            one for one in self._now.controls if one.scope != scope and now_ms < one.until_ms
        )
