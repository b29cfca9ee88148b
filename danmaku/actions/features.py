"""Features: assessed by the chief editor, switched by who runs the house, seen by all."""

from collections.abc import Callable

from danmaku.actions.decisions import Decisions, Freshen
from danmaku.domain.account import Power, Standing
from danmaku.domain.conditions import Conditions
from danmaku.domain.features import (
    Feature,
    FeatureAssessed,
    FeatureState,
    FeatureSwitched,
    reference_of,
)
from danmaku.domain.grants import require
from danmaku.domain.ids import PLATFORM
from danmaku.errors import NotAllowed, NotSignedIn
from danmaku.ports import Append, Clock, Record


class FeatureDesk:
    """See the module.

    Args:
        conditions: What holds right now.
    """

    def __init__(
        self,
        record: Record,
        *,
        conditions: Callable[[], Conditions],
        freshen: Freshen,
        clock: Clock,
    ) -> None:
        self._decisions = Decisions(record, freshen)
        self._conditions = conditions
        self._clock = clock

    def all(self) -> dict[Feature, FeatureState]:
        """How each feature stands."""
        said = self._conditions().features
        return {feature: said.get(feature, FeatureState()) for feature in Feature}

    async def assess(
        self, who: Standing | None, feature: Feature, *, is_approved: bool, reference: str
    ) -> None:
        """Enter what an assessment came to; one that is not approved ends the feature.

        Raises:
            NotSignedIn, NotAllowed: `who` is no chief editor; nor is the operator.
            BadMessage: There is no reference.
        """
        named = reference_of(reference)

        async def decide(asker: Standing | None) -> list[Append]:
            if asker is None:
                raise NotSignedIn("A chief editor answers for an assessment, by name.")
            editor = require(asker, Power.FEATURE_ASSESS, None, self._clock())
            return [Append(PLATFORM, FeatureAssessed(feature, is_approved, named, editor.account))]

        await self._decisions.carry(who, decide)

    async def switch(self, who: Standing | None, feature: Feature, *, is_on: bool) -> None:
        """Let people have a feature, or take it away.

        Args:
            who: Who asks; None is the operator at the command line.
            feature: Which.
            is_on: Whether they have it.

        Raises:
            NotSignedIn, NotAllowed: `who` may not; or no approval stands.
        """

        async def decide(asker: Standing | None) -> list[Append]:
            if asker is not None:
                require(asker, Power.FEATURE_SWITCH, None, self._clock())
            if is_on and not self.all()[feature].is_approved:
                raise NotAllowed("It has not been assessed: no approval stands.")
            actor = None if asker is None else asker.account
            return [Append(PLATFORM, FeatureSwitched(feature, is_on, actor))]

        await self._decisions.carry(who, decide)
