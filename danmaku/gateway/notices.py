"""What an entry of the platform's chain means for sockets that are open right now."""

from dataclasses import dataclass

from danmaku.domain.account import Power
from danmaku.domain.case_facts import ResultTold
from danmaku.domain.controls import laid, strictest
from danmaku.domain.facts import Entry, NameJudged, PowersGranted, PowersRevoked, ReportFiled
from danmaku.domain.ids import PLATFORM, AccountId, RoomId, Seq
from danmaku.domain.keeping import due_ms
from danmaku.domain.keeping_facts import PowersProposed, ProposalSettled
from danmaku.domain.measures import Measure, Step, ends_account
from danmaku.domain.people_facts import (
    AccountClosed,
    ControlLifted,
    ControlSet,
    IdentityEnded,
    IdentityVerified,
    LevelSet,
    MeasureReversed,
    MeasureTaken,
)
from danmaku.errors import Close, Code
from danmaku.formats.danmaku_v1 import Fields
from danmaku.gateway.answers import Farewell
from danmaku.gateway.dialects.danmaku_v1 import error_said
from danmaku.gateway.dialects.notices import (
    control_notice,
    lifted_notice,
    measure_notice,
    name_notice,
    proposal_notice,
    report_notice,
    result_notice,
    reversed_notice,
    revoked_notice,
)


@dataclass(frozen=True, slots=True)
class Personal:
    """For the sockets of one account."""

    account: AccountId
    said: Fields | None = None  # what they are told; None: only their powers anew
    farewell: Farewell | None = None  # and how they end, if they do


@dataclass(frozen=True, slots=True)
class General:
    """For everybody in a room, or everywhere."""

    room: RoomId | None
    said: Fields


@dataclass(frozen=True, slots=True)
class Official:
    """For whoever holds a power in a room, and is in it."""

    room: RoomId
    power: Power
    said: Fields


@dataclass(frozen=True, slots=True)
class Sealed:
    """What another node wrote of a comment that waits or waited: it is read before it is told."""

    room: RoomId
    origin: Seq
    author: AccountId
    is_held: bool  # else it was refused


Notice = Personal | General | Official | Sealed


def notice_of(entry: Entry) -> Notice | None:
    """Who is to be told of an entry, and what; None: nobody."""
    # Most are of rooms: those are passed by at once.
    return _notice_of_people(entry) if entry.chain == PLATFORM else None


def _notice_of_people(entry: Entry) -> Notice | None:
    match entry.fact:
        case MeasureTaken(measure=measure, account=int() as account, note=note):
            return Personal(account, measure_notice(measure, note), _farewell_after(measure))
        case MeasureReversed(measure_id=measure_id, account=int() as account, reason=reason):
            return Personal(account, reversed_notice(measure_id, reason))
        case AccountClosed(account=account):
            return Personal(account, None, _farewell(Code.ACCOUNT_SUSPENDED))
        case ControlSet(control=control, beneath=beneath):
            holds = (
                strictest(laid(control, beneath), control.scope or RoomId(""), entry.at_ms)
                or control
            )
            return General(control.scope, control_notice(holds))
        case ControlLifted(scope=scope):
            return General(scope, lifted_notice(scope))
        case _:
            return _notice_of_keeping(entry)


def _notice_of_keeping(entry: Entry) -> Notice | None:
    match entry.fact:
        case PowersRevoked(holder=holder, reason=reason) if reason:
            return Personal(holder, revoked_notice(reason))
        case PowersProposed(proposal=proposal, account=account, note=note):
            return Personal(account, proposal_notice(proposal.room, "proposed", note))
        case ProposalSettled(account=account, outcome=outcome, note=note):
            return Personal(account, proposal_notice(None, outcome.value, note))
        case ReportFiled(room=str() as room, number=number, category=category):
            said = report_notice(entry.seq, number, category, due_ms(entry.at_ms))
            return Official(room, Power.REPORT_ANSWER, said)
        case _:
            return _notice_of_decision(entry)


def _notice_of_decision(entry: Entry) -> Notice | None:
    match entry.fact:
        case ResultTold(case_id=case_id, account=account, outcome=outcome, note=note):
            return Personal(account, result_notice(case_id, outcome, note))
        case NameJudged(account=int() as account, actor=int()) as fact:
            return Personal(account, name_notice(fact))
        case fact:
            is_felt = isinstance(fact, _CHANGE_POWERS)
            return None if entry.account is None or not is_felt else Personal(entry.account)


_CHANGE_POWERS = (PowersGranted, PowersRevoked, IdentityVerified, IdentityEnded, LevelSet)


def _farewell_after(measure: Measure) -> Farewell | None:
    if not ends_account(measure):
        return None
    is_barred = measure.step is Step.FORBID
    return _farewell(Code.IDENTITY_BARRED if is_barred else Code.ACCOUNT_SUSPENDED)


def _farewell(code: Code) -> Farewell:
    return Farewell(Close.ACCOUNT_ENDED, error_said(code.value, "This account has ended."))
