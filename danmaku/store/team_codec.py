"""Tests, duty and second looks of the staff, divided into header and sealed body."""

from typing import Any

import msgspec

from danmaku.domain import team_facts as facts
from danmaku.domain.ids import Millis, Number, Pseudonym, RoomId, Seq
from danmaku.domain.training import Question
from danmaku.store.codec import About
from danmaku.store.mirror import Pack, Unpack, mirrored


class SealedQuestions(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked, and what is right."""

    questions: tuple[Question, ...] = ()


class QuestionsCame(About, frozen=True, kw_only=True, omit_defaults=True, tag="questions_issued"):
    """Header of `QuestionsIssued`."""

    version: int
    pass_percent: int
    actor: Pseudonym | None = None


class TestTaken(About, frozen=True, kw_only=True, omit_defaults=True, tag="training_taken"):
    """Header of `TrainingTaken`."""

    account: Pseudonym
    version: int
    right_count: int
    asked_count: int
    until_ms: Millis | None = None


class OnDuty(About, frozen=True, kw_only=True, omit_defaults=True, tag="duty_begun"):
    """Header of `DutyBegun`."""

    account: Pseudonym
    until_ms: Millis


class OffDuty(About, frozen=True, kw_only=True, omit_defaults=True, tag="duty_ended"):
    """Header of `DutyEnded`."""

    account: Pseudonym


class Drawn(About, frozen=True, kw_only=True, omit_defaults=True, tag="recheck_drawn"):
    """Header of `RecheckDrawn`."""

    decided_chain: RoomId
    decided_seq: Seq
    decided_ms: Millis
    actor: Pseudonym
    room: RoomId
    origin: Seq
    violates: bool
    category: str
    number: Number | None = None
    measure_id: str | None = None


class LotsCame(About, frozen=True, kw_only=True, omit_defaults=True, tag="lots_drawn"):
    """Header of `LotsDrawn`."""

    after_seq: Seq
    upto_seq: Seq
    upto_ms: Millis
    after_ms: Millis = Millis(0)


class LookedAgain(About, frozen=True, kw_only=True, omit_defaults=True, tag="recheck_judged"):
    """Header of `RecheckJudged`."""

    recheck: Seq
    actor: Pseudonym
    violates: bool
    category: str


class SpotLooked(About, frozen=True, kw_only=True, omit_defaults=True, tag="spot_checked"):
    """Header of `SpotChecked`."""

    room: RoomId
    number: Number
    actor: Pseudonym
    violates: bool
    category: str
    case_id: str | None = None


TeamAbout = (
    QuestionsCame | TestTaken | OnDuty | OffDuty | Drawn | LotsCame | LookedAgain | SpotLooked
)

_KINDS: tuple[tuple[type[Any], type[About], type[msgspec.Struct] | None], ...] = (
    (facts.QuestionsIssued, QuestionsCame, SealedQuestions),
    (facts.TrainingTaken, TestTaken, None),
    (facts.DutyBegun, OnDuty, None),
    (facts.DutyEnded, OffDuty, None),
    (facts.RecheckDrawn, Drawn, None),
    (facts.LotsDrawn, LotsCame, None),
    (facts.RecheckJudged, LookedAgain, None),
    (facts.SpotChecked, SpotLooked, None),
)

PACKERS: dict[type, Pack] = {}
UNPACKERS: dict[type[About], Unpack] = {}
for _fact, _about, _sealed in _KINDS:
    PACKERS[_fact], UNPACKERS[_about] = mirrored(_fact, _about, sealed=_sealed)
