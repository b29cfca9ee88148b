"""What facts about filings and orders do to the page: check first, then put.

A turn names the entry that it follows on, so of two at once the second is decided again.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from danmaku.domain.facts import Entry
from danmaku.domain.filing_facts import (
    FilingBegun,
    FilingRevised,
    FilingState,
    FilingTurned,
    OrderEnded,
    OrderEntered,
    WeaknessMended,
)
from danmaku.domain.filings import OPEN_STATES
from danmaku.domain.ids import RoomId, Seq
from danmaku.errors import Code, Coded, Stale
from danmaku.store import filing_schema as schema
from danmaku.store.filing_heads import FilingHead, OrderHead
from danmaku.store.page import Page
from danmaku.store.platform_acts import about_account


def _begin(page: Page, chain: RoomId, fact: FilingBegun) -> Entry:
    entry = page.put(chain, fact)
    head = FilingHead(
        entry.seq,
        fact.filing_kind,
        fact.subject,
        fact.risk,
        fact.due_ms,
        FilingState.DRAFT,
        is_mended=False,
        revision=entry.seq,
        seq=entry.seq,
    )
    _keep(page, head)
    return entry


def _revise(page: Page, chain: RoomId, fact: FilingRevised) -> Entry:
    head = _head(page, fact.filing, fact.after)
    entry = page.put(chain, fact)
    _keep(page, replace(head, state=FilingState.DRAFT, revision=entry.seq, seq=entry.seq))
    return entry


def _turn(page: Page, chain: RoomId, fact: FilingTurned) -> Entry:
    head = _head(page, fact.filing, fact.after)
    entry = page.put(chain, fact)
    _keep(page, replace(head, state=fact.state, seq=entry.seq))
    return entry


def _mend(page: Page, chain: RoomId, fact: WeaknessMended) -> Entry:
    head = _head(page, fact.filing, fact.after)
    entry = page.put(chain, fact)
    _keep(page, replace(head, is_mended=True, seq=entry.seq))
    return entry


def _head(page: Page, filing: Seq, after: Seq) -> FilingHead:
    head = page.ground.filing_heads.get(filing)
    if head is None:
        raise Coded(Code.NOT_FOUND)
    if head.seq != after:
        raise Stale
    return head


def _keep(page: Page, head: FilingHead) -> None:
    ground, subject = page.ground, (head.kind, head.subject)
    ground.filing_heads[head.filing] = head
    if head.state in OPEN_STATES:
        ground.open_filings[subject] = head.filing
    elif ground.open_filings.get(subject) == head.filing:
        del ground.open_filings[subject]
    page.keep(
        schema.filing,
        (("filing", head.filing),),
        kind=head.kind.value,
        subject=head.subject,
        risk=None if head.risk is None else head.risk.value,
        due_ms=head.due_ms,
        state=head.state.value,
        is_mended=head.is_mended,
        revision=head.revision,
        seq=head.seq,
    )


def _order(page: Page, chain: RoomId, fact: OrderEntered) -> Entry:
    if fact.instruction_id in page.ground.order_heads:
        raise Coded(Code.DUPLICATE)
    if fact.account is None:
        entry = page.put(chain, fact)
    else:
        entry = about_account(page, chain, fact, fact.account)
    _keep_order(page, fact.instruction_id, OrderHead(entry.seq, fact.until_ms, seq=entry.seq))
    return entry


def _end(page: Page, chain: RoomId, fact: OrderEnded) -> Entry:
    head = page.ground.order_heads.get(fact.instruction_id)
    if head is None:
        raise Coded(Code.NOT_FOUND)
    if head.is_over:
        raise Stale
    entry = page.put(chain, fact)
    _keep_order(page, fact.instruction_id, replace(head, is_over=True, seq=entry.seq))
    return entry


def _keep_order(page: Page, order_id: str, head: OrderHead) -> None:
    page.ground.order_heads[order_id] = head
    page.keep(
        schema.department_order,
        (("order_id", order_id),),
        entered=head.entered,
        until_ms=head.until_ms,
        is_over=head.is_over,
        seq=head.seq,
    )


ACTS: dict[type, Callable[[Page, RoomId, Any], Entry]] = {
    FilingBegun: _begin,
    FilingRevised: _revise,
    FilingTurned: _turn,
    WeaknessMended: _mend,
    OrderEntered: _order,
    OrderEnded: _end,
}
