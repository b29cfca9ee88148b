"""What holds in the whole house, besides a room's own settings and a sender's standing."""

from dataclasses import dataclass, field

from danmaku.domain.account import Standing
from danmaku.domain.controls import Control
from danmaku.domain.documents import BEFORE_SENDING, Edition, outstanding
from danmaku.domain.features import Feature, Features
from danmaku.domain.identity import require_verified
from danmaku.domain.ids import Millis
from danmaku.domain.levels import FORMULA, Formula
from danmaku.errors import Code, Coded


@dataclass(frozen=True, slots=True)
class Conditions:
    """One value, replaced when an entry changes it."""

    controls: tuple[Control, ...] = ()
    editions: tuple[Edition, ...] = ()  # of all documents, those to come included
    identity_required: bool = False  # whether sending needs a verified identity
    credit: Formula = FORMULA  # what each level allows
    features: Features = field(default_factory=dict)  # those of which anything was said

    def runs(self, feature: Feature) -> bool:
        """Whether people have it: it is assessed, approved and switched on."""
        return (state := self.features.get(feature)) is not None and state.runs


NOTHING_ASKED = Conditions()
"""What holds where no document was issued, no control set and no verifier configured."""


def require_ready(who: Standing, conditions: Conditions, now_ms: Millis) -> None:
    """Let nobody send who is not verified, or has not accepted what binds now.

    Article: articles.Article.REAL_IDENTITY, articles.Article.AGREEMENT

    Raises:
        Coded: NOT_VERIFIED, or AGREEMENT_OUTDATED.
    """
    if conditions.identity_required:
        require_verified(who.identity, now_ms)
    edition = outstanding(conditions.editions, who.accepted, BEFORE_SENDING, now_ms)
    if edition is not None:
        text = f"Accept the {edition.kind.value} of version {edition.version} first."
        raise Coded(Code.AGREEMENT_OUTDATED, text)
