"""What facts about people do to the page: check first, then put."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from danmaku.domain.controls import laid
from danmaku.domain.facts import Entry, Fact
from danmaku.domain.ids import AccountId, RoomId
from danmaku.domain.measures import Step
from danmaku.domain.people_facts import (
    AccountClosed,
    ConsentWithdrawn,
    ControlLifted,
    ControlSet,
    DisclosureAgreed,
    DisclosureAsked,
    DocumentAccepted,
    DocumentIssued,
    IdentityBarred,
    IdentityEnded,
    IdentityRead,
    IdentityVerified,
    LevelSet,
    MeasureReversed,
    MeasureTaken,
    MuteServed,
    WarningRead,
)
from danmaku.errors import Code, Coded, Stale
from danmaku.store import schema
from danmaku.store.codec import canonical
from danmaku.store.control_ground import column_of
from danmaku.store.ground import MeasureHead
from danmaku.store.page import Page
from danmaku.store.platform_acts import about_account


def _about(page: Page, chain: RoomId, fact: Fact, account: AccountId | None) -> Entry:
    return page.put(chain, fact) if account is None else about_account(page, chain, fact, account)


def _take_measure(page: Page, chain: RoomId, fact: MeasureTaken) -> Entry:
    measure = fact.measure
    if measure.measure_id in page.ground.measures:
        raise Coded(Code.DUPLICATE)
    if measure.step is Step.FORBID and fact.account is not None:
        page.ground.free.pop(fact.account, None)
    fact = replace(fact, case_id=page.ground.case_named(fact.case_id))
    entry = _about(page, chain, fact, fact.account)
    page.ground.measures[measure.measure_id] = MeasureHead(fact.account)
    page.rows["measure_new"].append(
        {
            "id": measure.measure_id,
            "account": fact.account,
            "room": measure.room,
            "step": measure.step.value,
            "until_ms": measure.until_ms,
            "measure": canonical(measure),
            "taken_seq": entry.seq,
            "reversed_seq": None,
            "read_seq": None,
            "case_id": fact.case_id,
            "is_provisional": fact.is_provisional,
        }
    )
    return entry


def _standing_measure(page: Page, measure_id: str, account: AccountId | None) -> MeasureHead:
    head = page.ground.measures.get(measure_id)
    if head is None or head.account != account:
        raise Coded(Code.NOT_FOUND)
    if head.is_reversed:
        raise Stale  # of two who undo it at once, the first does
    return head


def _reverse_measure(page: Page, chain: RoomId, fact: MeasureReversed) -> Entry:
    head = _standing_measure(page, fact.measure_id, fact.account)
    entry = _about(page, chain, fact, fact.account)
    page.ground.measures[fact.measure_id] = replace(head, is_reversed=True)
    page.rows["measure"].append({"_id": fact.measure_id, "reversed_seq": entry.seq})
    return entry


def _settle_measure(page: Page, chain: RoomId, fact: WarningRead | MuteServed) -> Entry:
    head = _standing_measure(page, fact.measure_id, fact.account)
    if head.is_read:
        raise Stale
    entry = about_account(page, chain, fact, fact.account)
    page.ground.measures[fact.measure_id] = replace(head, is_read=True)
    page.rows["settled_measure"].append({"_id": fact.measure_id, "read_seq": entry.seq})
    return entry


def _issue_document(page: Page, chain: RoomId, fact: DocumentIssued) -> Entry:
    edition = fact.edition
    kind = edition.kind.value
    if edition.version <= page.ground.editions.get(kind, 0):
        raise Stale  # of two who issue a version at once, the first does
    page.ground.editions[kind] = edition.version
    entry = page.put(chain, fact)
    page.keep(
        schema.document,
        (("kind", kind), ("version", edition.version)),
        effective_ms=edition.effective_ms,
        is_mandatory=edition.is_mandatory,
        seq=entry.seq,
    )
    return entry


def _accept(page: Page, chain: RoomId, fact: DocumentAccepted | ConsentWithdrawn) -> Entry:
    entry = about_account(page, chain, fact, fact.account)
    version = fact.version if isinstance(fact, DocumentAccepted) else None
    key = (("account", fact.account), ("kind", fact.document.value))
    page.keep(schema.acceptance, key, version=version, seq=entry.seq)
    return entry


def _verify(page: Page, chain: RoomId, fact: IdentityVerified) -> Entry:
    """The vault had seen no bar: one may have been written since, and it wins."""
    if page.ground.barred.get(fact.account):
        raise Coded(Code.IDENTITY_BARRED, "This person may not come back.")
    page.ground.free[fact.account] = True
    entry = about_account(page, chain, fact, fact.account)
    page.keep(
        schema.identity,
        (("account", fact.account),),
        method=fact.method,
        strength=fact.strength.value,
        until_ms=fact.until_ms,
        seq=entry.seq,
    )
    return entry


def _end_identity(page: Page, chain: RoomId, fact: IdentityEnded) -> Entry:
    entry = about_account(page, chain, fact, fact.account)
    gone = {"method": None, "strength": None, "until_ms": None}
    page.keep(schema.identity, (("account", fact.account),), **gone, seq=entry.seq)
    return entry


def _disclose(
    page: Page, chain: RoomId, fact: DisclosureAsked | DisclosureAgreed | IdentityRead
) -> Entry:
    return about_account(page, chain, fact, fact.account)


def _barred(page: Page, chain: RoomId, fact: IdentityBarred) -> Entry:
    ground = page.ground
    alike = ground.alike.get(fact.account, frozenset())
    measure = ground.measures.get(fact.measure_id)
    is_against = measure is not None and measure.account == fact.account
    if is_against and any(ground.free.get(one) for one in alike):
        raise Stale  # one of theirs was verified since it was decided whom this is against
    ground.barred |= dict.fromkeys(alike, True)
    entry = about_account(page, chain, fact, fact.account)
    page.keep(
        schema.identity_bar,
        (("fingerprint_id", fact.fingerprint_id),),
        account=fact.account,
        measure_id=fact.measure_id,
        seq=entry.seq,
    )
    return entry


def _set_level(page: Page, chain: RoomId, fact: LevelSet) -> Entry:
    entry = about_account(page, chain, fact, fact.account)
    page.keep(
        schema.credit,
        (("account", fact.account),),
        level=fact.level,
        score=fact.score,
        formula=fact.formula,
        seq=entry.seq,
    )
    return entry


def _close_account(page: Page, chain: RoomId, fact: AccountClosed) -> Entry:
    entry = about_account(page, chain, fact, fact.account)
    page.keep(schema.closure, (("account", fact.account),), seq=entry.seq)
    return entry


def _set_control(page: Page, chain: RoomId, fact: ControlSet) -> Entry:
    control, scope = fact.control, fact.control.scope or ""
    held = [one for one in page.ground.controls.get(scope, ()) if page.now_ms < one.until_ms]
    if any(one.reference for one in held):
        raise Stale  # what carries out an order is laid over by nobody who did not know of it
    if control.reference and fact.beneath != next(iter(held), None):
        raise Stale  # the house's own was set or lifted meanwhile
    page.ground.controls[scope] = stands = laid(control, fact.beneath)
    entry = page.put(chain, fact)
    page.keep(
        schema.control,
        (("scope", scope),),
        control=column_of(stands),
        until_ms=max(one.until_ms for one in stands),
        seq=entry.seq,
    )
    return entry


def _lift_control(page: Page, chain: RoomId, fact: ControlLifted) -> Entry:
    laid_there = page.ground.controls.pop(fact.scope or "", ())
    held = (one for one in laid_there if page.now_ms < one.until_ms)
    if any(one.reference not in {"", fact.reference} for one in held):
        raise Stale  # an order came in between, and ends with its own
    entry = page.put(chain, fact)
    key = (("scope", fact.scope or ""),)
    page.keep(schema.control, key, control=None, until_ms=None, seq=entry.seq)
    return entry


ACTS: dict[type, Callable[[Page, RoomId, Any], Entry]] = {
    MeasureTaken: _take_measure,
    MeasureReversed: _reverse_measure,
    WarningRead: _settle_measure,
    MuteServed: _settle_measure,
    DocumentIssued: _issue_document,
    DocumentAccepted: _accept,
    ConsentWithdrawn: _accept,
    IdentityVerified: _verify,
    IdentityEnded: _end_identity,
    DisclosureAsked: _disclose,
    DisclosureAgreed: _disclose,
    IdentityRead: _disclose,
    IdentityBarred: _barred,
    LevelSet: _set_level,
    AccountClosed: _close_account,
    ControlSet: _set_control,
    ControlLifted: _lift_control,
}
