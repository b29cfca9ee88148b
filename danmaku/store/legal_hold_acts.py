"""What facts about legal holds do to the page: the newest word on each stands in its table."""

from collections.abc import Callable
from typing import Any

from danmaku.domain.facts import Entry
from danmaku.domain.ids import RoomId
from danmaku.domain.legal_hold import LegalHoldLaid, LegalHoldLifted
from danmaku.store import schema
from danmaku.store.codec import canonical
from danmaku.store.page import Page
from danmaku.store.platform_acts import about_account


def _turn(page: Page, chain: RoomId, fact: LegalHoldLaid | LegalHoldLifted) -> Entry:
    if fact.account is None:
        entry = page.put(chain, fact)
    else:
        entry = about_account(page, chain, fact, fact.account)
    page.keep(
        schema.legal_hold,
        (("id", fact.hold_id),),
        account=fact.account,
        reach=canonical(fact.reach) if isinstance(fact, LegalHoldLaid) else None,
        is_told=fact.is_told,
        seq=entry.seq,
    )
    return entry


ACTS: dict[type, Callable[[Page, RoomId, Any], Entry]] = {
    LegalHoldLaid: _turn,
    LegalHoldLifted: _turn,
}
