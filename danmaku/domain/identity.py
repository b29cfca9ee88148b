"""How well the house knows who an account belongs to: never who that is.

Article: articles.Article.REAL_IDENTITY
"""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from danmaku.domain.ids import AccountId, Millis
from danmaku.errors import Code, Coded


class Strength(StrEnum):
    """What a verification is worth, weakest first."""

    PHONE = "phone"
    CLAIM = "claim"  # another service has verified it and says so under its signature
    DOCUMENT = "document"

    @property
    def rank(self) -> int:
        """Place in that order, from 0."""
        return _RANKS[self]


_RANKS = {strength: rank for rank, strength in enumerate(Strength)}


@dataclass(frozen=True, slots=True)
class Identity:
    """A verification that was passed."""

    method: str  # the verifier's name
    strength: Strength
    until_ms: Millis | None = None  # None: until it is ended

    def holds(self, now_ms: Millis, at_least: Strength = Strength.PHONE) -> bool:
        """Whether it is good at that moment, and worth so much."""
        in_time = self.until_ms is None or now_ms < self.until_ms
        return in_time and self.strength.rank >= at_least.rank


ENDED = Identity("", Strength.PHONE, Millis(0))
"""What is left of a verification that was voided: good at no time, so that powers wait."""


def require_verified(
    identity: Identity | None, now_ms: Millis, at_least: Strength = Strength.PHONE
) -> Identity:
    """Let nobody pass whose identity is not verified so well.

    Raises:
        Coded: NOT_VERIFIED.
    """
    if identity is None or not identity.holds(now_ms, at_least):
        raise Coded(Code.NOT_VERIFIED, "Verify your identity first.")
    return identity


class Kept(Enum):
    """What became of a person that was to be kept."""

    KEPT = auto()
    TAKEN = auto()  # as many other accounts as may belong to this person already
    BARRED = auto()


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A request to be told who an account belongs to."""

    request_id: str
    account: AccountId
    asker: AccountId
    purpose: str
    basis: str  # the law or the order that it stands on
    until_ms: Millis
    second: AccountId | None = None  # who has agreed; None: nobody yet
