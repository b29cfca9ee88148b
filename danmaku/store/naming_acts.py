"""What facts about names do to the page: check first, then put."""

from collections.abc import Callable
from typing import Any

from danmaku.domain.facts import Entry, NameJudged
from danmaku.domain.ids import RoomId
from danmaku.domain.naming import Surface
from danmaku.errors import Stale
from danmaku.store.page import Page
from danmaku.store.platform_acts import about_account


def _judge_name(page: Page, chain: RoomId, fact: NameJudged) -> Entry:
    key = (fact.surface.value, fact.subject)
    standing = page.ground.namings.get(key)
    if fact.actor is not None and standing != fact.decides:
        raise Stale  # its owner gave another, or a second reviewer was there first
    account = fact.account
    entry = page.put(chain, fact) if account is None else about_account(page, chain, fact, account)
    page.rows["naming_new"].append(
        {
            "seq": entry.seq,
            "surface": fact.surface.value,
            "subject": fact.subject,
            "state": fact.state.value,
            "account": account,
            "over_seq": entry.seq if fact.is_void else None,
        }
    )
    if fact.is_void:
        return entry
    if standing is not None:
        page.rows["naming"].append({"_seq": standing, "over_seq": entry.seq})
    page.ground.namings[key] = entry.seq
    if fact.surface is Surface.NAME:
        page.rows["account_name"].append({"_id": account, "name": fact.shown})
    return entry


ACTS: dict[type, Callable[[Page, RoomId, Any], Entry]] = {NameJudged: _judge_name}
