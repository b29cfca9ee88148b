"""Cases, divided into header and sealed body."""

from typing import Any

import msgspec

from danmaku.domain import case_facts as facts
from danmaku.domain.cases import CaseKind, CaseOutcome, Desk, Subject
from danmaku.domain.ids import Millis, Pseudonym
from danmaku.store.codec import About
from danmaku.store.mirror import Pack, Unpack, mirrored
from danmaku.store.people_codec import SealedNote


class SealedFiling(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wrote to us, and where they can be reached."""

    text: str = ""
    contact: str = ""


class CaseCame(About, frozen=True, kw_only=True, omit_defaults=True, tag="case_filed"):
    """Header of `CaseFiled`."""

    receipt: str
    case_kind: CaseKind
    subject: Subject
    category: str
    filer: Pseudonym | None = None
    against: Pseudonym | None = None
    case_id: str | None = None


class Claimed(About, frozen=True, kw_only=True, omit_defaults=True, tag="case_claimed"):
    """Header of `CaseClaimed`."""

    case_id: str
    actor: Pseudonym
    until_ms: Millis


class Released(About, frozen=True, kw_only=True, omit_defaults=True, tag="case_released"):
    """Header of `CaseReleased`."""

    case_id: str
    actor: Pseudonym


class Escalated(About, frozen=True, kw_only=True, omit_defaults=True, tag="case_escalated"):
    """Header of `CaseEscalated`."""

    case_id: str
    actor: Pseudonym
    desk: Desk


class Merged(About, frozen=True, kw_only=True, omit_defaults=True, tag="case_merged"):
    """Header of `CaseMerged`."""

    case_id: str
    into: str
    actor: Pseudonym


class TakenBack(About, frozen=True, kw_only=True, omit_defaults=True, tag="case_withdrawn"):
    """Header of `CaseWithdrawn`."""

    case_id: str
    receipt: str
    filer: Pseudonym | None = None


class Decided(About, frozen=True, kw_only=True, omit_defaults=True, tag="case_decided"):
    """Header of `CaseDecided`."""

    case_id: str
    actor: Pseudonym
    outcome: CaseOutcome
    category: str


class Told(About, frozen=True, kw_only=True, omit_defaults=True, tag="result_told"):
    """Header of `ResultTold`."""

    case_id: str
    account: Pseudonym
    outcome: CaseOutcome


CaseAbout = CaseCame | Claimed | Released | Escalated | Merged | TakenBack | Decided | Told

_KINDS: tuple[tuple[type[Any], type[About], dict[str, type[msgspec.Struct]]], ...] = (
    (facts.CaseFiled, CaseCame, {"sealed": SealedFiling}),
    (facts.CaseClaimed, Claimed, {}),
    (facts.CaseReleased, Released, {}),
    (facts.CaseEscalated, Escalated, {"sealed": SealedNote}),
    (facts.CaseMerged, Merged, {}),
    (facts.CaseWithdrawn, TakenBack, {}),
    (facts.CaseDecided, Decided, {"sealed": SealedNote}),
    (facts.ResultTold, Told, {"sealed": SealedNote}),
)

PACKERS: dict[type, Pack] = {}
UNPACKERS: dict[type[About], Unpack] = {}
for _fact, _about, _bodies in _KINDS:
    PACKERS[_fact], UNPACKERS[_about] = mirrored(_fact, _about, **_bodies)
