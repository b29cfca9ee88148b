"""Features: switched by who runs the house once their assessment is filed, seen by all.

Article: articles.Article.SECURITY_ASSESSMENT
"""

from collections.abc import Callable

from danmaku.actions.decisions import Decisions, Freshen
from danmaku.domain.account import Power, Standing
from danmaku.domain.conditions import Conditions
from danmaku.domain.features import (
    Feature,
    FeatureState,
    FeatureSwitched,
)
from danmaku.domain.grants import require_unless_operator
from danmaku.domain.ids import PLATFORM
from danmaku.errors import NotAllowed
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
            require_unless_operator(asker, Power.FEATURE_SWITCH, None, self._clock())
            if is_on and not self.all()[feature].is_approved:
                raise NotAllowed("It has not been assessed: no approval stands.")
            actor = None if asker is None else asker.account
            return [Append(PLATFORM, FeatureSwitched(feature, is_on, actor))]

        await self._decisions.carry(who, decide)
