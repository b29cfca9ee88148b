"""Legal holds, divided into header and sealed body."""

import msgspec

from danmaku.domain.ids import Pseudonym, Seq
from danmaku.domain.legal_hold import LegalHoldLaid, LegalHoldLifted, Reach
from danmaku.store.codec import About
from danmaku.store.mirror import Pack, Unpack, mirrored


class SealedBasis(msgspec.Struct, frozen=True, kw_only=True):
    """On what ground something is kept."""

    basis: str = ""


class SealedEnd(msgspec.Struct, frozen=True, kw_only=True):
    """Why it need not be kept any longer."""

    why: str = ""


class HoldLaid(About, frozen=True, kw_only=True, omit_defaults=True, tag="legal_hold_laid"):
    """Header of `LegalHoldLaid`."""

    hold_id: str
    reach: Reach
    is_told: bool
    account: Pseudonym | None = None
    actor: Pseudonym | None = None


class HoldLifted(About, frozen=True, kw_only=True, omit_defaults=True, tag="legal_hold_lifted"):
    """Header of `LegalHoldLifted`."""

    hold_id: str
    laid: Seq
    is_told: bool
    account: Pseudonym | None = None
    actor: Pseudonym | None = None


LegalHoldAbout = HoldLaid | HoldLifted

PACKERS: dict[type, Pack] = {}
UNPACKERS: dict[type[About], Unpack] = {}
PACKERS[LegalHoldLaid], UNPACKERS[HoldLaid] = mirrored(LegalHoldLaid, HoldLaid, sealed=SealedBasis)
PACKERS[LegalHoldLifted], UNPACKERS[HoldLifted] = mirrored(
    LegalHoldLifted, HoldLifted, sealed=SealedEnd
)
