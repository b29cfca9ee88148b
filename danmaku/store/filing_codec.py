"""Filings and orders, divided into header and sealed body."""

from typing import Any

import msgspec

from danmaku.domain import filing_facts as facts
from danmaku.domain.filing_facts import FilingKind, FilingState, OrderAct, Risk, Section
from danmaku.domain.ids import Millis, Number, Pseudonym, RoomId, Seq
from danmaku.store.codec import About
from danmaku.store.mirror import Pack, Unpack, mirrored


class SealedSections(msgspec.Struct, frozen=True, kw_only=True):
    """What a filing says."""

    sections: tuple[Section, ...] = ()


class SealedNote(msgspec.Struct, frozen=True, kw_only=True):
    """Why, in the words of who did it; and the department's number."""

    receipt: str = ""
    note: str = ""


class SealedRemedy(msgspec.Struct, frozen=True, kw_only=True):
    """What was done about a weakness."""

    receipt: str = ""
    remedy: str = ""


class SealedOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What the department wrote."""

    text: str = ""


class SealedEnd(msgspec.Struct, frozen=True, kw_only=True):
    """Why an order was taken back."""

    reason: str = ""


class Begun(About, frozen=True, kw_only=True, omit_defaults=True, tag="filing_begun"):
    """Header of `FilingBegun`."""

    filing_kind: FilingKind
    subject: str
    due_ms: Millis | None = None
    risk: Risk | None = None
    actor: Pseudonym | None = None


class Revised(About, frozen=True, kw_only=True, omit_defaults=True, tag="filing_revised"):
    """Header of `FilingRevised`."""

    filing: Seq
    after: Seq
    actor: Pseudonym


class Turned(About, frozen=True, kw_only=True, omit_defaults=True, tag="filing_turned"):
    """Header of `FilingTurned`."""

    filing: Seq
    after: Seq
    state: FilingState
    revision: Seq
    actor: Pseudonym


class Mended(About, frozen=True, kw_only=True, omit_defaults=True, tag="weakness_mended"):
    """Header of `WeaknessMended`."""

    filing: Seq
    after: Seq
    actor: Pseudonym


class Ordered(About, frozen=True, kw_only=True, omit_defaults=True, tag="order_entered"):
    """Header of `OrderEntered`."""

    instruction_id: str
    reference: str
    act: OrderAct
    actor: Pseudonym
    room: RoomId | None = None
    number: Number | None = None
    account: Pseudonym | None = None
    until_ms: Millis | None = None
    measure_id: str | None = None


class OrderOver(About, frozen=True, kw_only=True, omit_defaults=True, tag="order_ended"):
    """Header of `OrderEnded`."""

    instruction_id: str
    reference: str
    actor: Pseudonym | None = None


FilingAbout = Begun | Revised | Turned | Mended | Ordered | OrderOver

_KINDS: tuple[tuple[type[Any], type[About], type[msgspec.Struct]], ...] = (
    (facts.FilingBegun, Begun, SealedSections),
    (facts.FilingRevised, Revised, SealedSections),
    (facts.FilingTurned, Turned, SealedNote),
    (facts.WeaknessMended, Mended, SealedRemedy),
    (facts.OrderEntered, Ordered, SealedOrder),
    (facts.OrderEnded, OrderOver, SealedEnd),
)

PACKERS: dict[type, Pack] = {}
UNPACKERS: dict[type[About], Unpack] = {}
for _fact, _about, _sealed in _KINDS:
    PACKERS[_fact], UNPACKERS[_about] = mirrored(_fact, _about, sealed=_sealed)
